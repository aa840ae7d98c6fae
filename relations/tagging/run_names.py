"""Whether a name may be given to an actor, by all that the coder knows already."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from relations.codebook.plain_words import stands_for_many
from relations.errors import RelationsError
from relations.models import Actor, ActorName, NameOrigin
from relations.tagging.lexicon import LOCAL, OTHER, PLACE, SURNAME, Meaning
from relations.tagging.run import meanings_of

# One name may mean these of several countries; the text decides which.
SHARED = {LOCAL, PLACE, SURNAME}


class NameRefused(RelationsError):
    """A name that would be found where it isn't meant."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """Of a name: faults forbid it; doubts are allowed but may not be meant; to_confirm is hardly ever meant, and
    among the doubts too. All in words."""

    faults: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    to_confirm: list[str] = field(default_factory=list)


def tidy_name(given: str) -> str:
    """A name with single spaces. Raises NameRefused for what would be found in ordinary words."""
    name = " ".join(given.split())
    if sum(map(str.isalpha, name)) < 2:
        raise NameRefused(f"“{name}” has fewer than two letters and would be found in every text.")
    if name.islower():
        raise NameRefused(
            f"“{name}” has no capital letter, so it would be found in ordinary words. Write it as texts do."
        )
    return name


def weigh_name(
    actor: Actor,
    name: str,
    *,
    language: str,
    since: dt.date | None,
    until: dt.date | None,
    but: int | None = None,
) -> Opinion:
    """since, until: the first and the last day on which the name holds. but: id of the ActorName that is changed."""
    opinion = Opinion()
    twin = ActorName.objects.filter(actor=actor, name=name, language=language).exclude(pk=but or 0).first()
    if twin is not None:
        where = "in the codebook" if twin.origin == NameOrigin.CODEBOOK else "among the names added here"
        opinion.faults.append(f"“{twin}” stands {where} as a name of this actor already.")
    for meaning in meanings_of(name):
        if meaning.country != actor.country_id and _overlap(meaning, since, until):
            _weigh(opinion, meaning, name)
    if stands_for_many(name):
        opinion.to_confirm.append(f"“{name}” stands for many: it would be read as {actor.name} in every story.")
        opinion.doubts.extend(opinion.to_confirm)
    return opinion


def _weigh(opinion: Opinion, meaning: Meaning, name: str) -> None:
    """Refuse a name that another country has, or doubt it where the coder can tell the two apart."""
    if meaning.kind == OTHER:
        opinion.faults.append(f"“{name}” is listed as a name of no country, so the coder would never read it.")
        return
    holder = Actor.objects.filter(key=meaning.actor).select_related("country").first()
    whose = meaning.country
    if holder:
        whose = holder.name if holder.name == holder.country.name else f"{holder} ({holder.country})"
    if meaning.kind in SHARED:
        opinion.doubts.append(f"“{name}” also means {whose}{_years(meaning)}; this name now goes before that.")
        return
    if _years(meaning):
        way_out = "Set “valid from” and “valid until” to days on which it does not."
    else:
        way_out = "Take another name; if the other was added here, remove it there or give it its days."
    opinion.faults.append(
        f"“{name}” already stands for {whose}{_years(meaning)}, and a name can't stand for two countries at one "
        f"time. {way_out}"
    )


def _overlap(meaning: Meaning, since: dt.date | None, until: dt.date | None) -> bool:
    return (meaning.since or dt.date.min) <= (until or dt.date.max) and (since or dt.date.min) <= (
        meaning.until or dt.date.max
    )


def _years(meaning: Meaning) -> str:
    """In words, when the name means it: " from 2013-05-11 until 2017-07-28"."""
    since = f" from {meaning.since}" if meaning.since else ""
    return since + (f" until {meaning.until}" if meaning.until else "")

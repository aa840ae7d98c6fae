"""What may they be typing? A few pages that the beginning of a line may lead to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db.models import Q

from relations.models import CountryPair, Dataset, PairStanding
from relations.queries.display import address
from relations.queries.offers import (
    Offer,
    country_offer,
    office_words,
    pair_offer,
    search_url,
    standings,
    type_offer,
)
from relations.queries.understanding import BETWEEN, Named, Understanding, understand
from relations.queries.vocabulary import Meaning, close_names, completions, meaning_of, persons, plain_words

MOST = 8
# Of one kind, so that the others have their place.
PAIRS, COUNTRIES, PEOPLE, TYPES = 4, 2, 3, 2
LEAST = 2  # characters
WORDS = 6  # a longer line is no beginning of two names
CHECKED = 5  # words that are looked up for slips
MEANT = 3  # lines that may have been meant
LIKELY = 40  # pairs whose standing is looked up


@dataclass(frozen=True, slots=True)
class Group:
    """Suggestions of one kind. slug: for the id of its heading."""

    slug: str
    label: str
    offers: list[Offer]


def suggest(text: str, added: Mapping[str, Meaning], today: dt.date) -> list[Group]:
    """At most MOST suggestions, in groups; one query. Empty for less than LEAST characters."""
    understood = understand(text, added)
    text = understood.text
    if len(text) < LEAST:
        return []
    if understood.event is not None:
        number = understood.event
        return [Group("event", "Event", [Offer(f"Event {number}", "", address("event", number))])]
    pairs = _pair_beginnings(understood, added)
    countries = _countries(understood, added)
    groups = [
        Group("pairs", "Pairs", pairs[:PAIRS]),
        Group("countries", "Countries", [country_offer(code) for code in countries[:COUNTRIES]]),
        Group("people", "People", _people(understood, today)[:PEOPLE]),
        Group("types", "Kinds of events", _types(text)[:TYPES]),
        Group("words", "Words", [Offer(f"Search for “{text}”", "events and articles", search_url(text, stay="1"))]),
    ]
    left = MOST - 1
    shown = []
    for group in groups:
        some = group.offers if group.slug == "words" else group.offers[:left]
        left -= len(some)
        if some:
            shown.append(replace(group, offers=some))
    return shown


def perhaps_meant(understood: Understanding, added: Mapping[str, Meaning]) -> list[Offer]:
    """What may have been meant by a line of which not all was understood: names begun, or slips of typing; a query at
    most."""
    if not understood.words:
        return []
    found: list[Offer] = []
    if not understood.any:
        found = _pair_beginnings(understood, added)
        found += [country_offer(code) for code in _begun(" ".join(_told(understood.text)), added)]
    unknown = {word for word in plain_words(understood.words)[:CHECKED] if not meaning_of(word)}
    line = " ".join(_mended(part, unknown) for part in understood.text.split())
    if not found and line != understood.text:
        found.append(Offer(line, "", search_url(line)))
    return found[:MEANT]


def _mended(part: str, unknown: set[str]) -> str:
    """A word as it was typed, or the name that is written nearly so."""
    plain = plain_words(part)
    names = close_names(plain[0]) if len(plain) == 1 and plain[0] in unknown else []
    return names[0].title() if names else part


def _meant(understood: Understanding) -> list[Offer]:
    pairs = understood.pairs[:PAIRS]
    known = standings(CountryPair.slug_of(*codes) for codes in pairs)
    return [pair_offer(codes, understood, known) for codes in pairs]


def _pair_beginnings(understood: Understanding, added: Mapping[str, Meaning]) -> list[Offer]:
    """Pairs that have the beginnings of their names in the line, or a country that is named alone; busiest first."""
    if understood.pairs:
        return _with_type_begun(understood) or _meant(understood)
    told = _told(understood.text)
    likely: dict[str, None] = {}
    for at in range(1, len(told) if len(told) <= WORDS else 1):
        for one in _begun(" ".join(told[:at]), added):
            for other in _begun(" ".join(told[at:]), added):
                if one != other:
                    likely[CountryPair.slug_of(*CountryPair.in_order(one, other))] = None
    slugs = list(likely)[:LIKELY]
    choice = Q(pair__slug__in=slugs)
    if not slugs:
        alone = _countries(understood, added)[:COUNTRIES]
        choice = Q(pair__first__in=alone) | Q(pair__second__in=alone)
        if not alone:
            return []
    found = PairStanding.objects.filter(choice, dataset=Dataset.OWN).select_related("pair")
    busiest = {one.pair.slug: one for one in found.order_by("-events_90", "-known", "pk")[:PAIRS]}
    # One that nothing is known of yet has a page, too.
    ordered = [*busiest, *(slug for slug in slugs if slug not in busiest)]
    plain = Understanding(understood.text)
    return [pair_offer(_codes(slug), plain, busiest) for slug in ordered[:PAIRS]]


def _with_type_begun(understood: Understanding) -> list[Offer]:
    """The pair with each type of events that the rest of the line begins: "pak us vis"."""
    begun = completions(" ".join(plain_words(understood.words)), "types")
    slugs = list(dict.fromkeys(slug for name in begun if (of := meaning_of(name)) for slug in of.types))[:PAIRS]
    if len(understood.pairs) != 1 or not slugs:
        return []
    known = standings([CountryPair.slug_of(*understood.pairs[0])])
    filtered = (replace(understood, types=(Named("", (slug,)),), words="") for slug in slugs)
    return [pair_offer(one.pairs[0], one, known) for one in filtered]


def _told(text: str) -> list[str]:
    return [word for word in plain_words(text) if word not in BETWEEN and not word.isdigit()]


def _begun(name: str, added: Mapping[str, Meaning]) -> list[str]:
    """Countries that are called so, else those that have a name that begins so."""
    meaning = added.get(name) or meaning_of(name)
    if meaning and meaning.countries:
        return list(meaning.countries)
    names = (one for one in completions(name, "countries"))
    return list(dict.fromkeys(code for one in names if (of := meaning_of(one)) for code in of.countries))


def _countries(understood: Understanding, added: Mapping[str, Meaning]) -> list[str]:
    if len(understood.places) == 1:
        return list(understood.countries)
    return [] if understood.places else _begun(" ".join(_told(understood.text)), added)


def _people(understood: Understanding, today: dt.date) -> list[Offer]:
    """People who are called so, or have a name that begins so; with the dates of the line."""
    keys = [key for one in understood.persons for key in one.of]
    if not keys:
        begun = completions(" ".join(_told(understood.text)), "persons")
        keys = [key for name in begun if (of := meaning_of(name)) for key in of.persons]
    found = []
    for person in (persons()[key] for key in dict.fromkeys(keys)):
        url = search_url(person.name, understood.since, understood.until)
        found.append(Offer(person.name, office_words(person, understood.until or today), url))
    return found


def _types(text: str) -> list[Offer]:
    begun = completions(" ".join(plain_words(text)), "types")
    slugs = dict.fromkeys(slug for name in begun if (of := meaning_of(name)) for slug in of.types)
    return [type_offer(slug) for slug in slugs]


def _codes(slug: str) -> tuple[str, str]:
    first, second = slug.upper().split("-")
    return first, second

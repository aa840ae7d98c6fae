"""Who acts and on whom: the two sides of a trigger, from the order of the names around it. Pure.

There is no parse here. The subject is the nearest name in front that no preposition governs, the object the nearest
behind; a passive turns them. Every guess beyond that costs confidence and is told in ``how``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from relations.tagging.coded import ActorMention
from relations.tagging.mentions import Mention
from relations.tagging.phrases import Trigger

BE = re.compile(r"\b(?:was|were|been|be|being|is|are)\s+(?:\w+ly\s+|also\s+|then\s+)?$", re.IGNORECASE)
PARTICIPLE = re.compile(
    r"(?:ed|en|wn|put|shut|cut|set|sent|held|brought|taken|freed|thrown|made|met|told|struck|hit|shot|laid|let|paid|left)$"
)
PASSIVE_INSIDE = re.compile(
    r"\b(?:was|were|been|being|is|are)\s+(?:\w+ly\s+)?\w+(?:ed|en|put|shut|cut|set)\b", re.IGNORECASE
)
# "is opposed to" opposes.
ADJECTIVAL = {"opposed", "concerned", "prepared"}
# Where what a verb governs ends.
CLAUSE_END = re.compile(
    r"[;:]|,\s+(?:which|who|while|but|after|as|when|hours|a\s+day|and|saying)\b|\b(?:after|before|while|because|although|when)\b"
)
# A verb behind these has the subject of the verb in front.
PRONOUN = re.compile(
    r"(?:^|\b(?:that|and|said|but|as|after|because|when)\s+)(?:it|he|she|they|its|his|her|their)\b", re.IGNORECASE
)
# "summoned the envoy and imposed", "expelled three diplomats, accusing": who did the first does the second.
GOES_ON = re.compile(r"\band\s+(?:also\s+|then\s+|later\s+)?(?:has\s+|have\s+|had\s+)?$", re.IGNORECASE)
SUBJECT_PREPOSITIONS = {"", "of"}
PLACE_PREPOSITIONS = {"in", "at", "near", "from", "outside"}
# The patient of a passive is the visit; who was to make it is the best guess at who dropped it.
OF_A_VISIT = {"visit_postponed", "visit_cancelled", "visit_announced", "visit_made"}
# A journey says where it goes.
NEEDS_A_HOST = {"visit_announced", "visit_made"}
# Acts done to a place: a country behind "in" is their object.
ON_A_PLACE = {
    *(
        "visit_made",
        "visit_announced",
        "visit_postponed",
        "visit_cancelled",
        "strike",
        "clash",
        "troops_moved",
        "withdrawal",
    ),
    *("airspace_violated", "ambassador_recalled", "ambassador_returned", "relations_severed", "aid_given", "demarche"),
    *("relations_established", "investigation", "withdrawal"),
}


@dataclass(frozen=True, slots=True)
class Context:
    """What the text around a sentence says. pair: the two countries that the article is about, () where there are none.

    last_actor: the country that acted last. before: countries of the sentence before, in order. subject: who did what
    the trigger before in this sentence tells of.
    """

    pair: tuple[str, ...] = ()
    last_actor: str = ""
    before: tuple[str, ...] = ()
    subject: tuple[ActorMention, ...] = ()

    def other(self, country: str) -> str:
        if country in self.pair:
            return next(side for side in self.pair if side != country)
        others = [side for side in self.before if side != country]
        return others[0] if len(set(others)) == 1 else ""


@dataclass(frozen=True, slots=True)
class Sides:
    """One source and one target. doubt: how much to take off the confidence. how: readable."""

    source: ActorMention
    target: ActorMention
    doubt: float
    how: str


@dataclass(frozen=True, slots=True)
class _Guess:
    """Actors of one side. doubt: how much less they are to be believed than a plain subject or object."""

    actors: tuple[ActorMention, ...]
    doubt: float
    how: str


NOBODY = _Guess((), 1.0, "")


def find_sides(text: str, trigger: Trigger, mentions: Sequence[Mention], context: Context) -> list[Sides]:
    """The sides of a trigger; several where a side is "A and B". Empty where one can't be told."""
    if trigger.rule.kind == "mutual":
        together = _together(text, trigger, mentions)
        if together:
            return together
    agent = _agent(text, trigger, mentions)
    passive = is_passive(text, trigger)
    if agent is not None:
        source = _Guess(_all_of(agent, mentions), 0.0, "agent behind 'by'")
        target = _patient(trigger, mentions, source)
    elif passive and trigger.rule.type not in OF_A_VISIT:
        patient = _subject(text, trigger, mentions, context, origins=True)
        source = _unnamed_agent(text, trigger, mentions, context, patient)
        target = patient
    else:
        source = _subject(text, trigger, mentions, context)
        target = _object(text, trigger, mentions, source)
    if source.actors and not target.actors and trigger.rule.type not in NEEDS_A_HOST:
        target = _from_context(source, context)
    if trigger.rule.reverse:
        source, target = target, source
    # Two sides guessed from elsewhere are no reading of this sentence.
    if not source.actors or not target.actors or source.doubt + target.doubt > 0.32:
        return []
    how = "; ".join(words for words in (f"source: {source.how}", f"target: {target.how}"))
    return [
        Sides(doer, done_to, source.doubt + target.doubt, how)
        for doer in source.actors[:6]
        for done_to in target.actors[:6]
        if doer.country != done_to.country
    ]


def is_passive(text: str, trigger: Trigger) -> bool:
    """Whether its verb is a passive: "was expelled", or a phrase that holds one ("ambassador was called in")."""
    if trigger.head in ADJECTIVAL:
        return False
    if PARTICIPLE.search(trigger.head) and BE.search(text[max(0, trigger.start - 30) : trigger.start]):
        return True
    return bool(PASSIVE_INSIDE.search(text[trigger.start : trigger.end]))


def clause_after(text: str, position: int) -> int:
    """Where the clause ends that holds this position."""
    match = CLAUSE_END.search(text, position)
    return match.start() if match else len(text)


def _stands_before(mention: Mention, trigger: Trigger) -> bool:
    """Whether the name stands in front. In "Greece's ambassador returned" it does, though the trigger begins in it."""
    return mention.core.end <= trigger.start or mention.span.start < trigger.start < mention.span.end


def _together(text: str, trigger: Trigger, mentions: Sequence[Mention]) -> list[Sides]:
    """Both sides of a mutual act named as one: "A and B signed", "talks between A and B"."""
    groups: dict[int, list[Mention]] = {}
    for mention in mentions:
        if not mention.place and not mention.private:
            groups.setdefault(mention.group, []).append(mention)
    best: tuple[int, list[Mention]] | None = None
    for members in groups.values():
        if len({member.country for member in members}) < 2:
            continue
        last, first = members[-1], members[0]
        if last.span.end <= trigger.start:
            distance = trigger.start - last.span.end
            subject = any(
                mention.span.start > last.span.end
                and mention.span.end <= trigger.start
                and not mention.preposition
                and mention.can_act
                for mention in mentions
            )
            if subject:
                continue
        elif first.preposition in {"between", "of", "by", "from", "among", ""}:
            distance = max(0, first.span.start - trigger.end)
            if distance > 25:
                continue
        else:
            continue
        if best is None or distance < best[0]:
            best = (distance, members)
    if best is None:
        return []
    one, *others = best[1]
    return [
        Sides(one.as_actor, other.as_actor, 0.0 if best[0] < 60 else 0.1, "both sides named together")
        for other in others[:3]
        if other.country != one.country
    ]


def _agent(text: str, trigger: Trigger, mentions: Sequence[Mention]) -> Mention | None:
    """The name behind "by", unless the trigger is an active verb with a subject of its own: "cancelled a visit by"."""
    end = clause_after(text, trigger.head_end)
    passive = is_passive(text, trigger)
    for mention in mentions:
        if mention.preposition != "by" or mention.place or not trigger.head_end <= mention.span.start < end:
            continue
        between = text[trigger.head_end : mention.span.start]
        has_subject = any(
            other.can_act and other.preposition in SUBJECT_PREPOSITIONS and _stands_before(other, trigger)
            for other in mentions
        )
        if passive or len(between.split()) <= 2 or not has_subject:
            return mention
    return None


def _patient(trigger: Trigger, mentions: Sequence[Mention], source: _Guess) -> _Guess:
    """Who it was done to where the agent is named: in front of the verb, else behind the agent."""
    doers = {actor.country for actor in source.actors}
    others = [mention for mention in mentions if mention.country not in doers]
    before = [mention for mention in others if mention.span.end <= trigger.head_end]
    after = [mention for mention in others if mention.span.start >= trigger.head_end]
    for candidates, how in (([*reversed(before)], "in front of the passive"), (after, "behind the passive")):
        for mention in sorted(candidates, key=lambda candidate: candidate.place):
            return _Guess(_all_of(mention, mentions), 0.1 if mention.place else 0.0, how)
    return NOBODY


def _unnamed_agent(
    text: str, trigger: Trigger, mentions: Sequence[Mention], context: Context, patient: _Guess
) -> _Guess:
    """The doer of a passive without "by": another country of the sentence ("in Tokyo"), else the article's other."""
    if not patient.actors:
        return NOBODY
    sufferer = patient.actors[0].country
    for mention in mentions:
        if mention.country != sufferer and not mention.private:
            return _Guess((mention.as_actor,), 0.1, "the other country of a passive")
    other = context.other(sufferer)
    return _Guess((ActorMention(other, other, None, ""),), 0.2, "the article's other country") if other else NOBODY


def _subject(
    text: str, trigger: Trigger, mentions: Sequence[Mention], context: Context, *, origins: bool = False
) -> _Guess:
    before = [mention for mention in mentions if _stands_before(mention, trigger)]
    in_front = text[max(0, trigger.start - 30) : trigger.start]
    if context.subject and (GOES_ON.search(in_front) or (trigger.head.endswith("ing") and in_front.endswith(", "))):
        return _Guess(context.subject, 0.0, "subject of the verb before")
    for mention in reversed(before):
        if mention.preposition in SUBJECT_PREPOSITIONS and (mention.can_act or (origins and not mention.place)):
            if PRONOUN.search(text, mention.span.end, trigger.start) and mention.preposition == "of":
                continue
            return _Guess(_all_of(mention, mentions), 0.0, "subject")
    # "Officials in Islamabad said": who speaks is named by the place.
    for mention in reversed(before):
        if mention.preposition in PLACE_PREPOSITIONS and not mention.private:
            return _Guess((mention.as_actor,), 0.15, "named by the place")
    for mention in reversed(before):
        if mention.origin and mention.preposition in SUBJECT_PREPOSITIONS:
            return _Guess((mention.as_actor,), 0.12, "named by the adjective")
    if context.last_actor and PRONOUN.search(text[: trigger.start]):
        return _Guess((ActorMention(context.last_actor, context.last_actor, None, ""),), 0.2, "a pronoun")
    return NOBODY


def _object(text: str, trigger: Trigger, mentions: Sequence[Mention], source: _Guess) -> _Guess:
    doers = {actor.country for actor in source.actors}
    others = [mention for mention in mentions if mention.country not in doers and mention.preposition != "by"]
    after = [mention for mention in others if not _stands_before(mention, trigger)]
    end = clause_after(text, trigger.end)
    near = [mention for mention in after if mention.span.start < end]
    to_a_place = trigger.rule.type in ON_A_PLACE
    for mention in near:
        if not mention.place or to_a_place:
            return _Guess(_all_of(mention, mentions), 0.0, "object")
    for mention in near:
        return _Guess((mention.as_actor,), 0.1, "a place behind it")
    for mention in after:
        if not mention.place:
            return _Guess((mention.as_actor,), 0.12, "named later in the sentence")
    for mention in others:
        if not mention.private and _stands_before(mention, trigger):
            return _Guess((mention.as_actor,), 0.12, "named earlier in the sentence")
    return NOBODY


def _from_context(source: _Guess, context: Context) -> _Guess:
    other = context.other(source.actors[0].country)
    return _Guess((ActorMention(other, other, None, ""),), 0.2, "the article's other country") if other else NOBODY


def _all_of(mention: Mention, mentions: Sequence[Mention]) -> tuple[ActorMention, ...]:
    """The mention and those joined to it by "and", each country once."""
    members = {member.country: member.as_actor for member in reversed(mentions) if member.group == mention.group}
    return tuple(sorted(members.values(), key=lambda actor: actor.span.start if actor.span else 0))

"""Reads the events of one parsed sentence: words that call a frame, their sides, and what is asserted. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from relations.codebook.event_types import event_types
from relations.tagging.coded import ActorMention
from relations.tagging.grammar.frames import Frame, Frames, has_particle, is_one_of, variants
from relations.tagging.grammar.parties import Party, Scene
from relations.tagging.grammar.roles import Roles, roles_of, subject, with_conjuncts
from relations.tagging.grammar.sides import from_context, sources_of, targets_of, together, unnamed
from relations.tagging.grammar.stance import Stance, Status, stance
from relations.tagging.grammar.tree import Word

Trace = Callable[[str], None]
# Verbs that only carry the noun of action which is their object: who "launched an attack" attacked.
NONE = {"no", "neither"}
# "did the same", "followed suit", "answered in kind"
ECHOES = [
    ({"do"}, {"same"}),
    ({"do", "act"}, {"likewise"}),
    ({"follow"}, {"suit"}),
    ({"respond", "reply", "answer", "retaliate", "react"}, {"kind"}),
    ({"reciprocate"}, set[str]()),
]
ECHOING = {verb for verbs, _ in ECHOES for verb in verbs}
# Types whose noun stands in the telling of their end: "aid" in "the suspension of aid".
CONTRARY = {"aid_given": "aid_suspended"}
# Acts that are answered with the same act.
ECHOED = {
    *("ambassador_recalled", "diplomat_expelled", "relations_severed", "sanctions_imposed", "tariff_raised"),
    *("border_closed", "route_closed", "ambassador_summoned", "ambassador_returned", "border_opened", "troops_moved"),
    *("sanctions_lifted", "withdrawal", "prisoner_release", "treaty_exited", "aid_suspended", "visit_cancelled"),
}
TOLD_OF = {"clash", "strike", "detention", "withdrawal", "cyber_attack", "airspace_violated"}
THINGS = {"it", "this", "that", "these", "those"}
MEETINGS = {"meeting", "negotiation", "phone_call"}
FORCE = {"strike", "clash", "troops_moved", "cyber_attack", "airspace_violated"}


@dataclass(frozen=True, slots=True)
class Read:
    """One event as one frame reads it. doubt: what its sides take off the confidence."""

    frame: Frame
    trigger: Word
    source: Party
    target: Party
    type: str
    stage: str
    doubt: float
    path: str
    symmetric: bool


def no_trace(line: str) -> None:
    """Nobody wants to know which frames were tried."""


def read_sentence(scene: Scene, known: Frames, trace: Trace = no_trace, last: Read | None = None) -> list[Read]:
    """The events that a sentence tells of, in the order of the words that tell of them.

    last: what was read before it, for who "did the same".
    """
    found: list[Read] = []
    taken: set[int] = set()
    eased: set[int] = set()
    for word in sorted(scene.tree.words, key=lambda one: (one.depth, one.index)):
        if word.index in taken or _is_a_name(word, scene):
            continue
        echoed = _echoed(word, found, last, scene)
        if echoed is not None:
            trace(f"{word.text}: does the same: {echoed.source.country} > {echoed.target.country} {echoed.type}")
            found.append(echoed)
            continue
        calling = known.of(word)
        if not calling:
            continue
        roles = roles_of(word)
        for frame, particle in calling:
            refusal = why_not(frame, particle, roles, scene)
            if refusal:
                trace(f"{word.text}: {frame.name}: no, {refusal}")
                continue
            told = consumed(frame, roles)
            taken |= told
            quad = event_types()[frame.type].quad
            if quad == 4 and word.dep.startswith("acl") and word.head.index in eased:
                trace(f"{word.text}: {frame.name}: told of before, and now ended")
                break
            eased |= {one.index for one in roles.objects} if quad == 2 else set()
            read = events_of(frame, roles, scene, trace)
            for one in read:
                sides = f"{one.source.country} > {one.target.country}"
                trace(f"{word.text}: {frame.name}: {sides} {one.type} {one.stage}; {one.path}")
            found.extend(read)
            break
    return sorted(_without_contraries(_without_wrappers(found)), key=lambda one: one.trigger.index)


def _echoed(word: Word, found: list[Read], last: Read | None, scene: Scene) -> Read | None:
    """ "Within hours Lima had done likewise": the act told last, done by another; its victim does it to its doer."""
    if not word.is_verb or word.lemma not in ECHOING:
        return None
    near = {below.lemma for below in word.below() if abs(below.index - word.index) < 5}
    if not any(near >= words and word.lemma in verbs for verbs, words in ECHOES):
        return None
    before = [read for read in found if read.trigger.index < word.index]
    told = before[-1] if before else last
    said = stance(word)
    who = subject(word)[0]
    if told is None or who is None or said.status != Status.DONE or told.type not in ECHOED:
        return None
    sources = [party for party in scene.parties(who) if party.country != told.source.country]
    if not sources:
        return None
    target = told.source if sources[0].country == told.target.country else told.target
    frame = replace(told.frame, name="does the same")
    told_of = Party(ActorMention(target.country, target.country, None, ""), f"as in “{told.trigger.text}”", 0.1)
    return _read(frame, roles_of(word), sources[0], told_of, told.type, told.stage, said, "the act told before")


def _without_wrappers(found: list[Read]) -> list[Read]:
    """Without "agreed" and "promised" where the act agreed on was read itself."""
    kept = []
    for one in found:
        is_wrapper = one.frame.planned and one.frame.type == "cooperation" and one.trigger.is_verb
        below = {word.index for word in one.trigger.below()} - {one.trigger.index} if is_wrapper else set()
        if not any(other.trigger.index in below and other.stage == "announced" for other in found):
            kept.append(one)
    return kept


def _without_contraries(found: list[Read]) -> list[Read]:
    """Without what a noun alone seems to tell where the sentence tells that the same side put an end to it."""
    ended = {(one.type, one.source.country, one.target.country) for one in found}
    return [
        one
        for one in found
        if one.trigger.is_verb or (CONTRARY.get(one.type), one.source.country, one.target.country) not in ended
    ]


def why_not(frame: Frame, particle: str, roles: Roles, scene: Scene) -> str:
    """Why the frame doesn't fit here; "" where it does."""
    word = roles.word
    if word.is_verb or not frame.nouns or word.lemma not in {noun.split()[-1] for noun in frame.nouns}:
        if particle and word.is_verb and not has_particle(word, particle):
            return f"without “{particle}”"
    elif " " in particle and not is_one_of(word, frozenset({particle})):
        return f"is no {particle}"
    if frame.voice and word.is_verb and frame.voice != ("passive" if roles.passive else "active"):
        return f"not {frame.voice}"
    if frame.objects and not _has_object(frame, roles, scene):
        return "no such object"
    if frame.not_objects and any(is_one_of(one, frame.not_objects) for one in roles.objects):
        return "another kind of object"
    if frame.subjects and not (
        roles.subject and any(is_one_of(one, frame.subjects) for one in with_conjuncts(roles.subject))
    ):
        return "no such subject"
    if frame.object_party and not any(one.index in scene.named or scene.parties(one) for one in roles.objects):
        return "the object is no country's"
    if frame.needs and not frame.needs & roles.prepositions:
        return f"without {' or '.join(sorted(frame.needs))}"
    if frame.clause and not any(_fits_clause(frame.clause, one) for one in roles.clauses):
        return "no clause behind it"
    if frame.with_words or frame.without:
        near = [one for one in word.below() if abs(one.index - word.index) < 15]
        if frame.with_words and not frame.with_words & _forms([*near, *roles.clauses]):
            return "none of the words that it needs"
        # "turned it down, saying that ...": what stands beside it excludes nothing.
        beside = [clause for clause in roles.clauses if clause.dep == "advcl" and clause.mark != "to"]
        apart = {one.index for clause in beside for one in clause.below()}
        if frame.without & _forms([one for one in near if one.index not in apart]):
            return "a word that excludes it"
    return ""


def _forms(words: list[Word]) -> set[str]:
    return {form for word in words for form in variants(word.lemma)}


def _has_object(frame: Frame, roles: Roles, scene: Scene) -> bool:
    """Whether the object is one that the frame asks for; "any" and "none" say that there must be one or must not.

    "It" is whatever was told of before.
    """
    if not roles.objects:
        return "none" in frame.objects
    if not roles.passive and all(one.lemma in THINGS for one in roles.objects):
        return any(form in frame.objects for thing in scene.things(roles.word) for form in variants(thing))
    return "any" in frame.objects or any(is_one_of(one, frame.objects) for one in roles.objects)


def consumed(frame: Frame, roles: Roles) -> set[int]:
    """The nouns of action that belong to this telling and tell of nothing more: the visit in "put off the visit"."""
    hanging = {
        child.index
        for holder in (roles.word, *_told(frame, roles))
        for child in holder.those("obl", "obj", "nmod", "advcl", "acl")
        if any(form in frame.with_words for form in variants(child.lemma))
    }
    if not frame.objects and not frame.subjects:
        return hanging
    told = _told(frame, roles)
    consumed = {one.index for one in told}
    for one in told:
        # "lifted its embargo on arms sales"
        inner = [child for child in one.those("nmod", "compound") if child.dep != "nmod:poss"]
        consumed.update(
            child.index for child in inner if child.preposition in ("", "of", "on", "for", "against", "over")
        )
    return consumed | hanging | ({roles.subject.index} if roles.subject is not None and frame.subjects else set())


def _told(frame: Frame, roles: Roles) -> list[Word]:
    """The objects that the frame asks for."""
    return [one for one in roles.objects if is_one_of(one, frame.objects) or "any" in frame.objects]


def events_of(frame: Frame, roles: Roles, scene: Scene, trace: Trace = no_trace) -> list[Read]:
    said = stance(roles.word, speech=frame.speech, ahead=scene.ahead)
    outcome = outcome_of(frame, said)
    if outcome is None:
        trace(f"{roles.word.text}: {frame.name}: {said.status} ({said.how})")
        return []
    if any(child.lemma in NONE and child.dep == "det" for one in _told(frame, roles) for child in one.children):
        trace(f"{roles.word.text}: {frame.name}: not done (no)")
        return []
    slug, stage = outcome
    if frame.mutual:
        all_sides = together(frame, roles, scene)
        if len(all_sides) > 1:
            first, *others = all_sides
            return [_read(frame, roles, first, other, slug, stage, said, "both sides together") for other in others]
    sources = sources_of(frame, roles, scene)
    if sources and all(party.guessed for party in sources) and _are_its_objects(sources, roles, scene):
        # "The foreign ministry summoned the Belarusian ambassador": whose it is was guessed wrong.
        sources = []
    without = {party.country for party in sources}
    targets, slot = targets_of(frame, roles, scene, without)
    if len(without) > 1 and not targets and set(scene.discourse.pair) <= without and set(scene.countries()) <= without:
        # "India and Pakistan agreed to cease fire": both do it, and to each other where that is the kind of act.
        if not event_types()[slug].symmetric:
            trace(f"{roles.word.text}: {frame.name}: both sides do it, to nobody named")
            return []
        first, *others = sources
        return [_read(frame, roles, first, other, slug, stage, said, "both sides together") for other in others]
    if sources and not targets and _may_be_left_out(frame, roles, scene):
        targets, slot = from_context(frame, roles, sources, scene), "the text around it"
    if targets and not sources:
        sources = unnamed(frame, targets, roles, scene)
    if not sources or not targets:
        trace(f"{roles.word.text}: {frame.name}: {'no target' if sources else 'no source'}")
        return []
    if frame.reverse:
        sources, targets = targets, sources
    return [
        _read(frame, roles, source, target, slug, stage, said, slot)
        for source in sources[:6]
        for target in targets[:6]
        if source.country != target.country
    ]


def _may_be_left_out(frame: Frame, roles: Roles, scene: Scene) -> bool:
    """Whether the other side can be that of the text around. Whom force hits is told, or it is no act between states:
    "an earthquake killed thirty people"."""
    return frame.type not in TOLD_OF and (frame.context or (scene.discourse.settled and roles.word.is_verb))


def _are_its_objects(sources: list[Party], roles: Roles, scene: Scene) -> bool:
    named = {party.country for one in roles.objects for party in scene.parties(one) if not party.guessed}
    return bool(named) and named <= {party.country for party in sources}


def outcome_of(frame: Frame, said: Stance) -> tuple[str, str] | None:
    """The type and stage that the sentence asserts; None where it asserts no event."""
    kind = event_types()[frame.type]
    kind_of_words = frame.speech and kind.quad in (1, 3) and kind.slug not in ("visit_announced",)
    if said.status == Status.DONE:
        return frame.type, frame.stage
    if said.status in (Status.PLANNED, Status.CONDITIONAL):
        if kind_of_words and kind.slug not in MEETINGS:
            return frame.type, frame.stage
        if frame.stage != "held":
            return frame.type, frame.stage
        if said.status == Status.CONDITIONAL and kind.quad in (3, 4):
            return ("threat_force" if frame.type in FORCE else "threat_nonforce"), "held"
        return ("visit_announced" if frame.type == "visit_made" else frame.type), "announced"
    if said.status == Status.THREATENED:
        return ("threat_force" if frame.type in FORCE else "threat_nonforce"), "held"
    if said.status == Status.REFUSED and kind.quad in (1, 2):
        return "rejection", "held"
    return None


def _read(
    frame: Frame, roles: Roles, source: Party, target: Party, slug: str, stage: str, said: Stance, slot: str
) -> Read:
    path = slot
    if slot != "both sides together":
        path = f"source: {source.how}{less(source.doubt)}; target by {slot}: {target.how}{less(target.doubt)}"
    unsure = (0.0 if said.status == Status.DONE else 0.1) + 0.15 * said.supposed
    if said.how:
        path += f"; {said.status}: {said.how}{less(unsure)}"
    symmetric = event_types()[slug].symmetric and (frame.mutual or slot == "both sides together")
    doubt = source.doubt + target.doubt + unsure
    return Read(frame, roles.word, source, target, slug, stage, doubt, path, symmetric)


def less(doubt: float) -> str:
    """How much a part takes off the confidence, for people."""
    return f" (−{doubt:.2f})" if doubt else ""


def _fits_clause(wanted: str, clause: Word) -> bool:
    if wanted == "any":
        return True
    infinitive = clause.mark == "to" or any(child.tag == "TO" for child in clause.children)
    return infinitive if wanted == "to" else not infinitive


def _is_a_name(word: Word, scene: Scene) -> bool:
    """Whether it is part of a name, as in "Downing Street" or "Strike Force": it tells of nothing then."""
    return word.index in scene.named and word.text[:1].isupper() and word.tag[:3] == "NNP"

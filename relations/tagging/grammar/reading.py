"""Reads the events of one parsed sentence: each word that calls a frame, the sides of it, and what is asserted. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from relations.codebook.event_types import event_types
from relations.tagging.actors import ADJECTIVAL_STATES
from relations.tagging.coded import ActorMention
from relations.tagging.grammar.frames import Frame, Frames, has_particle, is_one_of, variants
from relations.tagging.grammar.parties import Party, Scene
from relations.tagging.grammar.roles import (
    agent,
    clauses,
    deep_obliques,
    governing_verb,
    is_passive,
    objects,
    obliques,
    subject,
    with_conjuncts,
)
from relations.tagging.grammar.stance import Stance, Status, stance
from relations.tagging.grammar.tree import Word
from relations.tagging.lexicon import ADJECTIVE, CAPITAL, STATE

Trace = Callable[[str], None]
# Verbs that only carry the noun of action which is their object: who "launched an attack" attacked.
MEETINGS = {"meeting", "negotiation", "phone_call"}
FORCE = {"strike", "clash", "troops_moved", "cyber_attack", "airspace_violated"}
# Nouns of those who act for a country without naming it.
AGENTS = {
    *(
        "official",
        "government",
        "minister",
        "ministry",
        "spokesman",
        "spokeswoman",
        "spokesperson",
        "president",
        "premier",
    ),
    *("parliament", "army", "police", "court", "prosecutor", "diplomat", "envoy", "ambassador", "authority", "cabinet"),
    *("force", "troop", "soldier", "navy", "leader", "side", "general", "commander", "lawmaker", "senator", "king"),
    *("chancellor", "delegation", "embassy", "mission", "assembly", "house", "senate", "congress", "jet", "warplane"),
    *("country", "capital", "state", "kingdom", "republic", "neighbour", "neighbor", "nation", "who", "that", "which"),
    *("secretary", "chief", "director", "head", "commission", "agency", "office", "department", "administration"),
}


@dataclass(frozen=True, slots=True)
class Roles:
    """The words around a trigger. passive: its subject suffers it."""

    word: Word
    passive: bool
    subject: Word | None
    subject_how: str
    objects: list[Word]
    obliques: list[tuple[str, Word]]
    clauses: list[Word]

    @property
    def prepositions(self) -> set[str]:
        return {preposition for preposition, _ in (*self.obliques, *deep_obliques(self.word))}


@dataclass(frozen=True, slots=True)
class Read:
    """One event as one frame reads it. doubt: what its sides take off the confidence."""

    frame: Frame
    trigger: Word
    source: Party
    target: Party
    type: str
    stage: str
    stance: Stance
    doubt: float
    path: str
    symmetric: bool


def no_trace(line: str) -> None:
    """Nobody wants to know which frames were tried."""


def read_sentence(scene: Scene, known: Frames, trace: Trace = no_trace) -> list[Read]:
    """The events that a sentence tells of, in the order of the words that tell of them."""
    found: list[Read] = []
    taken: set[int] = set()
    for word in sorted(scene.tree.words, key=lambda one: (_depth(one), one.index)):
        if word.index in taken:
            continue
        for frame, particle in known.of(word):
            roles = roles_of(word)
            refusal = why_not(frame, particle, roles, scene)
            if refusal:
                trace(f"{word.text}: {frame.name}: no, {refusal}")
                continue
            taken |= consumed(frame, roles)
            read = events_of(frame, roles, scene, trace)
            for one in read:
                trace(
                    f"{word.text}: {frame.name}: {one.source.country} > {one.target.country} {one.type} {one.stage}; {one.path}"
                )
            found.extend(read)
            break
    return sorted(found, key=lambda one: one.trigger.index)


def roles_of(word: Word) -> Roles:
    passive = word.is_verb and is_passive(word)
    who, how = subject(word) if word.is_verb or word.those("cop") else (None, "")
    return Roles(word, passive, who, how, objects(word), list(obliques(word)), clauses(word))


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
    if frame.objects and not any(is_one_of(one, frame.objects) for one in roles.objects):
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
        near = {one.lemma for one in word.below() if abs(one.index - word.index) < 15}
        if frame.with_words and not frame.with_words & near:
            return "none of the words that it needs"
        if frame.without & near:
            return "a word that excludes it"
    return ""


def consumed(frame: Frame, roles: Roles) -> set[int]:
    """The nouns of action that are part of this telling and tell of nothing themselves: "the visit" in "put off the visit"."""
    if not frame.objects:
        return set()
    return {one.index for one in roles.objects if is_one_of(one, frame.objects)} | (
        {one.index for one in [roles.subject] if one is not None and frame.subjects}
    )


def events_of(frame: Frame, roles: Roles, scene: Scene, trace: Trace = no_trace) -> list[Read]:
    said = stance(roles.word)
    outcome = outcome_of(frame, said)
    if outcome is None:
        trace(f"{roles.word.text}: {frame.name}: {said.status} ({said.how})")
        return []
    slug, stage = outcome
    if frame.mutual:
        together = _together(roles, scene)
        if len(together) > 1:
            first, *others = together
            return [_read(frame, roles, first, other, slug, stage, said, "both sides together") for other in others]
    sources = _sources(frame, roles, scene)
    without = {party.country for party in sources}
    targets, slot = _targets(frame, roles, scene, without)
    if sources and not targets and frame.context:
        targets, slot = _from_context(frame, sources, scene), "the text around it"
    if targets and not sources:
        sources = _unnamed(targets, roles, scene)
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
    path = f"source: {source.how}; target by {slot}: {target.how}" if slot != "both sides together" else slot
    if said.how:
        path += f"; {said.status}: {said.how}"
    symmetric = frame.mutual and event_types()[slug].symmetric
    doubt = source.doubt + target.doubt + (0.0 if said.status == Status.DONE else 0.1)
    return Read(frame, roles.word, source, target, slug, stage, said, doubt, path, symmetric)


def _sources(frame: Frame, roles: Roles, scene: Scene) -> list[Party]:
    word = roles.word
    if frame.subjects:
        by = agent(word)
        return scene.parties(by) if by is not None else _owners(roles.subject, scene)
    if word.is_verb or roles.subject is not None:
        if roles.passive:
            by = agent(word)
            return _acting(scene.parties(by)) if by is not None else []
        if roles.subject is None:
            return []
        found = scene.parties(roles.subject) or _owners(roles.subject, scene) or _above(roles.subject, scene)
        return [replace(party, how=f"{party.how} as {roles.subject_how}") for party in _acting(found)]
    found = _owners(word, scene)
    if found:
        return _acting(found)
    above = governing_verb(word)
    if above is None:
        return []
    who = agent(above) if is_passive(above) else subject(above)[0]
    if who is None or who is word:
        return []
    return [
        replace(party, how=f"{party.how}, who {above.text}", doubt=party.doubt + 0.03)
        for party in _acting(scene.parties(who))
    ]


def _above(noun: Word, scene: Scene) -> list[Party]:
    """Who made a thing that says or does it: of "adopted a resolution condemning", who adopted."""
    verb = governing_verb(noun)
    if verb is None or noun.dep.split(":")[0] not in ("obj", "obl", "nmod"):
        return []
    who = agent(verb) if is_passive(verb) else subject(verb)[0]
    if who is None or who is noun:
        return []
    return [replace(party, doubt=party.doubt + 0.05) for party in scene.parties(who)]


def _acting(found: list[Party]) -> list[Party]:
    return [
        replace(party, doubt=party.doubt + (0.2 if party.private else 0.0) + (0.1 if party.place else 0))
        for party in found
    ]


def _owners(noun: Word | None, scene: Scene) -> list[Party]:
    """Whose act a noun of action is: its possessor, the demonym in front, behind "by" or "from"."""
    if noun is None:
        return []
    owners = [*noun.those("nmod:poss")]
    for child in noun.those("amod", "compound"):
        mention = scene.named.get(child.index)
        if mention and (mention.kind == ADJECTIVE or mention.words.split()[0] in ADJECTIVAL_STATES):
            owners.append(child)
    owners.extend(child for child in noun.those("nmod", "obl") if child.preposition in ("by", "from"))
    owners.extend(by for child in noun.those("acl") if (by := agent(child)) is not None)
    for owner in owners:
        found = scene.parties(owner)
        if found:
            return found
    return []


def _targets(frame: Frame, roles: Roles, scene: Scene, without: set[str]) -> tuple[list[Party], str]:
    for slot in frame.targets:
        if slot == "clause":
            for clause in roles.clauses:
                who, _ = subject(clause)
                found = (
                    [party for party in scene.parties(who) if party.country not in without] if who is not None else []
                )
                if found:
                    return found, "the clause's subject"
        for word in _slot(slot, roles):
            found = _doubted(scene.held_in(word, without), frame, slot)
            if found:
                return found, slot
    for slot in frame.targets:
        for word in _deep_slot(slot, roles):
            found = _doubted([party for party in scene.parties(word) if party.country not in without], frame, slot)
            if found:
                return [replace(party, doubt=party.doubt + 0.08) for party in found], f"{slot} further down"
    return [], ""


def _doubted(found: list[Party], frame: Frame, slot: str) -> list[Party]:
    if frame.place or slot in ("on", "to", "into", "of", "object"):
        return found
    return [replace(party, doubt=party.doubt + 0.1) if party.place else party for party in found]


def _slot(slot: str, roles: Roles) -> list[Word]:
    if slot == "object":
        found = list(roles.objects)
        if not roles.word.is_verb:
            found.extend(child for child in roles.word.those("compound", "amod") if child not in found)
        return found
    if slot == "subject":
        return [roles.subject] if roles.subject is not None else []
    if slot == "clause":
        return roles.clauses
    if slot == "near":
        return [roles.word]
    return [word for preposition, word in roles.obliques if preposition == slot or preposition.split()[0] == slot]


def _deep_slot(slot: str, roles: Roles) -> list[Word]:
    return [word for preposition, word in deep_obliques(roles.word) if preposition.split()[0] == slot]


def _unnamed(sufferers: list[Party], roles: Roles, scene: Scene) -> list[Party]:
    """Who did what a passive doesn't say by whom: whose capital or country is the place, the only other country."""
    suffering = {party.country for party in sufferers}
    for preposition, word in (*roles.obliques, *deep_obliques(roles.word)):
        mention = scene.named.get(word.index)
        if mention and preposition in ("in", "from", "at") and mention.kind in (CAPITAL, STATE):
            if mention.country not in suffering:
                return [Party(mention.as_actor, f"the place, “{mention.words}”", 0.1, word)]
    for verb in roles.word.above():
        # "The ministry said that the envoy was recalled", "asked that the visit be put off".
        who = subject(verb)[0] if verb.is_verb and not is_passive(verb) else None
        speaking = [party for party in scene.parties(who) if party.country not in suffering] if who is not None else []
        if speaking:
            return [replace(party, how=f"{party.how}, who {verb.text}", doubt=party.doubt + 0.12) for party in speaking]
    named = [mention for mention in scene.mentions if mention.country not in suffering]
    if len({mention.country for mention in named}) == 1:
        return [Party(named[0].as_actor, f"the only other country, “{named[0].words}”", 0.15)]
    if roles.subject is not None and not roles.passive and not _may_act(roles.subject):
        return []
    return _other_side(sufferers[0], scene) if not named else []


def _may_act(word: Word) -> bool:
    """Whether a subject that names nobody can still be somebody: "officials", "he", but not "prices"."""
    return word.tag[:3] in ("PRP", "NNP") or any(form in AGENTS for form in variants(word.lemma))


def _from_context(frame: Frame, sources: list[Party], scene: Scene) -> list[Party]:
    acting = {party.country for party in sources}
    if frame.type == "mediation" and len(scene.discourse.pair) == 2 and not acting & set(scene.discourse.pair):
        return [
            Party(ActorMention(side, side, None, ""), "the article's two countries", 0.15)
            for side in scene.discourse.pair
        ]
    named = [mention for mention in scene.mentions if mention.country not in acting]
    if len({mention.country for mention in named}) == 1:
        return [Party(named[0].as_actor, f"the only other country, “{named[0].words}”", 0.2)]
    return _other_side(sources[0], scene) if not named else []


def _other_side(one: Party, scene: Scene) -> list[Party]:
    other = scene.discourse.other(one.country)
    if not other:
        return []
    doubt = 0.2 if one.country in scene.discourse.pair else 0.25
    return [Party(ActorMention(other, other, None, ""), "the article's other country", doubt)]


def _together(roles: Roles, scene: Scene) -> list[Party]:
    """All sides of a mutual act, where one phrase names them."""
    word = roles.word
    phrases: list[Word] = []
    if word.is_verb and roles.subject is not None and not roles.passive:
        phrases.append(roles.subject)
    if roles.passive:
        phrases.extend(by for by in [agent(word)] if by is not None)
    phrases.extend(inner for preposition, inner in roles.obliques if preposition in ("between", "of", "by", "among"))
    phrases.extend(child for child in word.those("amod", "compound", "nmod:poss") if child.index in scene.named)
    if not word.is_verb:
        above = governing_verb(word)
        who = subject(above)[0] if above is not None and not is_passive(above) else None
        phrases.extend([who] if who is not None and who is not word else [])
    for phrase in phrases:
        found = [party for party in scene.parties(phrase) if not party.private]
        if len(found) > 1:
            return found
    if roles.subject is not None and word.is_verb:
        found = [party for one in with_conjuncts(roles.subject) for party in scene.parties(one)]
        return found if len({party.country for party in found}) > 1 else []
    named = [
        party
        for child in word.those("amod", "compound")
        if child.index in scene.named
        for party in scene.parties(child)
    ]
    return list({party.country: party for party in named}.values())


def _fits_clause(wanted: str, clause: Word) -> bool:
    if wanted == "any":
        return True
    infinitive = clause.mark == "to" or any(child.tag == "TO" for child in clause.children)
    return infinitive if wanted == "to" else not infinitive


def _depth(word: Word) -> int:
    return len(list(word.above()))

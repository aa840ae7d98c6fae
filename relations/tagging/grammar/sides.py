"""Who acts and on whom: the two sides of what a frame found, from the roles around its word. Pure.

Each guess beyond a plain subject or object costs confidence, and says in words how it was made.
"""

from __future__ import annotations

from dataclasses import replace

from relations.tagging.actors import ADJECTIVAL_STATES
from relations.tagging.coded import ActorMention
from relations.tagging.grammar.frames import Frame, variants
from relations.tagging.grammar.parties import Party, Scene
from relations.tagging.grammar.roles import (
    MEANS,
    QUANTITY,
    Roles,
    agent,
    deep_obliques,
    describing,
    doer,
    governing_verb,
    is_passive,
    objects,
    obliques,
    roles_of,
    subject,
    with_conjuncts,
)
from relations.tagging.grammar.stance import SPEAKING_ACTS
from relations.tagging.grammar.tree import Word
from relations.tagging.grammar.vocabulary import words
from relations.tagging.lexicon import ADJECTIVE, CAPITAL, PLACE, STATE

# Acts whose doer is what moves: "the withdrawal of Russian troops".
MOVES = {"withdrawal", "troops_moved", "visit_made", "visit_announced", "visit_postponed", "visit_cancelled"}
AGENTS = words("agents")
WHERE = {"in", "from", "at", "through", "across"}
# A noun of action behind these is a cause or a time, and mostly somebody else's act: "cut ties because of the war".
ASIDE = {"over", "because of", "despite", "after", "during", "following", "amid", "since", "before", "due to", "about"}


def sources_of(frame: Frame, roles: Roles, scene: Scene) -> list[Party]:
    """Who did what the frame tells of, as far as the clause says so; empty where it doesn't."""
    word = roles.word
    if frame.subjects:
        by = agent(word)
        if by is not None:
            return scene.parties(by)
        return _owners(roles.subject, scene) or (scene.parties(roles.subject) if roles.subject is not None else [])
    if word.is_verb or roles.subject is not None:
        if roles.passive:
            by = agent(word)
            return _acting(scene.parties(by)) if by is not None else []
        if roles.subject is None:
            return []
        found = scene.parties(roles.subject) or _owners(roles.subject, scene) or _above(roles.subject, scene)
        if not found:
            # "The European Union, the United States and others have": the parser gives two subjects.
            more = [other for other in word.those("nsubj") if other is not roles.subject]
            found = [party for other in more for party in scene.parties(other)]
        return [replace(party, how=f"{party.how} as {roles.subject_how}") for party in _acting(found)]
    found = _owners(word, scene, frame)
    if found:
        return _acting(found)
    above = governing_verb(word)
    if above is None:
        return []
    who = doer(above)
    if who is None or who is word:
        return []
    doubt = 0.25 if word.preposition in ASIDE else 0.03
    return [
        replace(party, how=f"{party.how}, who {above.text}", doubt=party.doubt + doubt)
        for party in _acting(scene.parties(who))
    ]


def _above(noun: Word, scene: Scene) -> list[Party]:
    """Who made a thing that says or does it: of "adopted a resolution condemning", who adopted."""
    verb = governing_verb(noun)
    if verb is None or noun.dep.split(":")[0] not in ("obj", "obl", "nmod"):
        return []
    who = doer(verb)
    if who is None or who is noun:
        return []
    return [replace(party, doubt=party.doubt + 0.05) for party in scene.parties(who)]


def _acting(found: list[Party]) -> list[Party]:
    return [
        replace(party, doubt=party.doubt + (0.2 if party.private else 0.0) + (0.1 if party.place else 0))
        for party in found
    ]


def _owners(noun: Word | None, scene: Scene, frame: Frame | None = None) -> list[Party]:
    """Whose act a noun of action is: its possessor, the demonym in front, behind "by" or "from"."""
    if noun is None:
        return []
    owners = [*noun.those("nmod:poss")]
    if noun.dep == "nmod" and noun.preposition == "of" and (noun.head.lemma in QUANTITY or noun.head.lemma in MEANS):
        # "four days of mediation by Oman", where the parser hangs Oman on the days
        owners.extend(child for child in noun.head.those("nmod", "obl") if child.preposition == "by")
    for child in describing(noun):
        mention = scene.named.get(child.index)
        if mention and (mention.kind == ADJECTIVE or mention.words.split()[0] in ADJECTIVAL_STATES):
            owners.append(child)
    # "the withdrawal of troops from Georgia": where the frame looks for its target, no owner stands.
    by = ("by",) if frame is not None and "from" in frame.targets else ("by", "from")
    owners.extend(child for child in noun.those("nmod", "obl") if child.preposition in by)
    if frame is not None and frame.type in MOVES:
        owners.extend(objects(noun))
    owners.extend(by_whom for child in noun.those("acl") if (by_whom := agent(child)) is not None)
    for owner in owners:
        found = scene.parties(owner)
        if found:
            return found
    return []


def targets_of(frame: Frame, roles: Roles, scene: Scene, without: set[str]) -> tuple[list[Party], str]:
    """To whom it was done, never one of those given, and the slot in which they stand; empty for nobody."""
    for slot in frame.targets:
        if slot in ("clause", "clause_subject"):
            for clause in roles.clauses:
                who, _ = subject(clause)
                found = scene.others(who, without) if who is not None else []
                if found:
                    return found, "the clause's subject"
        for word in _slot(slot, roles):
            found = _doubted(scene.held_in(word, without), frame, slot)
            if found:
                return found, slot
    if frame.speech and roles.word.dep in ("advcl", "xcomp") and roles.word.head.lemma in SPEAKING_ACTS:
        # "wrote to Ankara to apologise", "summoned the envoy to complain"
        above = roles_of(roles.word.head)
        addressed = [
            word for preposition, word in above.obliques if preposition in ("to", "on", "with", "iobj", "against")
        ]
        for word in (*above.objects, *addressed):
            found = scene.others(word, without)
            if found:
                return found, f"whom they {above.word.text}"
    if frame.speech and roles.word.dep == "acl" and roles.word.mark == "to":
        found = scene.others(roles.word.head, without)
        if found:
            return found, "whom it is for"
    for slot in frame.targets:
        for word in _deep_slot(slot, roles):
            found = _doubted(scene.others(word, without), frame, slot)
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


def unnamed(frame: Frame, sufferers: list[Party], roles: Roles, scene: Scene) -> list[Party]:
    """Who did what a passive doesn't say by whom: whose capital or country is the place, the only other country."""
    told = agent(roles.word) if roles.passive else roles.subject
    settled = scene.discourse.knows_the_pair
    of_the_street = frame.type == "protest_public" and told is not None and told.tag[:3] != "NNP"
    if told is not None and not of_the_street and not _may_act(told) and not (settled and told.tag[:3] == "NNP"):
        # It is said who did it, only not for which country: an organisation, a firm, someone unknown.
        return []
    suffering = {party.country for party in sufferers}
    places = () if frame.mutual else (*roles.obliques, *deep_obliques(roles.word))
    sufferer = {word.index for word in roles.subject.below()} if roles.subject is not None else set()
    for preposition, word in places:
        if word.index in sufferer:
            continue  # "aircraft registered in Belarus were refused entry" says whose they are.
        mention = scene.named.get(word.index)
        is_place = mention and preposition in WHERE and mention.kind in (CAPITAL, STATE, PLACE)
        if mention and is_place and mention.country not in suffering:
            return [Party(mention.as_actor, f"the place, “{mention.words}”", 0.1, word)]
    for verb in roles.word.above():
        # "The ministry said that the envoy was recalled", "asked that the visit be put off".
        who = subject(verb)[0] if verb.is_verb and not is_passive(verb) else None
        speaking = scene.others(who, suffering) if who is not None else []
        if speaking:
            return [replace(party, how=f"{party.how}, who {verb.text}", doubt=party.doubt + 0.12) for party in speaking]
    if frame.speech and not roles.passive and not settled:
        return []  # Whoever says it would be named.
    named = [mention for mention in scene.mentions if mention.country not in suffering]
    if len({mention.country for mention in named}) == 1:
        return [Party(named[0].as_actor, f"the only other country, “{named[0].words}”", 0.15)]
    return _other_side(sufferers[0], scene, suffering) if not named else []


def _may_act(word: Word) -> bool:
    """Whether a subject that names nobody can still be somebody: "officials", "he", but not "prices"."""
    return word.tag == "PRP" or (word.tag[:3] != "NNP" and any(form in AGENTS for form in variants(word.lemma)))


def from_context(frame: Frame, roles: Roles, sources: list[Party], scene: Scene) -> list[Party]:
    """The other side where the clause names none: the only other country of the sentence, else that of the article."""
    beside = [word for preposition, word in roles.obliques if preposition in ("with", "against", "to", "from", "by")]
    settled = scene.discourse.knows_the_pair
    if not settled and any(
        word.tag[:3] == "NNP" and word.index not in scene.named for word in (*roles.objects, *beside)
    ):
        return []  # It is said to whom, but to no country: an organisation, a firm, someone unknown.
    if any(child.lemma == "own" for one in roles.objects for child in one.children):
        return []  # "ordered its own factories to stop"
    if roles.objects and roles.word.dep in ("advcl", "acl") and roles.word.mark in ("for", "of", "from", "by"):
        return []  # "criticised Ankara for jailing journalists"
    acting = {party.country for party in sources}
    if frame.type == "mediation":
        between = [side for side in scene.discourse.leading if side not in acting][:2]
        return [Party(ActorMention(side, side, None, ""), "the article's two sides", 0.15) for side in between]
    named = [mention for mention in scene.mentions if mention.country not in acting]
    if len({mention.country for mention in named}) == 1:
        return [Party(named[0].as_actor, f"the only other country, “{named[0].words}”", 0.2)]
    return _other_side(sources[0], scene, acting) if settled or not named else []


def _other_side(one: Party, scene: Scene, but: set[str]) -> list[Party]:
    other = scene.discourse.other(one.country, but)
    if not other:
        return []
    doubt = 0.2 if one.country in scene.discourse.pair else 0.25
    return [Party(ActorMention(other, other, None, ""), "the article's other country", doubt)]


def together(frame: Frame, roles: Roles, scene: Scene) -> list[Party]:
    """All sides of a mutual act, where one phrase names them."""
    word = roles.word
    phrases: list[Word] = []
    if word.is_verb and roles.subject is not None and not roles.passive:
        phrases.append(roles.subject)
    if roles.passive:
        phrases.extend(by for by in [agent(word)] if by is not None)
    # "telephoned the leaders of A and B" has a doer of its own, and A and B are not each other's partners.
    done_by_another = word.is_verb and not roles.passive and roles.subject is not None
    joining = ("between", "among") if done_by_another else ("between", "of", "by", "among")
    phrases.extend(inner for preposition, inner in roles.obliques if preposition in joining)
    phrases.extend(child for child in word.those("amod", "compound", "nmod:poss") if child.index in scene.named)
    if not word.is_verb:
        above = governing_verb(word)
        who = subject(above)[0] if above is not None and not is_passive(above) else None
        phrases.extend([who] if who is not None and who is not word else [])
    if roles.subject is not None and (frame.subjects or roles.passive):
        # "The talks between A and B, held in Jakarta", "flights between A and B resumed"
        phrases.extend(inner for preposition, inner in obliques(roles.subject) if preposition in ("between", "of"))
    phrases.extend(inner for one in roles.objects for preposition, inner in obliques(one) if preposition == "between")
    for phrase in phrases:
        found = [party for party in scene.parties(phrase) if not party.private]
        if len(found) > 1:
            return found
    if roles.subject is not None and scene.may_mean_both(roles.subject):
        return scene.both(roles.subject)
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

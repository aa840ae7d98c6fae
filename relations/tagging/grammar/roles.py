"""Who does it, to what, and with which prepositions: the roles around a verb or a noun of action, from the tree alone.

Each rule for a missing subject is a function of its own in SUBJECT_RULES, tried in order, so that what was found can
name it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from relations.tagging.grammar.tree import Word
from relations.tagging.grammar.vocabulary import words

OBJECT_CONTROL = words("object_control")
RELATIVE = {"who", "which", "that", "whom", "whose"}
QUANTITY = words("quantity")
SubjectRule = Callable[[Word], Word | None]


MEANS = words("means")
INTRANSITIVE = words("intransitive")
STATES = words("states")


def is_passive(verb: Word) -> bool:
    if verb.lemma in STATES and not verb.those("obl:agent"):
        return False
    if verb.tag == "VB" and verb.mark == "to" and not verb.those("aux:pass"):
        return False  # "is to set out"
    if verb.those("aux:pass"):
        return True
    if verb.those("obj") and any(child.dep == "nsubj" for child in verb.children):
        return False
    if verb.those("nsubj:pass") and verb.lemma not in INTRANSITIVE:
        return True
    if verb.tag == "VBN" and any(child.lemma not in MEANS for child in verb.those("obl:agent")):
        return True
    # "the envoy recalled by Ankara", "Summoned to the ministry, the envoy ..."
    if verb.tag != "VBN":
        return False
    if verb.dep == "conj" and verb.head.is_verb and not verb.those("obj", "aux"):
        return verb.head.tag == "VBN" and is_passive(verb.head)
    return verb.dep in ("acl", "advcl") and not verb.those("obj", "aux")


def own_subject(verb: Word) -> Word | None:
    """ "Iran closed": the subject itself; that of a relative clause is the noun in front."""
    for child in verb.those("nsubj", "csubj"):
        if child.lemma in RELATIVE and child.dep != "csubj":
            # "the resolution which passed", and "what" that has no antecedent
            return _antecedent(verb) or child
        return child
    return None


def subject_of_conjunct(verb: Word) -> Word | None:
    """ "Iran closed and Iraq opened": without its own, a verb behind "and" has the subject of the one in front."""
    if verb.dep == "conj" and (verb.head.is_verb or verb.head.those("nsubj", "cop")):
        if verb.tag == "VBN" and is_passive(verb) != is_passive(verb.head):
            return None
        return _deep_subject(verb.head)
    return None


def subject_by_control(verb: Word) -> Word | None:
    """ "agreed to close": the subject of what governs; "urged Iran to close": its object."""
    if verb.dep not in ("xcomp", "ccomp", "advcl", "obl"):
        return None
    governor = verb.head
    if verb.dep in ("ccomp", "advcl", "obl") and verb.those("aux", "aux:pass") and verb.mark not in ("to", "of", "by"):
        if verb.dep == "ccomp":
            return None
        return _deep_subject(governor) if verb.tag == "VBG" else None
    controlled = governor.that("obj", "iobj") or (governor.that("nsubj:pass") if is_passive(governor) else None)
    if controlled is not None and governor.lemma in OBJECT_CONTROL and verb.dep != "advcl":
        return controlled
    if controlled is not None and verb.mark in ("for", "of", "from"):
        return controlled  # "praised Kenya for returning", "barred them from entering"
    on = next((child for child in governor.those("obl") if child.preposition in ("on", "upon", "to", "for")), None)
    if on is not None and governor.lemma in ("call", "appeal", "prevail") and verb.mark == "to":
        return on
    return _deep_subject(governor)


def subject_of_participle(verb: Word) -> Word | None:
    """ "troops crossing the border", "a plan to close": the noun in front acts, or its owner does."""
    if verb.dep not in ("acl", "acl:relcl"):
        return None
    noun = verb.head
    above = governing_verb(noun)
    if verb.dep == "acl" and verb.tag == "VBG" and above is not None and _behind_a_comma(verb):
        # "expelled three envoys, accusing them": who expelled accuses.
        return _deep_subject(above)
    if verb.dep == "acl:relcl" or (verb.dep == "acl" and verb.tag in ("VBG", "VBN") and verb.mark == ""):
        return noun
    # "Ankara's decision to close", "took a decision to close"
    if noun.those("nmod:poss") or any(child.preposition == "by" for child in noun.those("nmod")):
        return noun
    if above is not None and above.lemma in OBJECT_CONTROL and noun.dep in ("obj", "nsubj:pass"):
        return noun
    if above is not None and noun.dep.split(":")[0] in ("obj", "obl", "nmod"):
        return _deep_subject(above)
    return noun


SUBJECT_RULES: list[SubjectRule] = [own_subject, subject_of_conjunct, subject_by_control, subject_of_participle]


def subject(verb: Word) -> tuple[Word | None, str]:
    """The word that heads the subject, of a passive who suffers it; and the rule that found it."""
    for rule in SUBJECT_RULES:
        found = rule(verb)
        if found is not None and found is not verb:
            return found, rule.__name__.replace("_", " ")
    return None, ""


def _deep_subject(verb: Word) -> Word | None:
    if not verb.is_verb and not verb.those("nsubj", "nsubj:pass", "cop"):
        return None
    return subject(verb)[0]


def agent(verb: Word) -> Word | None:
    """Who did what a passive tells of: behind "by"."""
    for child in verb.those("obl:agent", "obl", "nmod"):
        if (child.dep == "obl:agent" or child.preposition == "by") and child.lemma not in MEANS:
            return child
    return None


def doer(verb: Word) -> Word | None:
    """Who did what a clause tells of: the agent of a passive, else the subject."""
    return agent(verb) if is_passive(verb) else subject(verb)[0]


def describing(noun: Word, *more: str) -> list[Word]:
    """What stands in front of a noun, and in front of that: Canadian and fisheries of "Canadian fisheries officers".

    more: relations that describe as well.
    """
    near = noun.those("amod", "compound", *more)
    return [*near, *(inner for child in near if child.is_noun for inner in child.those("amod", "compound"))]


def objects(word: Word) -> list[Word]:
    """What a verb is done to, "of" what a noun of action is, unwrapped from words of quantity."""
    found: list[Word] = []
    if word.is_verb or word.those("obj"):
        if is_passive(word):
            sufferer = subject(word)[0]
            found.extend([sufferer] if sufferer is not None else [])
            found.extend(word.those("obj"))
        else:
            found.extend(word.those("obj") or word.those("iobj"))
            if not found and word.dep == "acl:relcl":
                # "the resolution that Iran proposed"
                whom = _antecedent(word)
                subject_word = subject(word)[0]
                if whom is not None and whom is not subject_word and word.that("nsubj"):
                    found.append(whom)
    else:
        of = [child for child in word.those("nmod") if child.preposition == "of"]
        # "a cut in aid", "the ban on exports"
        found.extend(of or [child for child in word.those("nmod") if child.preposition in ("in", "on")])
        found.extend(child for child in word.those("compound", "nmod:poss") if child.tag[:2] == "NN")
    return [inner for outer in found for inner in with_conjuncts(unwrapped(outer))]


def unwrapped(word: Word) -> Word:
    """What is counted: of "dozens of troops" the troops."""
    for _ in range(3):
        inner = next((child for child in word.those("nmod") if child.preposition == "of"), None)
        if inner is None or word.lemma not in QUANTITY:
            return word
        word = inner
    return word


def with_conjuncts(word: Word) -> list[Word]:
    return [word, *(part for child in word.those("conj") if not child.is_verb for part in with_conjuncts(child))]


def obliques(word: Word) -> Iterator[tuple[str, Word]]:
    """Prepositions with what they govern: of the word, then of its objects, which the parser confounds."""
    for child in word.those("obl", "nmod", "iobj", "advcl", "acl", "obl:agent"):
        if child.dep == "nmod:poss":
            continue
        if child.preposition:
            yield child.preposition, child
        elif child.dep == "iobj":
            yield "iobj", child
    for direct in word.those("obj", "nsubj:pass", "xcomp", "nmod"):
        if direct.dep == "nmod:poss":
            continue
        for child in direct.those("nmod", "obl"):
            if child.dep != "nmod:poss" and child.preposition:
                yield child.preposition, child


def deep_obliques(word: Word) -> Iterator[tuple[str, Word]]:
    """Prepositions with what they govern anywhere below, as far as the clause goes: for what was hung too deep."""
    for child in word.children:
        if child.dep in ("acl:relcl", "ccomp", "parataxis", "nsubj", "appos") or (
            child.dep == "conj" and child.is_verb
        ):
            continue
        if child.dep == "advcl" and child.mark not in ("", "to"):
            continue
        if child.preposition and child.dep != "nmod:poss":
            yield child.preposition, child
        yield from deep_obliques(child)


def clauses(word: Word) -> list[Word]:
    """The clauses that complete it: what is said, threatened, planned."""
    found = [child for child in word.those("ccomp", "xcomp", "advcl", "acl") if child.dep != "acl:relcl"]
    for direct in word.those("obj", "obl"):
        found.extend(
            child for child in direct.those("acl") if child.dep == "acl" and child.mark in ("to", "of", "that")
        )
    return found


def governing_verb(word: Word) -> Word | None:
    """The verb, or what stands for one, in whose clause a noun stands."""
    for above in word.above():
        if above.is_verb or above.those("nsubj", "cop"):
            return above
    return None


def _antecedent(verb: Word) -> Word | None:
    for above in (verb, *verb.above()):
        if above.dep == "acl:relcl":
            return above.head
        if above.dep not in ("conj", "xcomp", "ccomp"):
            return None
    return None


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


def roles_of(word: Word) -> Roles:
    passive = word.is_verb and is_passive(word)
    who, how = subject(word) if word.is_verb or word.those("cop", "nsubj") else (None, "")
    beside = list(obliques(word))
    if not word.is_verb and word.dep in ("obj", "nsubj:pass") and word.head.is_verb:
        # "completed its pullout from Cambodia": what hangs on the light verb belongs to the noun as well.
        beside.extend(one for one in obliques(word.head) if one[1] is not word and one not in beside)
    return Roles(word, passive, who, how, objects(word), beside, clauses(word))


def _behind_a_comma(word: Word) -> bool:
    first = min(below.index for below in word.below() if below.dep != "punct")
    around = (*word.head.below(), *word.below())
    return any(below.text == "," and below.index == first - 1 for below in around)

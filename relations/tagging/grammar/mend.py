"""Mends what the parser often gets wrong in news, shape by shape, so that the rules may trust the tree. Pure.

Each mend is a function in MENDS that changes the tree where it knows the shape. The treebanks that the parser was
trained on hold little news; see the model's card.
"""

from __future__ import annotations

from collections.abc import Callable

from relations.tagging.grammar.tree import Tree, Word
from relations.tagging.grammar.vocabulary import words

PARTICLES = {"off", "out", "up", "over", "down", "back"}
WITH_A_PARTICLE = words("with_a_particle")
# Relations by which the parser hangs on a verb that it has no place for.
LOOSE = {"parataxis", "ccomp", "conj", "advcl", "xcomp", "dep"}
Mend = Callable[[Tree, Word], None]


def mended(tree: Tree) -> Tree:
    for mend in MENDS:
        for word in tree.words:
            mend(tree, word)
    return tree


def verb_taken_for_a_participle(tree: Tree, word: Word) -> None:
    """ "Tanks shelled positions": a participle behind a noun and in front of the noun that it was hung on."""
    thing = word.head
    if word.dep != "amod" or word.tag not in ("VBN", "VBD") or thing.index < word.index or not word.index:
        return
    doer = tree.words[word.index - 1]
    if not doer.is_noun or doer.dep == "nmod:poss":
        return
    while not doer.is_root and doer.head.index < word.index and doer.head.is_noun and doer.head is not thing:
        doer = doer.head
    governor, relation = (thing.head, thing.dep) if doer.head is thing or thing.is_root else (doer.head, doer.dep)
    if doer.is_root or governor in (thing, doer):
        governor, relation = word, "ROOT"
    word.hang_on(governor, relation)
    doer.hang_on(word, "nsubj")
    thing.hang_on(word, "obj")


def perfect_taken_apart(tree: Tree, word: Word) -> None:
    """ "Has lifted sanctions", where "has" governs the sanctions and "lifted" hangs on them."""
    thing = word.head
    if word.dep != "amod" or word.tag != "VBN" or not word.index:
        return
    have = tree.words[word.index - 1]
    if have.lemma != "have" or not have.is_verb or thing.head is not have:
        return
    word.hang_on(word if have.is_root else have.head, have.dep)
    for child in list(have.children):
        if child is not word:
            child.hang_on(word, "obj" if child is thing else child.dep)
    have.hang_on(word, "aux")


def root_noun_with_its_verb(tree: Tree, word: Word) -> None:
    """ "Units crossed into Iraq", where "crossed" hangs on the units: nothing else can be the verb, or it has an
    object, as no passive has."""
    noun = word.head
    if word.dep != "acl" or word.tag != "VBN" or not noun.is_root or word is noun or not noun.is_noun:
        return
    if word.those("obl:agent") or word.index < noun.index or (tree.has_finite_verb and not word.those("obj")):
        return
    word.hang_on(word, "ROOT")
    noun.hang_on(word, "nsubj")


def particle_taken_for_a_preposition(tree: Tree, word: Word) -> None:
    """ "Put off a visit", where "off" was read as the preposition of the visit."""
    phrase = word.head
    if word.dep != "case" or word.text.lower() not in PARTICLES or not word.index or phrase.dep != "obl":
        return
    verb = phrase.head
    if verb.index != word.index - 1 or verb.that("obj") or not (word.tag == "RP" or verb.lemma in WITH_A_PARTICLE):
        return
    word.hang_on(verb, "compound:prt")
    phrase.dep = "obj"


def due_taken_for_a_preposition(tree: Tree, word: Word) -> None:
    """ "Is due in Oslo", where Oslo governs all."""
    place = word.head
    if word.lemma != "due" or word.dep != "case" or not place.those("nsubj", "cop"):
        return
    word.hang_on(word if place.is_root else place.head, place.dep)
    for child in place.those("nsubj", "cop", "aux", "punct", "advmod", "obl", "parataxis", "conj"):
        child.hang_on(word, child.dep)
    place.hang_on(word, "obl")


def called_taken_for_named(tree: Tree, word: Word) -> None:
    """ "Called Nepal's premier to explain", where the premier was read as what somebody was called."""
    verb = word.head
    if word.dep == "xcomp" and word.is_noun and verb.lemma in ("call", "telephone", "phone") and not verb.those("obj"):
        word.dep = "obj"


def reduced_relative_taken_for_the_verb(tree: Tree, word: Word) -> None:
    """ "The pilot arrested in March was set free", where "arrested" got the subject and "was set" none."""
    noun = word.that("nsubj")
    if word.tag not in ("VBN", "VBD") or word.those("aux", "obj") or noun is None or noun.index > word.index:
        return
    for verb in tree.words[word.index + 1 :]:
        if verb.text in (",", ";", ":"):
            return
        if verb.is_verb and verb.those("aux:pass") and not verb.those("nsubj", "cc"):
            beside = verb.head is word or (verb.head is word.head and not word.is_root)
            # Or the parser saw two sentences.
            if not (verb.is_root and word.is_root) and not (beside and verb.dep in LOOSE):
                return
            verb.hang_on(verb if word.is_root else word.head, word.dep)
            for child in word.those("mark", "cc", "punct"):
                child.hang_on(verb, child.dep)
            noun.hang_on(verb, "nsubj:pass")
            word.hang_on(noun, "acl")
            return


MENDS: list[Mend] = [
    verb_taken_for_a_participle,
    perfect_taken_apart,
    root_noun_with_its_verb,
    particle_taken_for_a_preposition,
    due_taken_for_a_preposition,
    called_taken_for_named,
    reduced_relative_taken_for_the_verb,
]

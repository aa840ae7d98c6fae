"""What a sentence says of an act: done, still to come, refused, only possible, denied. Pure.

Read from the verb's own auxiliaries and from the words that govern it, from the inside out (data/governors.toml).
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path

from relations.tagging.grammar.tree import Word
from relations.tagging.grammar.vocabulary import words

FILE = Path(__file__).parent.parent / "data" / "governors.toml"
NEGATIONS = {"not", "never", "n't", "n’t", "neither", "hardly", "nor"}
FUTURE = {"will", "would", "shall", "'ll", "’ll", "wo", "ll"}
MODAL = {"can", "could", "may", "might", "should", "must", "ca", "ought"}
# With "have": "may have launched" supposes that it was done.
SUPPOSING = {"may", "might", "could", "must"}
CONDITIONS = {"if", "unless", "whether", "lest"}
INSTEAD = {"without", "instead of", "rather than", "short of", "against", "instead"}
SPEAKING_ACTS = words("speaking_acts")
FORMER = {"once", "formerly", "previously"}
ATTENDING = words("attending")
# "accused of closing", "aimed at signing", "prevented from landing"
LINKING = {"of", "at", "in", "from", "for", "about", "on", "against", "into"}
NOUN_LINKS = {"obj", "nmod", "obl", "nsubj", "nsubj:pass", "compound", "nmod:poss", "appos", "obl:agent", "iobj"}


class Status(StrEnum):
    DONE = "done"
    PLANNED = "still to come"
    CONDITIONAL = "to come on a condition"
    REFUSED = "refused"
    THREATENED = "threatened"
    POSSIBLE = "only possible"
    NOT = "not done"
    ALLEGED = "only alleged"


@dataclass(frozen=True, slots=True)
class Stance:
    """status, and the words that it was read from. supposed: "may have"."""

    status: Status = Status.DONE
    how: str = ""
    supposed: bool = False

    def under(self, status: Status, word: str) -> Stance:
        return replace(self, status=status, how=f"{self.how} < {word}" if self.how else word)


@cache
def governors() -> dict[str, str]:
    """The list of data/governors.toml in which each word stands."""
    table = tomllib.loads(FILE.read_text("utf-8"))
    return {word: name for name, words in table.items() for word in words}


def stance(word: Word, *, speech: bool = False, ahead: Sequence[int] = ()) -> Stance:
    """The stance of the act that a verb or noun tells of.

    speech: the act is one of words, done by the call or the march that is made for it. ahead: where days to come are
    named; what is told of them in the present tense is a plan.
    """
    found = _own(word)
    if found.status == Status.DONE and word.tag in ("VBZ", "VBP", "VBG") and ahead:
        below_it = [child.start for child in word.below()]
        if any(min(below_it) <= at <= max(below_it) + 30 for at in ahead):
            found = Stance(Status.PLANNED, "on a day to come")
    below = word
    for governor in word.above():
        if not (speech and below.dep in ("advcl", "xcomp", "acl") and governor.lemma in SPEAKING_ACTS):
            found = _under(found, below, governor)
        if below.dep == "acl:relcl" or below.dep.startswith("parataxis"):
            break
        below = governor
    return found


def _own(word: Word) -> Stance:
    """From its own auxiliaries; a verb behind "and" shares those of the verb in front."""
    bearer = word
    while (
        bearer.dep == "conj"
        and bearer.head.is_verb
        and not bearer.those("aux", "nsubj")
        and bearer.tag in ("VB", "VBN")
    ):
        bearer = bearer.head
    aux = [child for child in bearer.those("aux") if child.dep != "aux:pass"]
    negated = any(
        child.lemma in NEGATIONS or child.text.lower() in NEGATIONS for child in (*word.children, *bearer.children)
    )
    negated = negated or any(child.lemma == "no" and child.dep == "det" for child in word.children)
    # "no longer provides"
    longer = [child for child in (*word.children, *bearer.children) if child.text.lower() == "longer"]
    negated = negated or any(below.lemma == "no" for child in longer for below in child.children)
    found = Stance()
    for child in aux:
        lemma = child.text.lower()
        if lemma in SUPPOSING and bearer.tag == "VBN" and any(other.lemma == "have" for other in aux):
            found = Stance(Status.DONE, f"{child.text} have", supposed=True)
            break
        if lemma in MODAL:
            found = Stance(Status.POSSIBLE, child.text)
        elif lemma in FUTURE or (child.lemma == "be" and word.tag == "VB"):
            found = Stance(Status.PLANNED, child.text)
    if bearer.tag == "VB" and bearer.mark == "to" and any(child.lemma == "be" for child in bearer.those("cop", "aux")):
        found = Stance(Status.PLANNED, "is to")
    if any(child.lemma in FORMER and child.dep == "advmod" for child in word.children):
        return Stance(Status.NOT, "once")
    if negated:
        refused = found.status == Status.PLANNED or any(child.text.lower() in ("can", "ca", "could") for child in aux)
        found = Stance(Status.REFUSED if refused else Status.NOT, f"{found.how} not".strip())
    if word.is_verb and word.mark in CONDITIONS:
        return found.under(Status.POSSIBLE, word.mark)
    if any(child.lemma == "if" and child.dep in ("mark", "advmod") for child in word.children) and word.is_verb:
        return found.under(Status.POSSIBLE, "if")
    if word.is_verb and found.status == Status.PLANNED:
        for child in word.those("advcl"):
            if child.mark in ("if", "unless"):
                return found.under(Status.CONDITIONAL, child.mark)
    return found


def _under(found: Stance, below: Word, governor: Word) -> Stance:
    """What the governor adds to the stance of what it governs."""
    link = below.dep.split(":")[0] if below.dep != "nmod:poss" else below.dep
    if link in ("conj", "punct", "root") or below.dep in ("acl:relcl", "parataxis", "appos"):
        return found
    noun_below = not below.is_verb
    if below.preposition in INSTEAD or below.mark in ("without", "instead"):
        return found.under(Status.NOT, below.preposition or below.mark)
    if link == "advcl":
        return _under_adverbial(found, below, governor)
    if noun_below and link not in NOUN_LINKS and not below.those("cop"):
        return found
    if governor.lemma == "be" and below.tag == "VB" and link == "xcomp":
        return found.under(Status.PLANNED, "is to")
    name = governors().get(governor.lemma, "")
    if not name and link == "xcomp" and below.mark == "to" and governor.that("obj") and found.status == Status.DONE:
        return found.under(Status.POSSIBLE, "in order to")
    if noun_below and link in ("nsubj", "nsubj:pass", "obl", "nmod:poss", "nmod") and governor.is_verb:
        # A meeting that fails, talks due on Monday: read from the verb as a frame; in an adverbial it is asserted.
        name = name if link == "nsubj:pass" or (link == "obl" and below.preposition in ("for", "on", "to")) else ""
        name = "" if name == "said" else name
    if governor.lemma == "rule" and not any(child.lemma == "out" for child in governor.children):
        name = ""
    attending = governor.lemma in ATTENDING
    own = _own(governor) if name or attending or link in ("xcomp", "ccomp", "obj") else Stance()
    found = _combined(found, name, governor, noun=noun_below)
    if attending and own.status in (Status.NOT, Status.REFUSED):
        return found.under(Status.NOT, f"not {governor.text}")
    open_yet = (Status.DONE, Status.PLANNED, Status.THREATENED, Status.CONDITIONAL)
    if own.status == Status.NOT and found.status in open_yet and name != "said":
        return found.under(Status.NOT, f"not {governor.text}")
    if own.status == Status.POSSIBLE and link in ("xcomp", "ccomp", "obj", "acl") and found.status == Status.DONE:
        if name in ("said", "alleged"):
            return found
        return found.under(Status.POSSIBLE, own.how)
    if own.status == Status.PLANNED and link in ("xcomp", "obj") and found.status == Status.DONE and name != "said":
        return found.under(Status.PLANNED, own.how)
    return found


def _under_adverbial(found: Stance, below: Word, governor: Word) -> Stance:
    if below.mark in CONDITIONS or below.mark == "until":
        return found.under(Status.POSSIBLE, below.mark)
    opening = governor.that("mark")
    if opening is not None and opening.lemma in CONDITIONS and opening.index < below.index < governor.index:
        return found.under(Status.POSSIBLE, opening.lemma)  # The parser hung the "if" too high.
    if below.mark in LINKING:
        return _combined(found, governors().get(governor.lemma, ""), governor, noun=False)
    if below.mark == "to" or (below.tag == "VB" and any(child.tag == "TO" for child in below.children)):
        if found.status in (Status.NOT, Status.POSSIBLE):
            return found
        name = governors().get(governor.lemma, "")
        if name in ("planned", "refused", "threatened"):
            return _combined(found, name, governor, noun=False)
        # "flew to Baghdad to meet": what a journey is for is to come; else an aim is no act.
        return found.under(Status.POSSIBLE, "in order to")
    return found


def _combined(found: Stance, name: str, governor: Word, *, noun: bool) -> Stance:
    """What an act of one stance is under a word of one list."""
    word = governor.text
    if name == "planned" and found.status in (Status.DONE, Status.PLANNED, Status.CONDITIONAL):
        if noun and governor.lemma in ("approve", "announcement", "invite", "signal", "resolve", "set", "ready"):
            return found
        return found.under(Status.PLANNED, word)
    if name == "planned" and found.status == Status.NOT:
        return found.under(Status.REFUSED, word)
    if name == "refused":
        return found.under(Status.POSSIBLE if noun else Status.REFUSED, word)
    if name == "denied":
        return found.under(Status.NOT, word)
    if name == "possible" or (name == "stopped" and noun):
        return found.under(Status.POSSIBLE, word)
    if name == "threatened" and found.status != Status.NOT:
        return found.under(Status.THREATENED, word)
    if name == "alleged":
        return found.under(Status.ALLEGED, word)
    return found

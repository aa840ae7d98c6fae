"""Whom a noun phrase stands for: the countries that it acts for or belongs to, and how that was read. Pure.

A phrase names its country itself ("Ankara", "the Turkish army"), by its owner ("a spokesman for the ministry in
Ankara"), by a pronoun or a word that refers back ("it", "the two countries", "his counterpart").
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from relations.tagging.coded import ActorMention, Span
from relations.tagging.grammar.roles import RELATIVE, agent, describing, governing_verb, is_passive, subject
from relations.tagging.grammar.tree import Tree, Word
from relations.tagging.grammar.vocabulary import words
from relations.tagging.mentions import Mention

PERSONAL = {"he", "she", "him", "his", "her", "hers", "himself", "herself"}
COLLECTIVE = {"it", "its", "itself", "they", "them", "their", "theirs", "themselves"}
SPEAKING = {"i", "we", "us", "our", "ours", "my", "me", "mine"}
PRONOUNS = PERSONAL | COLLECTIVE | SPEAKING
BOTH_SIDES = words("both_sides")
BOTH_WORDS = {"two", "both", "2", "either"}
# Prepositions by which a phrase says whose it is, in the order in which they are believed: "officials in Ankara".
OWNING = ("of", "by", "from", "for", "in", "at", "with", "within")
DEEPEST = 5
# In which order what hangs on a word is searched for a country.
NEARNESS = (
    *("nmod:poss", "amod", "compound", "nmod", "obj", "obl", "appos", "flat", "conj", "acl", "xcomp", "ccomp", "nsubj"),
)


@dataclass(frozen=True, slots=True)
class Party:
    """A country's actor in a sentence. doubt: how much less it is to be believed than a name in its place.

    word: where it stands; None where only the text around says it. private: no one acts for the country there.
    """

    actor: ActorMention
    how: str
    doubt: float = 0.0
    word: Word | None = None
    private: bool = False
    place: bool = False
    guessed: bool = False

    @property
    def country(self) -> str:
        return self.actor.country


@dataclass(frozen=True, slots=True)
class Discourse:
    """What the article said before. pair: the two countries that it is about, () where there are none or more.

    settled: enough was read to know the pair, so that whoever is named without a country acts for one of the two.
    leading: all its countries, the most told of first. subjects, persons: the actors of the last subject, and of the
    last one that was a person. speaker: who spoke last. before: the countries of the sentence before.
    """

    pair: tuple[str, ...] = ()
    settled: bool = False
    leading: tuple[str, ...] = ()
    subjects: tuple[ActorMention, ...] = ()
    persons: tuple[ActorMention, ...] = ()
    speaker: tuple[ActorMention, ...] = ()
    before: tuple[str, ...] = ()
    things: frozenset[str] = frozenset()

    @property
    def knows_the_pair(self) -> bool:
        return self.settled and bool(self.pair)

    def other(self, country: str, but: Collection[str] = ()) -> str:
        """The side that is not this country, nor one of the others, where the text leaves one only."""
        if country in self.pair and not set(self.pair) <= {country, *but}:
            return next(side for side in self.pair if side != country)
        others = {side for side in self.before if side != country and side not in but}
        if len(others) == 1:
            return others.pop()
        left = (side for side in self.leading if side != country and side not in but)
        return next(left, "") if country in self.leading else ""


@dataclass(slots=True)
class Scene:
    """A parsed sentence with its names put on the words that head them. ahead: where it names days to come."""

    text: str
    tree: Tree
    mentions: Sequence[Mention]
    discourse: Discourse
    ahead: Sequence[int] = ()
    named: dict[int, Mention] = field(init=False)
    heads: dict[int, Mention] = field(init=False)

    def __post_init__(self) -> None:
        self.named, self.heads = {}, {}
        self.mentions = [self._in_one_phrase(mention) for mention in self.mentions]
        for mention in self.mentions:
            head = self.tree.heading(mention.span.start, mention.span.end)
            if head is None:
                continue
            self.heads[head.index] = mention
            for word in self.tree.words:
                if word.start < mention.span.end and mention.span.start < word.end:
                    self.named.setdefault(word.index, mention)

    def _in_one_phrase(self, mention: Mention) -> Mention:
        """The mention, without its institution where a verb parts them: "the UAE gave Doha's envoys"."""
        core = self.tree.heading(mention.core.start, mention.core.end)
        whole = self.tree.heading(mention.span.start, mention.span.end)
        if core is None or whole is None or core is whole or mention.core == mention.span:
            return mention
        for above in core.above():
            if above.is_verb and mention.span.start <= above.start < mention.span.end:
                words = self.text[mention.core.start : mention.core.end]
                return replace(mention, span=mention.core, words=words, actor=mention.country, origin=False)
            if above is whole:
                break
        return mention

    def things(self, before: Word) -> set[str]:
        """What "it" can stand for at a word: the nouns of the sentence before and those to the left."""
        left = {word.lemma for word in self.tree.words if word.index < before.index and word.is_noun}
        return left | self.discourse.things

    def countries(self) -> list[str]:
        return list(dict.fromkeys(mention.country for mention in self.mentions))

    def parties(self, word: Word, depth: int = 0) -> list[Party]:
        """Whom the phrase headed by this word stands for, those joined to it by "and" too; empty for no one."""
        if depth > DEEPEST:
            return []
        found = self._of_one(word, depth)
        for joined in word.those("conj"):
            if not joined.is_verb or joined.index in self.named:
                found = found + self.parties(joined, depth + 1)
        return _each_once(found)

    def others(self, word: Word, without: Collection[str]) -> list[Party]:
        """Whom the phrase stands for but for these countries."""
        return [party for party in self.parties(word) if party.country not in without]

    def held_in(self, word: Word, without: set[str], depth: int = 0) -> list[Party]:
        """Whom the phrase stands for, else the nearest who stand within it; never those given."""
        standing = self.parties(word)
        found = [party for party in standing if party.country not in without]
        verb = governing_verb(word) if standing and not found and word.lemma in COLLECTIVE else None
        if verb is not None and verb.dep == "ccomp":
            # "Turkey said Syrian forces attacked its convoy"
            found = self._referred(word, depth, without)
        if found or depth > DEEPEST or (standing and word.index in self.named):
            return found
        below = [child for child in word.children if child.dep not in ("punct", "cc", "parataxis", "acl:relcl")]
        for child in sorted(below, key=_nearness):
            deeper = self.held_in(child, without, depth + 1)
            if deeper:
                return [replace(party, doubt=party.doubt + 0.03) for party in deeper]
        return []

    def _of_one(self, word: Word, depth: int) -> list[Party]:
        mention = self.named.get(word.index)
        if mention is not None:
            # "the chargé d'affaires of the embassy of Myanmar": what is said of it beats a guess.
            owned = self._owner(word, depth) if mention.guessed else []
            return owned or [self._named(word, mention), *self._sharing(word, mention)]
        lemma = word.lemma
        if lemma in PRONOUNS or (lemma == "both" and not word.children):
            return self._referred(word, depth)
        if lemma in RELATIVE and word.dep.split(":")[0] in ("nsubj", "obj", "obl"):
            return self.parties(word.head.head, depth + 1) if word.head.dep == "acl:relcl" else []
        if self._means_a_counterpart(word):
            return self._counterpart(word, depth)
        if self._means_both(word):
            return self.both(word)
        return self._owner(word, depth)

    def _sharing(self, word: Word, mention: Mention) -> list[Party]:
        """The others of "Turkish and Syrian forces" and "the leaders of Fiji and Tonga", who share their noun."""
        inside = [below for below in word.below() if self.named.get(below.index) is mention]
        joined = [part for below in inside if below is not word for part in below.those("conj")]
        others = [self.named.get(below.index) for part in joined for below in part.below()]
        before = [
            other for other in self.mentions if other.group == mention.group and other.span.start < mention.span.end
        ]
        others.extend(
            other
            for other in before
            if any(self.named.get(below.index) is other for below in word.below() if below.dep != "appos")
        )
        return [self._named(word, other) for other in others if other is not None and other is not mention]

    def _named(self, word: Word, mention: Mention) -> Party:
        doubt = 0.12 if mention.guessed else 0.0
        private = mention.private or (mention.origin and not _acts(word))
        return Party(mention.as_actor, f"“{mention.words}”", doubt, word, private, mention.place, mention.guessed)

    def _owner(self, word: Word, depth: int) -> list[Party]:
        owners = [
            *word.those("nmod:poss"),
            *(child for child in describing(word, "nmod:desc", "nmod:unmarked") if child.index in self.named),
            *(child for child in word.those("appos", "flat") if child.dep == "appos" or child.index in self.named),
        ]
        for preposition in OWNING:
            owners.extend(child for child in word.those("nmod") if child.preposition == preposition)
        owners.extend(child for child in word.those("acl") if child.tag == "VBN")
        for owner in owners:
            inner = agent(owner) if owner.dep == "acl" else owner
            found = self.parties(inner, depth + 1) if inner is not None else []
            if found:
                return [
                    replace(party, how=f"{word.text} of {party.how}", place=False, word=word, doubt=party.doubt + 0.02)
                    for party in found
                ]
        return []

    def _means_both(self, word: Word) -> bool:
        if (
            word.lemma in ("two", "duo")
            and not word.those("nmod")
            and word.dep in ("nsubj", "obj", "nmod", "obl", "nsubj:pass")
        ):
            return any(child.lemma == "the" for child in word.children)
        if word.lemma not in BOTH_SIDES or not word.is_noun:
            return False
        return any(child.lemma in BOTH_WORDS for child in word.children if child.dep in ("nummod", "det", "det:predet"))

    def may_mean_both(self, word: Word) -> bool:
        """Whether "the presidents", of nobody in particular, can be those of the article's two countries."""
        if word.lemma not in BOTH_SIDES or word.tag != "NNS" or not self.discourse.settled:
            return False
        kept = {child.dep.split(":")[0] for child in word.children} - {"det", "punct", "compound", "amod"}
        return not kept and any(child.lemma == "the" for child in word.children) and not self.parties(word)

    def both(self, word: Word) -> list[Party]:
        sides = self.countries()
        how = "named in the sentence"
        if len(sides) != 2:
            sides, how = list(self.discourse.pair), "the article's pair"
        span = Span(word.start, word.end)
        return [Party(ActorMention(side, side, span, word.text), f"“{word.text}”: {how}", 0.08, word) for side in sides]

    def _means_a_counterpart(self, word: Word) -> bool:
        if word.lemma == "counterpart":
            return True
        if word.lemma == "number":
            return any(child.lemma == "opposite" for child in word.children)
        return word.lemma in ("colleague", "host", "guest") and bool(word.those("nmod:poss"))

    def _counterpart(self, word: Word, depth: int) -> list[Party]:
        found = self._owner_by_name(word, depth)
        if found:
            return found
        mine = {party.country for child in word.those("nmod:poss") for party in self.parties(child, depth + 1)}
        sides = [side for side in self.countries() if side not in mine]
        other = sides[0] if len(sides) == 1 else next((self.discourse.other(side) for side in sorted(mine)), "")
        if not other:
            return []
        actor = ActorMention(other, other, Span(word.start, word.end), word.text)
        return [Party(actor, "a counterpart: the other country", 0.1, word)]

    def _owner_by_name(self, word: Word, depth: int) -> list[Party]:
        for child in word.those("amod", "compound", "appos", "flat", "nmod", "nmod:desc"):
            if child.dep == "nmod:poss":
                continue
            found = self.parties(child, depth + 1) if child.index in self.named or child.dep == "nmod" else []
            if found:
                return [replace(party, how=f"counterpart of {party.how}", word=word) for party in found]
        return []

    def _referred(self, word: Word, depth: int, but: Collection[str] = ()) -> list[Party]:
        """A pronoun: the subject of a clause above, else the last fit one of the text; none of those given."""
        if word.lemma in SPEAKING:
            return self._again(self._speaker(word, depth) or list(self.discourse.speaker), word)
        for verb in _clauses_above(word):
            antecedent, _ = subject(verb)
            if antecedent is None or antecedent is word or word in antecedent.below():
                continue
            if antecedent.start > word.start and verb.dep != "ROOT":
                continue
            found = [party for party in self.parties(antecedent, depth + 1) if party.country not in but]
            if is_passive(verb) and not found:
                by = agent(verb)
                found = self.parties(by, depth + 1) if by is not None else []
            if found:
                return self._again([party.actor for party in found], word, doubt=0.05)
        last = self.discourse.persons if word.lemma in PERSONAL else self.discourse.subjects
        return self._again([actor for actor in last or self.discourse.subjects if actor.country not in but], word)

    def _speaker(self, word: Word, depth: int) -> list[ActorMention]:
        for verb in word.above():
            # In "..., he said" the speech governs or is governed.
            for said in (verb, *verb.those("parataxis")):
                speaking = said.that("nsubj")
                if said.lemma in ("say", "tell", "add", "declare", "state", "warn", "insist") and speaking is not None:
                    if speaking.lemma in SPEAKING:
                        continue
                    return [party.actor for party in self.parties(speaking, depth + 1)]
        return []

    def _again(self, actors: list[ActorMention], word: Word, doubt: float = 0.12) -> list[Party]:
        span = Span(word.start, word.end)
        return [
            Party(
                ActorMention(actor.country, actor.actor, span, word.text),
                f"“{word.text}” for {actor.words}",
                doubt,
                word,
            )
            for actor in actors
        ]


def _clauses_above(word: Word) -> list[Word]:
    found = []
    verb = governing_verb(word)
    while verb is not None:
        found.append(verb)
        verb = governing_verb(verb)
    return found


def _acts(word: Word) -> bool:
    """Whether a name that only qualifies stands for its country all the same: a demonym as the head of its phrase."""
    return word.dep in ("nsubj", "nsubj:pass", "obj", "obl", "obl:agent", "iobj", "conj", "ROOT", "nmod", "nmod:poss")


def _nearness(word: Word) -> int:
    return NEARNESS.index(word.dep) if word.dep in NEARNESS else len(NEARNESS)


def _each_once(parties: list[Party]) -> list[Party]:
    once: dict[str, Party] = {}
    for party in parties:
        once.setdefault(party.country, party)
    return list(once.values())

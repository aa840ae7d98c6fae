"""The grammar coder: an article's sentences are scanned for names, parsed where they may tell of an event, and read
by frames over the parse. Pure.

docs/coding.md says how it decides, what it reaches and what it gets wrong.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from relations.tagging.actors import find_mentions
from relations.tagging.coded import ActorMention, CodedEvent, Key, Span
from relations.tagging.confidence import calibrated
from relations.tagging.dates import Dating, Told, date_event, is_background, tell
from relations.tagging.grammar.frames import frames
from relations.tagging.grammar.parties import PRONOUNS, Discourse, Scene
from relations.tagging.grammar.reading import Read, Trace, no_trace, read_sentence
from relations.tagging.grammar.roles import subject
from relations.tagging.grammar.stance import governors
from relations.tagging.grammar.tree import Tree, Word, drawn
from relations.tagging.lexicon import CAPITAL, PERSON, Lexicon
from relations.tagging.mentions import Memory, Mention, setting_of
from relations.tagging.parser.pipeline import parse
from relations.tagging.sentences import Sentence, split
from relations.tagging.topics import is_about_fiction, is_about_sport
from relations.tension.lines import Line

CODER = "grammar/2"

TITLE_WEIGHT, LEAD_WEIGHT, LEAD_SENTENCES = 3, 2, 2
MOST_EVENTS_OF_A_SENTENCE = 8
# Characters. What is longer is a table or a list and no prose.
LONGEST_SENTENCE = 2000
LEAST_CONFIDENCE = 0.3
# Sentences; and the confidence that one reading of a longer text must reach for the weaker ones to count.
SHORT_TEXT, SURE = 4, 0.56
# As many weak readings of one pair bear each other out.
BORNE_OUT = 4
WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
# Words that may stand for somebody named before.
REFERRING = PRONOUNS | {
    *("two", "both", "counterpart", "counterparts", "sides", "neighbours", "neighbors", "neighbour", "neighbor"),
    *("kingdom", "island", "emirate", "government", "ministry", "minister", "president"),
}


# (text, title, published_at)
Given = tuple[str, str, dt.datetime | None]


@dataclass(frozen=True, slots=True)
class Named:
    """A sentence with the names found in it."""

    sentence: Sentence
    mentions: list[Mention]

    @property
    def countries(self) -> int:
        return len({mention.country for mention in self.mentions})


@dataclass(frozen=True, slots=True)
class Draft:
    """An article scanned for names. wanted: the sentences that may tell of an event."""

    day: dt.date | None
    named: list[Named]
    wanted: list[Named]
    discourse: Discourse


def code_article(
    text: str,
    title: str,
    published_at: dt.datetime | None,
    lexicon: Lexicon,
    trace: Trace = no_trace,
    line: Line | None = None,
) -> list[CodedEvent]:
    """The events that an article tells of, in the order of their sentences, each happening once.

    published_at: None where unknown; names then hold whatever their years and events have no date. trace: told each
    parse and every frame that was tried. line: that makes figures probabilities, where it is not the shipped one.
    """
    return code_articles([(text, title, published_at)], lexicon, trace, line)[0]


def code_articles(
    articles: Sequence[Given], lexicon: Lexicon, trace: Trace = no_trace, line: Line | None = None
) -> list[list[CodedEvent]]:
    """The events of several articles, each given as (text, title, published_at); parsed together, which is faster."""
    drafts = [_draft(*article, lexicon) for article in articles]
    wanted = [(one.sentence.text, one.sentence.body) for draft in drafts for one in draft.wanted]
    trees = iter(parse(wanted, frames().verbs()))
    return [
        _read_draft(draft, {one.sentence.number: next(trees) for one in draft.wanted}, trace, line) for draft in drafts
    ]


def _draft(text: str, title: str, published_at: dt.datetime | None, lexicon: Lexicon) -> Draft:
    day = published_at.date() if published_at else None
    whole = f"{title}\n{text}"
    memory = Memory(setting=setting_of(whole))
    title_mentions = find_mentions(Sentence(0, 0, 0, title, 0), lexicon, day, memory)
    memory.note(title_mentions)
    named: list[Named] = []
    for sentence in split(text):
        if len(sentence.text) <= LONGEST_SENTENCE:
            mentions = find_mentions(sentence, lexicon, day, memory)
            memory.note(mentions)
            named.append(Named(sentence, mentions))
    wanted = worth_parsing(title_mentions, named)
    if wanted and (is_about_sport(whole) or is_about_fiction(whole)):
        wanted = []
    weights = prominence(title_mentions, [one.mentions for one in named])
    leading = tuple(country for country, _ in weights.most_common())
    discourse = Discourse(pair=main_pair(weights), leading=leading, settled=len(named) > SHORT_TEXT)
    return Draft(day, named, wanted, discourse)


def _read_draft(
    draft: Draft, trees: dict[int, Tree | None], trace: Trace, line: Line | None = None
) -> list[CodedEvent]:
    day, discourse = draft.day, draft.discourse
    found: list[CodedEvent] = []
    if not draft.wanted:
        return found
    told = dated(draft)
    last: Read | None = None
    for one in draft.named:
        tree = trees.get(one.sentence.number)
        if tree is not None:
            when = told.get(one.sentence.number)
            scene = Scene(one.sentence.text, tree, one.mentions, discourse, ahead(when, day))
            if trace is not no_trace:
                names = ", ".join(f"{mention.words} ({mention.actor})" for mention in one.mentions)
                trace(f"{one.sentence.number}: {one.sentence.text}\nnames: {names}\n{drawn(tree)}")
            reads = read_sentence(scene, frames(), trace, last)
            last = reads[-1] if reads else last
            found.extend(_code_sentence(one, reads, when, day, trace))
            discourse = after(scene)
        elif one.mentions:
            discourse = replace(discourse, before=tuple(dict.fromkeys(mention.country for mention in one.mentions)))
    told_once = _each_once(_believed(found, len(draft.named)))
    return [replace(event, confidence=calibrated(event.confidence, line)) for event in told_once]


def _believed(events: list[CodedEvent], sentences: int) -> list[CodedEvent]:
    """Without the weak readings of a longer text in which nothing was read for sure and nothing bears them out: it is
    about something else."""
    if sentences <= SHORT_TEXT or max((event.confidence for event in events), default=0) >= SURE:
        return events
    of_pairs = Counter(frozenset((event.source.country, event.target.country)) for event in events)
    if of_pairs and of_pairs.most_common(1)[0][1] >= BORNE_OUT:
        return events
    return [event for event in events if event.confidence >= SURE]


def prominence(title: Sequence[Mention], sentences: Sequence[Sequence[Mention]]) -> Counter[str]:
    """How much the article tells of each country: title and lead count for more."""
    weights: Counter[str] = Counter()
    # In the order in which they are named, so that ties always fall the same way.
    for country in dict.fromkeys(mention.country for mention in title):
        weights[country] += TITLE_WEIGHT
    for number, mentions in enumerate(sentences):
        for country in dict.fromkeys(mention.country for mention in mentions):
            weights[country] += LEAD_WEIGHT if number < LEAD_SENTENCES else 1
    return weights


def main_pair(weights: Counter[str]) -> tuple[str, ...]:
    """The two countries that the article is clearly about; () where there are none or more."""
    leading = weights.most_common(3)
    if len(leading) < 2 or leading[1][1] < LEAD_WEIGHT or (len(leading) == 3 and leading[2][1] == leading[1][1]):
        return ()
    return (leading[0][0], leading[1][0])


def worth_parsing(title: Sequence[Mention], named: Sequence[Named]) -> list[Named]:
    """The sentences that can tell of an event, as parsing takes most of the time.

    Of an article in which two countries meet, in one sentence or in title and lead: those that name somebody or refer
    back to someone, and hold a word that calls a frame.
    """
    lead = {mention.country for mention in title}
    lead.update(mention.country for one in named[:LEAD_SENTENCES] for mention in one.mentions)
    if len(lead) < 2 and not any(one.countries > 1 for one in named):
        return []
    calling = frames().forms()
    found = []
    for one in named:
        words = {word.lower() for word in WORD.findall(one.sentence.text)}
        if (one.countries or words & REFERRING) and words & calling:
            found.append(one)
    return found


def dated(draft: Draft) -> dict[int, Told]:
    """The dates of an article's sentences by their number; none where its day is unknown."""
    if draft.day is None:
        return {}
    told = tell([(one.sentence.text, one.sentence.paragraph) for one in draft.named], draft.day)
    return {one.sentence.number: when for one, when in zip(draft.named, told, strict=True)}


def ahead(when: Told | None, day: dt.date | None) -> list[int]:
    """Where a sentence names days to come."""
    return [moment.at for moment in when.moments if min(moment.days) > day] if when and day else []


def after(scene: Scene) -> Discourse:
    """What the next sentence's pronouns may mean."""
    nouns = frozenset(word.lemma for word in scene.tree.words if word.is_noun)
    before = replace(scene.discourse, things=nouns)
    countries = tuple(scene.countries()) or before.before
    for word in scene.tree.words:
        if not word.is_root:
            continue
        who, _ = subject(word)
        acting = tuple(party.actor for party in scene.parties(who)) if who is not None else ()
        if not acting:
            break
        return replace(
            before,
            subjects=acting,
            persons=_persons(scene, acting) or before.persons,
            speaker=acting if word.lemma in ("say", "tell", "add") else before.speaker,
            before=countries,
        )
    acting_mentions = [mention for mention in scene.mentions if mention.can_act and not mention.preposition]
    if acting_mentions:
        first = (acting_mentions[0].as_actor,)
        return replace(before, subjects=first, persons=_persons(scene, first) or before.persons, before=countries)
    return replace(before, before=countries)


def _persons(scene: Scene, actors: Sequence[ActorMention]) -> tuple[ActorMention, ...]:
    """Those of the actors that are people: by name or by office."""
    people = {mention.span for mention in scene.mentions if mention.kind == PERSON or ":" in mention.actor}
    pronouns = tuple(actor for actor in actors if actor.words.lower() in ("he", "she"))
    return pronouns or tuple(actor for actor in actors if actor.span in people)


def _code_sentence(
    one: Named, reads: Sequence[Read], when: Told | None, day: dt.date | None, trace: Trace
) -> list[CodedEvent]:
    found: list[CodedEvent] = []
    for read in reads:
        if when and day and is_background(when.moments, day, read.trigger.start):
            trace(f"{read.trigger.text}: told as history")
            continue
        event = _event(one, read, when, day)
        if event.confidence >= LEAST_CONFIDENCE:
            found.append(event)
    return found[:MOST_EVENTS_OF_A_SENTENCE]


def _dating(read: Read, when: Told | None, day: dt.date | None) -> Dating | None:
    if when is None or day is None:
        return None
    below = list(read.trigger.below())
    clause = (min(word.start for word in below), max(word.end for word in below))
    # What "denies" or "has denied" is news on the day of publication; what was done without a date, on the story's.
    of_today = read.trigger.tag in ("VBZ", "VBP") or any(
        word.lemma == "have" and word.tag in ("VBZ", "VBP") for word in read.trigger.those("aux")
    )
    otherwise = None if of_today else when.otherwise
    at = read.trigger.start
    return date_event(when.moments, day, at, done=read.stage == "held", clause=clause, otherwise=otherwise)


def _event(one: Named, read: Read, when: Told | None, day: dt.date | None) -> CodedEvent:
    dating = _dating(read, when, day)
    trigger = Span(read.trigger.start, read.trigger.end)
    return CodedEvent(
        source=read.source.actor,
        target=read.target.actor,
        type=read.type,
        stage=read.stage,
        occurred_on=dating.on if dating else None,
        precision=dating.precision if dating else "day",
        date_words=dating.words if dating else "",
        planned_on=dating.planned if dating else (),
        planned_span=dating.planned_span if dating else None,
        planned_words=dating.planned_words if dating else "",
        place=_place(one.mentions, read.trigger),
        confidence=round(min(0.95, max(0.05, read.frame.confidence - read.doubt)), 2),
        sentence_number=one.sentence.number,
        sentence=one.sentence.text,
        trigger=trigger,
        because=f"{read.frame.name}: “{read.trigger.text}”; {read.path}",
        symmetric=read.symmetric,
    )


def _place(mentions: Sequence[Mention], trigger: Word) -> str:
    """Where it happens, as far as a capital is named for it; not where it was only told of ("announced in Ankara")."""
    places = (one for one in mentions if one.place and one.kind == CAPITAL and not _is_of_the_saying(one, trigger))
    return next((mention.words for mention in places), "")


def _is_of_the_saying(mention: Mention, trigger: Word) -> bool:
    root = [trigger, *trigger.above()][-1]
    span = mention.span
    word = next((word for word in root.below() if word.start < span.end and span.start < word.end), None)
    verb = next((above for above in word.above() if above.is_verb), None) if word else None
    return verb is not None and verb is not trigger and governors().get(verb.lemma) == "said"


def _each_once(events: list[CodedEvent]) -> list[CodedEvent]:
    """One event for all mentions of a happening: the surest sentence, the first of equals, dated by words if any is."""
    best: dict[Key, CodedEvent] = {}
    for event in events:
        known = best.get(event.key)
        if known is None:
            best[event.key] = event
        elif event.confidence > known.confidence:
            best[event.key] = _dated_by(event, known)
        else:
            best[event.key] = _dated_by(known, event)
    return sorted(best.values(), key=lambda event: (event.sentence_number, event.trigger.start))


def _dated_by(event: CodedEvent, other: CodedEvent) -> CodedEvent:
    planned = event if event.planned_words or not other.planned_words else other
    event = replace(
        event,
        planned_on=planned.planned_on,
        planned_span=planned.planned_span,
        planned_words=planned.planned_words,
    )
    if event.date_words or not other.date_words or event.stage != other.stage:
        return event
    return replace(event, occurred_on=other.occurred_on, precision=other.precision, date_words=other.date_words)

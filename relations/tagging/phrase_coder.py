"""The phrase coder: a phrase that tells of an event, the names around it, and what its verb is said under. Pure.

A first coder: it reads phrases and the order of names, no grammar. What it doubts, it says in ``confidence``.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from relations.codebook.event_types import event_types
from relations.tagging.actors import find_mentions
from relations.tagging.coded import CodedEvent, Span
from relations.tagging.cues import (
    ARTICLE,
    CONDITION,
    DAY_BETWEEN,
    GERUND,
    HYPOTHETICAL,
    NEGATED,
    ONCE,
    PLANNED,
    PURPOSE,
    REFUSED,
    SAYING_ENDS,
    SPORT,
)
from relations.tagging.dates import Moment, date_event, is_background, moments
from relations.tagging.lexicon import CAPITAL, Lexicon
from relations.tagging.mentions import BARE, Memory, Mention
from relations.tagging.phrases import NAME, Trigger, phrasebook
from relations.tagging.sentences import Sentence, split
from relations.tagging.sides import Context, Sides, clause_after, find_sides

CODER = "phrases/1"

VISIT_TYPES = {"visit_made", "meeting", "negotiation"}
DONE, PLANNED_ACT, REFUSAL = "done", "still to come", "refused"
TITLE_WEIGHT, LEAD_WEIGHT, LEAD_SENTENCES = 3, 2, 2
MOST_EVENTS_OF_A_SENTENCE = 6
# Characters. What is longer is a table or a list and no prose.
LONGEST_SENTENCE = 2000


def code_article(text: str, title: str, published_at: dt.datetime | None, lexicon: Lexicon) -> list[CodedEvent]:
    """The events that an article tells of, in the order of their sentences, each happening once.

    published_at: None where unknown; names then hold whatever their years and events have no date.
    """
    sentences = split(text)
    if is_about_sport(f"{title}\n{text}"):
        return []
    day = published_at.date() if published_at else None
    memory = Memory()
    title_mentions = find_mentions(Sentence(0, 0, 0, title, 0), lexicon, day, memory)
    memory.note(title_mentions)
    named = []
    for sentence in sentences:
        if len(sentence.text) > LONGEST_SENTENCE:
            continue
        mentions = find_mentions(sentence, lexicon, day, memory)
        named.append((sentence, mentions, memory.last_actor))
        memory.note(mentions)
    pair = main_pair(title_mentions, [mentions for _, mentions, _ in named])
    events: list[CodedEvent] = []
    before: tuple[str, ...] = ()
    for sentence, mentions, last_actor in named:
        if mentions:
            events.extend(_code_sentence(sentence, mentions, day, Context(pair, last_actor, before)))
            before = tuple(mention.country for mention in mentions)
    return _each_once(events)


def is_about_sport(text: str) -> bool:
    return len({match.lower() for match in SPORT.findall(text)}) >= 2


def main_pair(title: Sequence[Mention], sentences: Sequence[Sequence[Mention]]) -> tuple[str, ...]:
    """The two countries that the article is clearly about, by title and lead; () where there are none or more."""
    weights: Counter[str] = Counter()
    for country in {mention.country for mention in title}:
        weights[country] += TITLE_WEIGHT
    for mentions in sentences[:LEAD_SENTENCES]:
        for country in {mention.country for mention in mentions}:
            weights[country] += LEAD_WEIGHT
    for mentions in sentences[LEAD_SENTENCES:]:
        for country in {mention.country for mention in mentions}:
            weights[country] += 1
    leading = weights.most_common(3)
    if len(leading) < 2 or leading[1][1] < LEAD_WEIGHT or (len(leading) == 3 and leading[2][1] == leading[1][1]):
        return ()
    return (leading[0][0], leading[1][0])


def masked(text: str, mentions: Sequence[Mention]) -> str:
    """The sentence with each name's characters replaced, and days as blanks, so that phrases can ask for a
    name and are not parted by a date ("denied on Monday that"); offsets stay."""
    text = text.replace(NAME, " ")
    for mention in mentions:
        if mention.kind != BARE:
            start, end = mention.core.start, mention.core.end
            text = text[:start] + NAME * (end - start) + text[end:]
    return DAY_BETWEEN.sub(lambda match: " " * len(match[0]), text)


def _code_sentence(
    sentence: Sentence, mentions: list[Mention], day: dt.date | None, context: Context
) -> list[CodedEvent]:
    hidden = masked(sentence.text, mentions)
    triggers = _asserted(hidden, phrasebook().triggers(hidden, sentence.body))
    dates = moments(sentence.text, day) if day else []
    found: list[CodedEvent] = []
    for trigger, said in triggers:
        if day and is_background(dates, day, trigger.start):
            continue
        all_sides = find_sides(hidden, trigger, mentions, context)
        found.extend(_event(sentence, trigger, sides, said, mentions, dates, day) for sides in all_sides)
        if all_sides:
            context = replace(context, subject=tuple(dict.fromkeys(sides.source for sides in all_sides)))
    return found[:MOST_EVENTS_OF_A_SENTENCE]


def _asserted(text: str, triggers: list[Trigger]) -> list[tuple[Trigger, str]]:
    """The triggers that the sentence asserts, each with what it says of the act: DONE, PLANNED_ACT or REFUSAL."""
    kept: list[tuple[Trigger, str]] = []
    governed_until = 0
    for number, trigger in enumerate(triggers):
        following = triggers[number + 1] if number + 1 < len(triggers) else None
        if trigger.rule.planned and trigger.rule.weak and following and following.start - trigger.end < 25:
            continue  # "agreed to sign": the agreement is to the act named next
        # The "to" of "to visit" belongs to what stands in front.
        verb_at = trigger.head_end + 1 if trigger.head == "to" else trigger.start
        before = text[max(0, verb_at - 60) : verb_at]
        if trigger.start < governed_until or HYPOTHETICAL.search(before):
            continue
        if REFUSED.search(before) and event_types()[trigger.rule.type].quad in (1, 2):
            kept.append((trigger, REFUSAL))
            continue
        if NEGATED.search(before) or ONCE.search(before):
            continue
        if trigger.head.endswith("ed") and ARTICLE.search(before):
            continue
        if trigger.head.endswith("ing") and GERUND.search(before):
            continue
        planned = bool(PLANNED.search(before))
        if not planned and PURPOSE.search(before) and (trigger.head == "to" or not trigger.rule.planned):
            continue
        if trigger.rule.governs:
            end = SAYING_ENDS.search(text, trigger.end)
            governed_until = end.start() if end else len(text)
        kept.append((trigger, PLANNED_ACT if planned else DONE))
    return kept


def _event(
    sentence: Sentence,
    trigger: Trigger,
    sides: Sides,
    said: str,
    mentions: Sequence[Mention],
    dates: list[Moment],
    day: dt.date | None,
) -> CodedEvent:
    slug, stage = trigger.rule.type, trigger.rule.stage
    planned = said == PLANNED_ACT
    if said == REFUSAL:
        slug, stage = "rejection", "held"
    elif planned and stage == "held" and slug != "statement_neutral":
        stage = "announced"
        slug = "visit_announced" if slug in VISIT_TYPES else slug
    kind = event_types()[slug]
    if planned and kind.quad == 4 and CONDITION.search(sentence.text, trigger.end):
        slug, stage = "threat_nonforce", "held"
        kind = event_types()[slug]
    clause = (0, clause_after(sentence.text, trigger.end))
    dating = date_event(dates, day, trigger.start, done=stage == "held", clause=clause) if day else None
    confidence = trigger.rule.confidence - sides.doubt - (0.1 if planned else 0.0)
    words = sentence.text[trigger.start : trigger.end]
    because = f"{trigger.rule.name}: “{words[:80]}”; {sides.how}"
    if said != DONE:
        because += f"; {said}"
    return CodedEvent(
        source=sides.source,
        target=sides.target,
        type=slug,
        stage=stage,
        occurred_on=dating.on if dating else None,
        precision=dating.precision if dating else "day",
        date_words=dating.words if dating else "",
        planned_on=dating.planned if dating else (),
        place=_place(mentions),
        confidence=round(min(0.95, max(0.1, confidence)), 2),
        sentence_number=sentence.number,
        sentence=sentence.text,
        trigger=Span(trigger.start, trigger.end),
        because=because,
        symmetric=kind.symmetric and trigger.rule.kind == "mutual",
    )


def _place(mentions: Sequence[Mention]) -> str:
    return next((mention.words for mention in mentions if mention.place and mention.kind == CAPITAL), "")


def _each_once(events: list[CodedEvent]) -> list[CodedEvent]:
    """One event for all mentions of a happening: the surest sentence, the first of equals, dated by words if any is."""
    best: dict[tuple[str, str, str], CodedEvent] = {}
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
    planned = event.planned_on or other.planned_on
    if event.date_words or not other.date_words or event.stage != other.stage:
        return replace(event, planned_on=planned)
    return replace(
        event, occurred_on=other.occurred_on, precision=other.precision, date_words=other.date_words, planned_on=planned
    )

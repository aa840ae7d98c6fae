"""Whether reports of one happening become one event: B-cubed precision, recall and F1 of merging.

    python -m bench.merging GOLD.jsonl

GOLD: articles as docs/merging.md describes them: lines with "id", "publisher", "published_at", "title", "text",
"events", and "same_as" (a copy of that article) or "same_happening" (another outlet's own story of it). Which of their
events are the same follows from what their coder wrote down: countries, stage, day, type (or one that a second coder
could defend), and actors. The sample's stories come beside them: there the same event told within two days is one
happening.

Two figures each: of merging alone, given what the coder of the gold read; and of reading and merging together, on the
readings that agree with the gold. Stories that have no companion are left out: all their events stand alone anyway.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from relations.codebook.closeness import families
from relations.merging.clusters import partition
from relations.merging.tellings import Telling, tokens, words_of
from relations.sample.stories import stories
from relations.tagging.coded import CodedEvent
from relations.tagging.coder import code_article
from relations.tagging.lexicon import compile_lexicon

WORLDS = Path(__file__).parent.parent / "tests" / "merging" / "cases.toml"
WORLDS_FROM = 1_000_000  # no number of a sample story or its readings is as large
GENERIC = {"", "government", "state", "the government"}


@dataclass(frozen=True, slots=True)
class Mention:
    """One event of one article: what is known of it as a telling, and the happening that it truly belongs to."""

    telling: Telling
    pair: frozenset[str]
    happening: str


def main(paths: Sequence[str]) -> int:
    if len(paths) != 1:
        print(__doc__)
        return 2
    articles = [json.loads(line) for line in Path(paths[0]).read_text("utf-8").splitlines()]
    alone, read = gold_mentions(articles)
    ours = sample_mentions()
    worlds = [mention for world in world_mentions().values() for mention in world]
    kept = True
    for title, mentions in (
        ("gold, merging alone", alone),
        ("gold, read and merged", read),
        ("sample, read and merged", ours),
        ("look-alikes of tests/merging/cases.toml", worlds),
        ("all, merging alone where it can be", [*alone, *ours, *worlds]),
    ):
        precision, recall, f1 = b_cubed(mentions)
        sizes = Counter(Counter(one.happening for one in mentions).values())
        told = ", ".join(f"{count} told {size} x" for size, count in sorted(sizes.items()))
        print(f"{title:48} {len(mentions):4} mentions ({told})  B3 P {precision:.3f} R {recall:.3f} F1 {f1:.3f}")
        kept = kept and f1 >= 0.90
    return 0 if kept else 1


def b_cubed(mentions: Sequence[Mention]) -> tuple[float, float, float]:
    """Precision, recall and F1 of the partition that merging gives (Bagga & Baldwin 1998)."""
    of_mention = {one.telling.id: one for one in mentions}
    given: dict[int, int] = {}
    for number, group in enumerate(merged(mentions)):
        given.update({one.id: number for one in group})
    precision = recall = 0.0
    for one in mentions:
        same_group = [other for other in of_mention.values() if given[other.telling.id] == given[one.telling.id]]
        same_happening = [other for other in mentions if other.happening == one.happening]
        both = sum(other.happening == one.happening for other in same_group)
        precision += both / len(same_group)
        recall += both / len(same_happening)
    precision, recall = precision / len(mentions), recall / len(mentions)
    return precision, recall, 2 * precision * recall / (precision + recall)


def merged(mentions: Iterable[Mention]) -> list[list[Telling]]:
    by_place: dict[tuple[frozenset[str], str], list[Telling]] = {}
    for one in mentions:
        by_place.setdefault((one.pair, families()[one.telling.type]), []).append(one.telling)
    return [group for told in by_place.values() for group in partition(told)]


def gold_mentions(articles: list[dict[str, Any]]) -> tuple[list[Mention], list[Mention]]:
    """The events of articles with companions: as the gold has them, and as the coder reads them where it agrees."""
    by_id = {article["id"]: article for article in articles}
    companions: list[tuple[str, str]] = [
        (article["id"], other)
        for article in articles
        for other in (article.get("same_as", ""), article.get("same_happening", ""))
        if other in by_id and article["id"] < other
    ]
    lexicon = compile_lexicon()
    alone: list[Mention] = []
    read: list[Mention] = []
    for one, other in companions:
        for name, number, happening in truth(by_id[one], by_id[other]):
            article = by_id[name]
            published = dt.datetime.fromisoformat(article["published_at"])
            event = article["events"][number]
            telling = gold_telling(
                article, number, published, story=list(by_id).index(one if "same_as" in article else name)
            )
            pair = frozenset((event["source"], event["target"]))
            alone.append(Mention(telling, pair, happening))
        for name in (one, other):
            article = by_id[name]
            published = dt.datetime.fromisoformat(article["published_at"])
            coded = code_article(article["text"], article["title"], published, lexicon)
            gold = [mention for mention in alone if mention.telling.article == telling_article(name)]
            read += aligned(coded, gold, published)
    return alone, read


def truth(one: dict[str, Any], other: dict[str, Any]) -> list[tuple[str, int, str]]:
    """Each event of two companions, (article, number, happening)."""
    candidates = sorted(
        (-likeness, at, also)
        for at, event in enumerate(one["events"])
        for also, second in enumerate(other["events"])
        if (likeness := may_be_same(event, second)) is not None
    )
    partner: dict[int, int] = {}
    taken: set[int] = set()
    for _, at, also in candidates:
        if at not in partner and also not in taken:
            partner[at] = also
            taken.add(also)
    found = [(one["id"], at, f"{one['id']}/{at}") for at in range(len(one["events"]))]
    back = {also: at for at, also in partner.items()}
    for also in range(len(other["events"])):
        happening = f"{one['id']}/{back[also]}" if also in back else f"{other['id']}/{also}"
        found.append((other["id"], also, happening))
    return found


def may_be_same(one: dict[str, Any], other: dict[str, Any]) -> float | None:
    """How alike two gold events are; None where their coder wrote down that they are different happenings."""
    mutual = one.get("symmetric") or other.get("symmetric")
    sides, others = (one["source"], one["target"]), (other["source"], other["target"])
    if sides != others and not (mutual and sides == others[::-1]):
        return None
    if (one["stage"] == "announced") != (other["stage"] == "announced") or one["date"] != other["date"]:
        return None
    if one["type"] != other["type"] and one["type"] not in other["alt"] and other["type"] not in one["alt"]:
        return None
    actors = [(one.get(side) or "").lower() for side in ("source_actor", "target_actor")]
    their = [(other.get(side) or "").lower() for side in ("source_actor", "target_actor")]
    if sides != others:
        their = their[::-1]
    if not {actors[0], their[0]} & GENERIC and not tokens(actors[0]) & tokens(their[0]) and not mutual:
        return None
    shared = len(tokens(one["quote"]) & tokens(other["quote"])) + len(
        tokens(" ".join(actors)) & tokens(" ".join(their))
    )
    return (one["type"] == other["type"]) + shared / 100


def telling_article(name: str) -> int:
    return sum(byte * 257**at for at, byte in enumerate(name.encode()))


def gold_telling(article: dict[str, Any], number: int, published: dt.datetime, story: int) -> Telling:
    event = article["events"][number]
    first, second = sorted((event["source"], event["target"]))
    direction = 0 if event.get("symmetric") else 1 if event["source"] == first else -1
    named = [(event.get(side) or "").lower() for side in ("source_actor", "target_actor")]
    actors = [
        "" if name in GENERIC else f"{event[side]}:{name}"
        for name, side in zip(named, ("source", "target"), strict=True)
    ]
    identity = telling_article(article["id"])
    return Telling(
        id=identity * 1000 + number,
        key=(published, article["publisher"], article["id"], number),
        article=identity,
        story=story,
        feed=telling_article(article["publisher"]),
        type=event["type"],
        stage=event["stage"],
        direction=direction,
        occurred_on=dt.date.fromisoformat(event["date"]) if event["date"] else published.date(),
        precision=event["precision"] if event["date"] else "day",
        date_named=bool(event["date"]),
        source_actor=actors[0],
        target_actor=actors[1],
        sentence=event["quote"],
        names=words_of(first) | words_of(second),
    )


def coded_telling(event: CodedEvent, like: Telling, published: dt.datetime) -> Telling:
    """A reading as merging gets it, in the place of the gold event that it agrees with."""

    forward = event.source.country < event.target.country
    return replace(
        like,
        type=event.type,
        stage=event.stage,
        direction=0 if event.symmetric else 1 if forward else -1,
        occurred_on=event.occurred_on or published.date(),
        precision=event.precision,
        date_named=bool(event.date_words),
        source_actor=specific(event.source.actor),
        target_actor=specific(event.target.actor),
        planned=frozenset(event.planned_on),
        place=event.place,
        sentence=event.sentence,
    )


def aligned(coded: Iterable[CodedEvent], gold: Sequence[Mention], published: dt.datetime) -> list[Mention]:
    """The coder's readings that agree with a gold event in pair, direction, stage and family of types, each once."""
    left = list(gold)
    found = []
    for event in coded:
        sides = frozenset((event.source.country, event.target.country))

        def agrees(mention: Mention, event: CodedEvent = event, sides: frozenset[str] = sides) -> bool:
            reading = coded_telling(event, mention.telling, published)
            return (
                mention.pair == sides
                and families()[event.type] == families()[mention.telling.type]
                and reading.is_plan == mention.telling.is_plan
                and (
                    reading.direction == mention.telling.direction
                    or 0 in (reading.direction, mention.telling.direction)
                )
            )

        def alike(mention: Mention, event: CodedEvent = event) -> tuple[bool, int]:
            shared = len(tokens(mention.telling.sentence) & tokens(event.sentence))
            return (mention.telling.type == event.type, shared)

        partner = max(filter(agrees, left), key=alike, default=None)
        if partner is not None:
            left.remove(partner)
            found.append(Mention(coded_telling(event, partner.telling, published), sides, partner.happening))
    return found


def world_mentions(path: Path = WORLDS) -> dict[str, list[Mention]]:
    """The labelled reports of tests/merging/cases.toml, by world: see there."""
    found: dict[str, list[Mention]] = {}
    for number, world in enumerate(tomllib.loads(path.read_text("utf-8"))["world"], 1):
        seen: dict[str, int] = {}

        def id_of(kind: str, name: str, seen: dict[str, int] = seen, number: int = number) -> int:
            return WORLDS_FROM + number * 1000 + seen.setdefault(f"{kind} {name}", len(seen) + 1)

        for at, row in enumerate(world["report"]):
            telling = Telling(
                id=WORLDS_FROM + number * 1000 + at,
                key=(row["article"], at),
                article=id_of("article", row["article"]),
                story=id_of("story", row.get("story") or row["article"]),
                feed=id_of("outlet", row["outlet"]),
                type=row["type"],
                stage=row["stage"],
                direction=0 if row.get("both") else 1 if row["from"] < row["to"] else -1,
                occurred_on=row["on"],
                precision=row["precision"],
                date_named=row["named"],
                source_actor=specific(row["from_actor"]),
                target_actor=specific(row["to_actor"]),
                planned=frozenset(row["planned"]),
                place=row["place"],
                sentence=row["sentence"],
                names=words_of(row["from"]) | words_of(row["to"]),
            )
            mention = Mention(telling, frozenset((row["from"], row["to"])), f"{world['name']}: {row['happening']}")
            found.setdefault(world["name"], []).append(mention)
    return found


def specific(actor: str) -> str:
    """An actor's key, empty where it is only the state or its government."""
    return "" if ":" not in actor or actor.endswith(":government") else actor


def sample_mentions() -> list[Mention]:
    """The coder's readings of the sample's stories that agree with what the stories tell."""
    lexicon = compile_lexicon()
    found: list[Mention] = []
    last: dict[str, tuple[dt.date, str]] = {}
    ordered = sorted(stories(dt.date(2026, 6, 1)), key=lambda story: (story.published_at, story.id))
    for number, story in enumerate(ordered):
        day = story.published_at.date()
        gold = []
        for at, line in enumerate(story.events):
            before = last.get(line)
            happening = before[1] if before and (day - before[0]).days <= 2 else f"{story.id}/{at}"
            last[line] = (day, happening)
            gold.append((line, happening))
        for event in code_article(story.text, story.title, story.published_at, lexicon):
            sides = (event.source.country, event.target.country)
            names = {f"{one}>{other} {event.type}" for one, other in (sides, sides[::-1] if event.symmetric else sides)}
            match = next((one for one in gold if one[0] in names), None)
            if match is None:
                continue
            gold.remove(match)
            telling = Telling(
                id=(number + 1) * 100 + len(gold),
                key=(story.published_at, story.feed, story.id, event.sentence_number, event.type),
                article=-number - 1,
                story=-number - 1,
                feed=-1 if story.feed == "wire" else -2,
                type=event.type,
                stage=event.stage,
                direction=0,
                occurred_on=day,
                precision="day",
            )
            found.append(Mention(coded_telling(event, telling, story.published_at), frozenset(sides), match[1]))
    return found


def mistakes(mentions: Sequence[Mention], tell: Callable[[str], None] = print) -> None:
    """Each group that is not one happening, and each happening that is not one group."""
    of_mention = {one.telling.id: one for one in mentions}
    for group in merged(mentions):
        happenings = {of_mention[one.id].happening for one in group}
        whole = {one.telling.id for one in mentions if one.happening in happenings}
        if len(happenings) > 1 or whole != {one.id for one in group}:
            tell(f"{sorted(happenings)}")
            for one in group:
                sides = f"{one.source_actor}>{one.target_actor}"
                tell(f"    {one.occurred_on} {one.type} {one.stage} {sides} {one.sentence[:90]}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

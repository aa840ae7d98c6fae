"""How well the coder reads stories that editors judged: precision, recall and F1.

    python -m bench.verdicts FILE.gold.jsonl [FILE.gold.jsonl ...] [--errors N] [--json]

FILE: as /desk/verdicts.gold.jsonl or manage.py export_verdicts gold give it: lines with "id", "text", "title",
"written_at" or "published_at", and "events" (source, target, type, alt, stage, date, precision, symmetric, salience).
Events of the coder and of the gold are paired one to one, the best first: the same two countries the same way round, or
either way where one of them did it at once with the other; then by type, stage and date.

- found: of the same countries, that way round. strict: and of the type, or one that stands in "alt".
- What is read of a pair in "ignore" and finds no partner counts neither way. Background may be read or not.
- Recall is of the events that are known: what nobody read and nobody marked is in no file. The coder knows the names
  that came with it, not those that were added on a site.
- stage, date: right, of the strict ones; a date within the time that the gold gives.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from relations.codebook.precision import last_day
from relations.tagging.coded import CodedEvent
from relations.tagging.coder import code_articles
from relations.tagging.lexicon import compile_lexicon

BATCH = 32


@dataclass
class Figures:
    """Counts. coded: events that the coder read and that count; known: those of the gold; found, strict: pairs."""

    stories: int = 0
    known: int = 0
    coded: int = 0
    found: int = 0
    strict: int = 0
    stage: int = 0
    date: int = 0
    background: int = 0  # found, but not asked for: they count for precision alone
    background_strict: int = 0

    def shares(self) -> dict[str, float | None]:
        return {
            **_scores("found", self.found, self.background, self.coded, self.known),
            **_scores("strict", self.strict, self.background_strict, self.coded, self.known),
            "stage": _share(self.stage, self.strict),
            "date": _share(self.date, self.strict),
        }


def _scores(name: str, hits: int, more: int, coded: int, known: int) -> dict[str, float | None]:
    precision, recall = _share(hits + more, coded), _share(hits, known)
    both = (precision or 0) + (recall or 0)
    f1 = 2 * (precision or 0) * (recall or 0) / both if both else None
    return {f"{name} precision": precision, f"{name} recall": recall, f"{name} F1": f1}


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.verdicts", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE.gold.jsonl")
    parser.add_argument("--errors", type=int, default=0, metavar="N", help="show the first N that differ")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    options = parser.parse_args(arguments)
    stories = [json.loads(line) for file in options.files for line in file.read_text("utf-8").splitlines() if line]
    figures, errors = measure(stories)
    shares = {name: None if share is None else round(share, 3) for name, share in figures.shares().items()}
    counts = {"stories": figures.stories, "known events": figures.known, "coded events": figures.coded}
    if options.json:
        print(json.dumps(shares | counts))
    else:
        for name, figure in (shares | counts).items():
            print(f"{name:>16}  {'-' if figure is None else figure}")
    for error in errors[: options.errors]:
        print(error)
    return 0


def measure(stories: Iterable[dict[str, Any]]) -> tuple[Figures, list[str]]:
    """The figures, and what differs in words."""
    figures, errors = Figures(), list[str]()
    waiting: list[dict[str, Any]] = []
    lexicon = compile_lexicon()

    def count() -> None:
        given = [(story["text"], story.get("title") or "", _written(story)) for story in waiting]
        for story, events in zip(waiting, code_articles(given, lexicon), strict=True):
            once = {event.key: event for event in reversed(events)}  # an article tells of a happening once
            errors.extend(compare(story, [*once.values()][::-1], figures))
        waiting.clear()

    for story in stories:
        waiting.append(story)
        if len(waiting) == BATCH:
            count()
    if waiting:
        count()
    return figures, errors


def compare(story: dict[str, Any], coded: Sequence[CodedEvent], figures: Figures) -> list[str]:
    """Count one story; what differs in words."""
    golds = story["events"]
    partner = _paired(golds, coded)
    ignored = {frozenset(pair.upper().split("-")) for pair in story.get("ignore", ())}
    figures.stories += 1
    errors = []
    for at, event in enumerate(coded):
        is_open = frozenset((event.source.country, event.target.country)) in ignored
        figures.coded += at in partner.values() or not is_open
        if at not in partner.values() and not is_open:
            errors.append(f"{story['id']} EXTRA {_in_words(event)}: {event.sentence[:90]}")
    for at, gold in enumerate(golds):
        is_background = gold.get("salience") == "background"
        figures.known += not is_background
        if at not in partner:
            if not is_background:
                errors.append(f"{story['id']} MISSED {gold['source']}>{gold['target']} {gold['type']}: {gold['quote']}")
            continue
        event = coded[partner[at]]
        is_strict = _is_type(gold, event)
        if is_background:
            figures.background += 1
            figures.background_strict += is_strict
            continue
        figures.found += 1
        figures.strict += is_strict
        figures.stage += is_strict and _is_stage(gold, event)
        figures.date += is_strict and _is_date(gold, event, story)
        if not is_strict:
            errors.append(f"{story['id']} TYPE {_in_words(event)}, not {gold['type']}: {gold['quote']}")
    return errors


def _paired(golds: Sequence[dict[str, Any]], coded: Sequence[CodedEvent]) -> dict[int, int]:
    """Places of the gold's events with those of the coder's, each once."""
    able = sorted(
        (_is_type(gold, event), _is_stage(gold, event), _is_date(gold, event, None), -at, -other)
        for at, gold in enumerate(golds)
        for other, event in enumerate(coded)
        if _is_same_way(gold, event)
    )
    paired: dict[int, int] = {}
    for *_, at, other in reversed(able):
        if -at not in paired and -other not in paired.values():
            paired[-at] = -other
    return paired


def _is_same_way(gold: dict[str, Any], event: CodedEvent) -> bool:
    ours, theirs = (event.source.country, event.target.country), (gold["source"], gold["target"])
    return ours == theirs or (ours[::-1] == theirs and bool(event.symmetric or gold.get("symmetric")))


def _is_type(gold: dict[str, Any], event: CodedEvent) -> bool:
    return event.type in (gold["type"], *gold.get("alt", ()))


def _is_stage(gold: dict[str, Any], event: CodedEvent) -> bool:
    return event.stage == (gold.get("stage") or "held")


def _is_date(gold: dict[str, Any], event: CodedEvent, story: dict[str, Any] | None) -> bool:
    """Whether the day lies in the time that the gold gives; where it gives none, it is that of the story."""
    if not gold.get("date"):
        return story is None or event.occurred_on in (None, _written(story).date())
    first = dt.date.fromisoformat(gold["date"])
    return event.occurred_on is not None and first <= event.occurred_on <= last_day(first, gold["precision"] or "day")


def _written(story: dict[str, Any]) -> dt.datetime:
    return dt.datetime.fromisoformat(story.get("written_at") or story["published_at"])


def _in_words(event: CodedEvent) -> str:
    return f"{event.source.country}>{event.target.country} {event.type}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

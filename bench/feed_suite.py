"""How our reading of feeds fares on a folder of test files of feedparser's kind. More in docs/measuring.md.

    python -m bench.feed_suite FOLDER [--failures N] [--json FILE] [--base URL]

Every file of the folder whose first comment says what to expect is read by relations.ingest.parse. Printed, for each
field of an item: the expectations that hold, and all that were asked of it. Then how many are about something that our
items don't have, and how many were not understood, with the reasons.
"""

from __future__ import annotations

import argparse
import html
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import quote, urljoin

from bench.expectations import FIELDS, Claim, Expectation, Malformed, read_expectation
from relations.ingest.items import LONGEST_TEXT, LONGEST_TITLE, ParsedItem
from relations.ingest.parse import parse
from relations.ingest.plain import line_of_html, one_line, paragraphs_of_html, paragraphs_of_text
from relations.ingest.trouble import FeedTrouble

BASE = "http://127.0.0.1:8097/tests/"  # where feedparser's own suite is served: its expectations name this address
MOST_TOLD = 20  # files with a fault of their own
# How the words of a field become ours, where they are HTML and where they are plain text.
AS_HTML: dict[str, Callable[[str], str]] = {
    "title": lambda words: line_of_html(words)[:LONGEST_TITLE],
    "content": lambda words: paragraphs_of_html(words)[:LONGEST_TEXT],
}
AS_TEXT: dict[str, Callable[[str], str]] = {
    "title": lambda words: one_line(html.unescape(words))[:LONGEST_TITLE],
    "content": lambda words: paragraphs_of_text(words)[:LONGEST_TEXT],
}
TEXT = {"text", "text/plain"}  # types of Atom
ELEMENTS = {"title": "title", "content": "summary|content"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one part of an expectation."""

    file: str  # its path below the folder
    words: str  # the part as it is written
    outcome: str  # held, failed, other (about something that our items don't have) or unclear
    field: str = ""
    expected: str = ""
    read: str = ""
    reason: str = ""  # why it is unclear, or what kept the feed from being read


@dataclass(slots=True)
class Run:
    verdicts: list[Verdict] = field(default_factory=list)
    files: int = 0  # with an expectation
    malformed: dict[str, str] = field(default_factory=dict)  # file -> what is wrong with it
    faults: dict[str, str] = field(default_factory=dict)  # file -> an error of ours that is no FeedTrouble

    def count(self, outcome: str, of_field: str = "") -> int:
        return sum(one.outcome == outcome and of_field in ("", one.field) for one in self.verdicts)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        "python -m bench.feed_suite", description="Try our reading of feeds on test files."
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--failures", type=int, default=0, metavar="N", help="show so many that do not hold")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all verdicts there")
    parser.add_argument("--base", default=BASE, metavar="URL", help="address of the folder (default: %(default)s)")
    given = parser.parse_args(arguments)
    if not given.folder.is_dir():
        parser.error(f"there is no folder {given.folder}")
    if given.json and not given.json.absolute().parent.is_dir():
        parser.error(f"there is no folder {given.json.parent} to write {given.json.name} into")
    run = run_folder(given.folder, given.base.rstrip("/") + "/")
    if not run.files and not run.malformed:
        print(f"{given.folder} holds no file whose first comment says what to expect, so nothing was measured.")
        return 2
    show(run, given.failures)
    if given.json:
        given.json.write_text(json.dumps(asdict(run), indent=1), "utf-8")
    return 0


def run_folder(folder: Path, base: str = BASE) -> Run:
    run = Run()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        body = path.read_bytes()
        try:
            expectation = read_expectation(body)
        except Malformed as malformed:
            run.malformed[name] = str(malformed)
            continue
        if expectation is None:
            continue
        run.files += 1
        items: Sequence[ParsedItem] = ()
        trouble = ""
        try:
            items = parse(body, expectation.headers.get("content-type", ""), urljoin(base, quote(name))).items
        except FeedTrouble as error:
            trouble = f"{type(error).__name__}: {error}"
        except Exception as error:  # such a fault is a finding too, and the other files are still to be tried
            trouble = run.faults[name] = repr(error)
        run.verdicts += [verdict(name, claim, expectation, items, trouble) for claim in expectation.claims]
    return run


def verdict(name: str, claim: Claim, expectation: Expectation, items: Sequence[ParsedItem], trouble: str) -> Verdict:
    if not claim.field:
        return Verdict(name, claim.words, "unclear" if claim.doubt else "other", reason=claim.doubt)
    if trouble:
        return Verdict(name, claim.words, "failed", claim.field, repr(claim.expected), reason=trouble)
    fit = fitting(claim, expectation.markup)
    there = claim.field == "items" or -len(items) <= claim.at < len(items)
    found = value_read(claim, items) if there else "no such item"
    outcome = "held" if there and found in fit else "failed"
    return Verdict(name, claim.words, outcome, claim.field, " or ".join(map(repr, fit)), repr(found))


def value_read(claim: Claim, items: Sequence[ParsedItem]) -> object:
    """What we read there, as expectations write it: a time is nine numbers."""
    if claim.field == "items":
        return len(items)
    item = items[claim.at]
    if claim.field == "date":
        return tuple(item.published_at.utctimetuple()) if item.published_at else None
    return {"title": item.title, "link": item.link, "guid": item.identity, "content": item.text}[claim.field]


def fitting(claim: Claim, markup: str) -> list[object]:
    """The values that fulfil a claim: one, or two where nothing says whether the words are HTML or plain text."""
    if claim.field not in ELEMENTS:
        return ["" if claim.expected is None and claim.field == "link" else claim.expected]
    words = claim.expected or ""
    # Only Atom tells text from HTML. Not naming it means text there, yet many who don't name it write HTML.
    types = {"html"}
    if "<feed" in markup:
        tags = re.findall(rf"<(?:\w+:)?(?:{ELEMENTS[claim.field]})\b[^>]*>", markup)
        types = {named[1] if (named := re.search(r"\btype\s*=\s*[\"']([^\"']*)", tag)) else "" for tag in tags} or types
    ways = [AS_HTML] if types - TEXT else []
    ways += [AS_TEXT] if types & {"", *TEXT} else []
    return list(dict.fromkeys(way[claim.field](words) for way in ways))


def show(run: Run, failures: int) -> None:
    print(f"{run.files} files with an expectation, {len(run.malformed)} with a malformed one")
    print(f"{'':20} {'held':>6} {'asked':>6}")
    for name in FIELDS:
        show_line(name, run.count("held", name), run.count("failed", name))
    show_line("in all", run.count("held"), run.count("failed"))
    print(f"{'not asked of us':20} {run.count('other'):13}")
    print(f"{'not understood':20} {run.count('unclear'):13}")
    unclear = {one.reason: one for one in run.verdicts if one.outcome == "unclear"}
    for reason, count in Counter(one.reason for one in run.verdicts if one.outcome == "unclear").most_common():
        print(f"{count:6} because {reason}, as in {unclear[reason].file}: {unclear[reason].words}")
    show_files("malformed", run.malformed)
    show_files("a fault of ours", run.faults)
    failed = [one for one in run.verdicts if one.outcome == "failed"]
    for one in failed[:failures]:
        print(f"\n{one.file}: {one.words}\n  expected {one.expected}\n  read     {one.reason or one.read}")


def show_line(name: str, held: int, failed: int) -> None:
    if asked := held + failed:
        print(f"{name:20} {held:6} {asked:6} {held / asked:7.1%}")


def show_files(title: str, reasons: dict[str, str]) -> None:
    for name, reason in list(reasons.items())[:MOST_TOLD]:
        print(f"{title}: {name}: {reason}")
    if len(reasons) > MOST_TOLD:
        print(f"{title}: {len(reasons) - MOST_TOLD} more")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

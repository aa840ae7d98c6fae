"""How well we read the story on a web page, beside plain trafilatura. More in docs/measuring.md.

    python -m bench.page_suite FOLDER [--failures N]

FOLDER holds web pages and evaldata.json or evaldata.py, which lists for each address its file, phrases that belong to
the story and phrases that don't. Printed: precision, recall, F1 and accuracy of the phrases found, and seconds a page.
"""

from __future__ import annotations

import argparse
import ast
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import trafilatura

from relations.ingest.extract import extract

SUBFOLDERS = ("", "cache", "eval", "pages", "test")  # where pages are looked for, in this order
MOST_TOLD = 20  # entries that were left out


class Unusable(ValueError):
    """Data, or an entry of it, that can't be measured with; says why."""


@dataclass(frozen=True, slots=True)
class Page:
    url: str
    file: str
    body: bytes
    belongs: tuple[str, ...]  # phrases, whitespace normalised
    strange: tuple[str, ...]


@dataclass(slots=True)
class Score:
    """Phrases of all pages so far. A phrase that belongs is found or missed, a strange one taken or avoided."""

    found: int = 0
    missed: int = 0
    taken: int = 0
    avoided: int = 0
    seconds: float = 0.0
    empty: int = 0  # pages without any text
    failures: list[str] = field(default_factory=list)  # in words
    faults: dict[str, str] = field(default_factory=dict)  # file -> error

    @property
    def precision(self) -> float:
        return share(self.found, self.found + self.taken)

    @property
    def recall(self) -> float:
        return share(self.found, self.found + self.missed)

    @property
    def f1(self) -> float:
        return share(2 * self.found, 2 * self.found + self.taken + self.missed)

    @property
    def accuracy(self) -> float:
        return share(self.found + self.avoided, self.found + self.missed + self.taken + self.avoided)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("python -m bench.page_suite", description="Try our reading of web pages.")
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--failures", type=int, default=0, metavar="N", help="show so many phrases that we got wrong")
    given = parser.parse_args(arguments)
    try:
        pages, left_out = pages_of(given.folder, read_data(given.folder))
    except Unusable as unusable:
        print(unusable)
        return 2
    print(f"{len(pages)} pages, {len(left_out)} entries left out")
    for reason in left_out[:MOST_TOLD]:
        print(f"left out: {reason}")
    if len(left_out) > MOST_TOLD:
        print(f"left out: {len(left_out) - MOST_TOLD} more")
    if not pages:
        print("No page is left to be measured.")
        return 2
    ours = measured(pages, text_of)
    theirs = measured(pages, text_by_trafilatura)
    print(f"{'':12} precision  recall      F1  accuracy  seconds/page  found missed taken avoided  without text")
    show_line("Dyad", ours, len(pages))
    show_line("trafilatura", theirs, len(pages))
    for name, fault in ours.faults.items():
        print(f"a fault of ours: {name}: {fault}")
    for failure in ours.failures[: given.failures]:
        print(failure)
    return 0


def read_data(folder: Path) -> dict[Any, Any]:
    """What evaldata.json or evaldata.py lists. Raises Unusable."""
    for name, reader in (("evaldata.json", json.loads), ("evaldata.py", dict_assigned)):
        path = folder / name
        if not path.is_file():
            continue
        try:
            data = reader(path.read_text("utf-8"))
        except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError) as error:
            raise Unusable(f"{path} can't be read: {error}") from error
        if not isinstance(data, dict) or not data:
            raise Unusable(f"{path} lists no pages: it must map each address to its file and phrases.")
        return data
    raise Unusable(f"{folder} has neither evaldata.json nor evaldata.py, so nothing was measured.")


def dict_assigned(source: str) -> Any:
    """The longest dictionary of literals that a Python file assigns to a name. The file is not run."""
    assigned = [node.value for node in ast.parse(source).body if isinstance(node, ast.Assign | ast.AnnAssign)]
    dicts = [value for value in assigned if isinstance(value, ast.Dict)]
    return ast.literal_eval(max(dicts, key=lambda value: len(value.keys))) if dicts else None


def pages_of(folder: Path, data: dict[Any, Any]) -> tuple[list[Page], list[str]]:
    """The pages that can be measured, and why each of the others can't be."""
    pages, left_out = [], []
    for url, entry in data.items():
        try:
            pages.append(page_of(folder, url, entry))
        except Unusable as reason:
            left_out.append(f"{url}: {reason}")
    return pages, left_out


def page_of(folder: Path, url: Any, entry: Any) -> Page:
    if not isinstance(url, str) or not isinstance(entry, dict):
        raise Unusable("it is no address with a file and phrases")
    file = entry.get("file")
    if not isinstance(file, str) or not file.strip():
        raise Unusable("it names no file")
    if PurePosixPath(file).is_absolute() or ".." in PurePosixPath(file).parts:
        raise Unusable(f"{file} lies outside the folder")
    phrases = {side: phrases_of(entry, side) for side in ("with", "without")}
    if not any(phrases.values()):
        raise Unusable("it has no phrases")
    try:
        for subfolder in SUBFOLDERS:
            path = folder / subfolder / file
            if path.is_file():
                return Page(url, file, path.read_bytes(), phrases["with"], phrases["without"])
    except OSError as error:
        raise Unusable(f"{file} can't be read: {error.strerror}") from error
    raise Unusable(f"there is no file {file}")


def phrases_of(entry: dict[str, Any], side: str) -> tuple[str, ...]:
    phrases = entry.get(side, [])
    # An empty phrase would be found in every text.
    if not isinstance(phrases, list) or not all(isinstance(one, str) and one.strip() for one in phrases):
        raise Unusable(f"“{side}” is not a list of phrases")
    return tuple(map(normal, phrases))


def text_of(page: Page) -> str:
    found = extract(page.body, page.url)
    # The headline is kept apart from the text, and both are read by the coder.
    return "" if found.wall else f"{found.title}\n\n{found.text}"


def text_by_trafilatura(page: Page) -> str:
    return trafilatura.extract(page.body) or ""


def measured(pages: Sequence[Page], read: Callable[[Page], str]) -> Score:
    score = Score()
    try_once(read, pages[0])  # what is loaded at first use is no part of a page's time
    for page in pages:
        start = time.perf_counter()
        text, fault = try_once(read, page)
        score.seconds += time.perf_counter() - start
        if fault:
            score.faults[page.file] = fault
        count(score, page, normal(text))
    return score


def try_once(read: Callable[[Page], str], page: Page) -> tuple[str, str]:
    try:
        return read(page), ""
    except Exception as error:  # such a fault is a finding too, and the other pages are still to be tried
        return "", repr(error)


def count(score: Score, page: Page, text: str) -> None:
    score.empty += not text
    for phrase in page.belongs:
        if phrase in text:
            score.found += 1
        else:
            score.missed += 1
            score.failures.append(f"missed: {page.file}: {phrase!r}")
    for phrase in page.strange:
        if phrase in text:
            score.taken += 1
            score.failures.append(f"taken for the story: {page.file}: {phrase!r}")
        else:
            score.avoided += 1


def show_line(name: str, score: Score, pages: int) -> None:
    print(
        f"{name:12} {score.precision:9.3f} {score.recall:7.3f} {score.f1:7.3f} {score.accuracy:9.3f}"
        f" {score.seconds / pages:13.4f} {score.found:6} {score.missed:6} {score.taken:5} {score.avoided:7}"
        f" {score.empty:13}"
    )


def normal(text: str) -> str:
    return " ".join(text.split())


def share(part: int, whole: int) -> float:
    """0.0 where there is nothing to have a share in."""
    return part / whole if whole else 0.0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

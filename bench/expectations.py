"""What a test file of feedparser's kind expects, taken apart with ast. Nothing that stands in a file is ever run.

Such a file is a feed whose first comment says what should be read from it:

    Description: title of an item
    Header:      Content-type: application/rss+xml
    Expect:      not bozo and entries[0]['title'] == 'Ferry sails again'

Understood are comparisons by == of an item's field, or of the number of items, with a literal, and that a field is
missing; ``and`` joins them.
"""

from __future__ import annotations

import ast
import operator
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

Place = tuple[str | int, ...]  # steps from the list of items, or from an item, to a value

FIELDS = ("items", "title", "link", "guid", "date", "content")
# The words of a comment are ASCII, so UTF-8 shows them in whatever resembles it. The last three are EBCDIC.
ENCODINGS = ("utf-8", "utf-16-be", "utf-16-le", "utf-32-be", "utf-32-le", "cp037", "cp500", "cp875")
LONGEST_EXPECTATION = 20_000  # characters
# Where feedparser keeps, of an item, what we read too. All contents of an item are one place.
PLACES: dict[Place, str] = {
    ("title",): "title",
    ("title_detail", "value"): "title",
    ("link",): "link",
    ("id",): "guid",
    ("guid",): "guid",
    **{(f"{name}_parsed",): "date" for name in ("published", "issued", "updated", "modified", "date")},
    **{(name,): "content" for name in ("summary", "description")},
    **{(f"{name}_detail", "value"): "content" for name in ("summary", "description")},
    ("content", "value"): "content",
}
MAY_BE_MISSING = {"link", "date", "content"}  # an item of ours always has an identity and a title
PUBLISHED = {("published_parsed",), ("issued_parsed",)}
# Whatever else feedparser tells of a feed, and what expectations use to ask for it.
OTHER_NAMES = {
    *("feed", "channel", "bozo", "bozo_exception", "encoding", "version", "namespaces", "headers", "etag", "modified"),
    *("status", "href", "feedparser", "datetime", "isinstance", "len", "ord", "locals"),
}
_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
_ENTRY = re.compile(r"^[ \t]*(Description|Expect|Header|SkipUnless):", re.MULTILINE)


class Malformed(ValueError):
    """A comment of this kind from which no expectation can be read; says why."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One part of an expectation.

    ``field`` is one of FIELDS, or empty: then ``doubt`` says why the part was not understood, or is empty too because
    the part is about something that our items don't have.
    """

    words: str
    field: str = ""
    at: int = 0  # number of the item; below zero from the end
    place: Place = ()  # where feedparser keeps the field in the item
    expected: Any = None  # text, number of items or nine numbers of a time; None: the field is missing
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Expectation:
    headers: dict[str, str]  # names in lower case
    claims: tuple[Claim, ...]
    markup: str  # what follows the comment; letters beyond ASCII may be wrong


def read_expectation(body: bytes) -> Expectation | None:
    """None where the bytes are no test file. Raises Malformed."""
    found = _comment_and_rest(body)
    if found is None:
        return None
    comment, markup = found
    words = ""
    headers: dict[str, str] = {}
    parts = _ENTRY.split(comment)
    for name, value in zip(parts[1::2], parts[2::2], strict=True):
        if name == "Expect":
            words = value.strip()
        elif name == "Header":
            header, _, told = value.partition(":")
            headers[header.strip().lower()] = told.strip()
    if not words:
        raise Malformed("its comment has no expectation")
    return Expectation(headers, tuple(claims_of(words)), markup)


def _comment_and_rest(body: bytes) -> tuple[str, str] | None:
    for encoding in ENCODINGS:
        text = body.decode(encoding, "replace").lstrip("\ufeff \t\r\n")
        comment = _COMMENT.search(text) if text.startswith("<") else None
        if comment and _ENTRY.search(comment[1]):
            return comment[1], text[comment.end() :]
    return None


def claims_of(words: str) -> list[Claim]:
    """The parts of an expectation that ``and`` joins. Raises Malformed where it is no Python expression."""
    if len(words) > LONGEST_EXPECTATION:
        raise Malformed(f"its expectation is longer than {LONGEST_EXPECTATION} characters")
    try:
        with warnings.catch_warnings(action="ignore", category=SyntaxWarning):
            # Brackets let it stand on several lines.
            tree = ast.parse(f"({words}\n)", mode="eval").body
        return _what_we_keep([claim for part in _parts(tree) for claim in _claims(part)])
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Malformed(f"its expectation is no Python expression that can be taken apart: {error}") from error


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
        for value in node.values:
            yield from _parts(value)
    else:
        yield node


def _claims(node: ast.expr) -> list[Claim]:
    words = ast.unparse(node)
    if isinstance(node, ast.Constant):  # "Expect: 1" asks for no more than that reading comes to an end
        return [Claim(words)]
    names = {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}
    if strange := names - OTHER_NAMES - {"entries"}:
        return [Claim(words, doubt=f"it uses {', '.join(sorted(strange))}")]
    if not names:
        return [Claim(words, doubt="it names nothing of a feed")]
    if not _is_about_us(node):
        return [Claim(words)]
    return _absence(node, words) or _equality(node, words) or [Claim(words, doubt="it has none of the forms known")]


def _absence(node: ast.expr, words: str) -> list[Claim]:
    """That a field is missing: ``not entries[0].has_key('link')``, ``'link' not in entries[0]``, ``... is None``."""
    place = None
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        place = _membership(node.operand)
    elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.NotIn):
        place = _membership(node)
    elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Is) and _literal(node.comparators[0]) == (None,):
        place = _place(node.left)
    return [_claim(words, place, None)] if _field(place) in MAY_BE_MISSING else []


def _equality(node: ast.expr, words: str) -> list[Claim]:
    """``a == literal``, the other way round, and ``a == b == literal``."""
    if not isinstance(node, ast.Compare) or not all(isinstance(op, ast.Eq) for op in node.ops):
        return []
    sides = (node.left, *node.comparators)
    literals = [found for side in sides if (found := _literal(side))]
    if len(literals) != 1:
        return []
    ((expected,),) = literals
    claims = []
    for side in sides:
        if _literal(side):
            continue
        if (counted := _argument_of("len", side)) and _place(counted) == ():
            claims.append(Claim(words, "items", expected=expected))
        elif (letter := _argument_of("ord", side)) and _field(_place(letter)) and type(expected) is int:
            claims.append(_claim(words, _place(letter), chr(expected)))
        elif _field(place := _place(side)):
            claims.append(_claim(words, place, expected))
        else:
            return []
    return claims if all(map(_is_fit, claims)) else []


def _claim(words: str, place: Place | None, expected: object) -> Claim:
    assert place and isinstance(place[0], int)
    return Claim(words, _field(place), place[0], place[1:], expected)


def _is_fit(claim: Claim) -> bool:
    """Whether what is expected is of the kind that the field has. A time is a tuple of nine numbers."""
    if claim.field == "items":
        return type(claim.expected) is int
    if claim.field == "date" and isinstance(claim.expected, tuple):
        return len(claim.expected) == 9 and all(type(number) is int for number in claim.expected)
    if claim.expected is None:
        return claim.field in MAY_BE_MISSING
    return isinstance(claim.expected, str) and claim.field != "date"


def _is_about_us(node: ast.AST) -> bool:
    """Whether it, or a part of it, names a field that we read, or an item or the list of items as a whole."""
    place = _membership(node)
    if place is None:
        place = _place(node)
    if place is None:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):  # keys() and the like of an item
            return any(map(_is_about_us, (node.func.value, *node.args)))
        return any(map(_is_about_us, ast.iter_child_nodes(node)))
    # The shorter of both decides: an item holds its title, and entries[0]['title'][0] is a part of it.
    return any(all(map(operator.eq, _steps(place), ours)) for ours in PLACES)


def _field(place: Place | None) -> str:
    return PLACES.get(_steps(place), "") if place and isinstance(place[0], int) else ""


def _steps(place: Place) -> Place:
    """A place without the numbers of item and content."""
    steps = place[1:]
    return ("content", *steps[2:]) if steps[:1] == ("content",) else steps


def _place(node: ast.AST) -> Place | None:
    """(0, "title") for ``entries[0]['title']``, ``entries[0].title`` and ``entries[0].get('title')``; else None.

    () is ``entries`` itself.
    """
    if isinstance(node, ast.Name):
        return () if node.id == "entries" else None
    if isinstance(node, ast.Attribute):
        return _joined(node.value, node.attr)
    if isinstance(node, ast.Subscript) and (step := _literal(node.slice)):
        return _joined(node.value, *step)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get" and node.args:
        return _joined(node.func.value, *_literal(node.args[0]))
    return None


def _membership(node: ast.AST) -> Place | None:
    """The place that ``entries[0].has_key('title')``, ``'title' in entries[0]`` or ``not in`` ask for."""
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn):
        return _joined(node.comparators[0], *_literal(node.left))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "has_key":
        return _joined(node.func.value, *(_literal(node.args[0]) if node.args else ()))
    return None


def _joined(node: ast.expr, *step: object) -> Place | None:
    place = _place(node)
    if place is None or len(step) != 1 or not isinstance(step[0], str | int):
        return None
    return (*place, step[0])


def _argument_of(name: str, node: ast.expr) -> ast.expr | None:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name and len(node.args) == 1:
        return node.args[0]
    return None


def _literal(node: ast.expr) -> tuple[Any, ...]:
    """Its value alone in a tuple, empty where it is no literal. Texts may be joined by +."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _literal(node.left), _literal(node.right)
        both = (*left, *right)
        return ("".join(both),) if len(both) == 2 and all(isinstance(one, str) for one in both) else ()
    try:
        return (ast.literal_eval(node),)
    except (ValueError, TypeError):
        return ()


def _what_we_keep(claims: Sequence[Claim]) -> list[Claim]:
    """Of two dates of an item the day of publication is ours, and of its texts the longest."""
    published = {claim.at for claim in claims if claim.place in PUBLISHED}
    longest: dict[int, int] = {}
    for claim in claims:
        if claim.field == "content":
            longest[claim.at] = max(longest.get(claim.at, 0), len(claim.expected or ""))

    def is_ours(claim: Claim) -> bool:
        if claim.field == "date":
            return claim.place in PUBLISHED or claim.at not in published
        return claim.field != "content" or len(claim.expected or "") == longest[claim.at]

    return [claim if is_ours(claim) else Claim(claim.words) for claim in claims]

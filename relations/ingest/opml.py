"""Lists of feeds as OPML, in and out. No row of a list is passed over in silence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from lxml import etree

from relations.errors import RelationsError
from relations.ingest.addresses import read_address, read_folder, without_secrets

MOST_BYTES = 5 * 2**20
MOST_ROWS = 20_000
LONGEST_TITLE = 200
_ENTITIES = "The file defines abbreviations of its own (XML entities). A list of feeds needs none, so it is not read."
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_TAG = re.compile(r"""<outline\b(?:[^<>"']|"[^"]*"|'[^']*')*>""")
_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-fA-F]+);)")


@dataclass(frozen=True, slots=True)
class OpmlRow:
    """A feed of a list, or what stands in the list where one should. problem: in words, why it is no feed."""

    title: str
    url: str
    site_url: str = ""
    folder: str = ""  # Asia/South
    number: int = 0  # from 1, in the order of the file; 0 in a list that is not from a file
    problem: str = ""
    user: str = ""  # as they stood in the address
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class _Outline:
    """An outline as it stands in the file. names: its attributes, with names in small letters."""

    names: dict[str, str]
    folders: tuple[str, ...]  # texts of the outlines around it
    has_more: bool = False  # outlines within it
    broken: str = ""


def read_opml(body: bytes) -> tuple[OpmlRow, ...]:
    """The rows of a list: each outline but those that are folders of others.

    A file whose XML is broken is read outline by outline, so that only what is broken itself is lost. Raises
    RelationsError for what is no list at all, is too large, or has too many rows.
    """
    if len(body) > MOST_BYTES:
        most = MOST_BYTES // 2**20
        raise RelationsError(f"The file has {len(body) / 2**20:.1f} MB; at most {most} MB are read. Split the list.")
    rows: list[OpmlRow] = []
    for outline in _outlines(body):
        if outline.names.get("xmlurl", "").strip() or outline.broken or not outline.has_more:
            rows.append(replace(_row(outline), number=len(rows) + 1))
        if len(rows) > MOST_ROWS:
            raise RelationsError(
                f"The list has more than {MOST_ROWS:,} rows. Split it, and bring the parts one by one."
            )
    return tuple(rows)


def write_opml(rows: Iterable[OpmlRow], title: str = "Feeds") -> bytes:
    """A list of feeds in their folders, without anything secret."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = title
    folders = {"": etree.SubElement(root, "body")}
    for row in rows:
        texts = {"text": row.title, "title": row.title, "type": "rss", "xmlUrl": without_secrets(row.url)}
        if row.site_url:
            texts["htmlUrl"] = without_secrets(row.site_url)
        allowed = {name: _ILLEGAL.sub("", text) for name, text in texts.items()}
        etree.SubElement(_folder(folders, read_folder(_ILLEGAL.sub("", row.folder))), "outline", allowed)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)


def _folder(folders: dict[str, Any], path: str) -> Any:
    """The element of a folder, made with those around it where it is new."""
    if path not in folders:
        above, _, name = path.rpartition("/")
        folders[path] = etree.SubElement(_folder(folders, above), "outline", text=name)
    return folders[path]


def _row(outline: _Outline) -> OpmlRow:
    names = outline.names
    title = " ".join((names.get("title", "").strip() or names.get("text", "")).split())[:LONGEST_TITLE]
    written = names.get("xmlurl", "").strip()
    found = OpmlRow(title, without_secrets(written), folder=read_folder("/".join(outline.folders)))
    if outline.broken:
        return replace(found, problem=outline.broken)
    if not written:
        return replace(found, problem="It has no xmlUrl, so it leads to no feed.")
    try:
        address = read_address(written)
    except RelationsError as refusal:
        return replace(found, problem=str(refusal))
    try:
        site_url = read_address(names.get("htmlurl", "")).url
    except RelationsError:
        site_url = ""
    return replace(found, url=address.url, site_url=site_url, user=address.user, password=address.password)


def _outlines(body: bytes) -> Iterator[_Outline]:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        return _outlines_of_broken(body, str(error.msg))
    if _name(root) != "opml":
        raise RelationsError(f"This is no list of feeds (OPML): it begins with <{_name(root)[:40]}>.")
    dtd = root.getroottree().docinfo.internalDTD
    if dtd is not None and any(True for _ in dtd.iterentities()):
        raise RelationsError(_ENTITIES)
    return _outlines_of(root)


def _outlines_of(root: Any) -> Iterator[_Outline]:
    folders: list[str] = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if _name(element) != "outline":
            continue
        if event == "end":
            folders.pop()
            continue
        names = {str(name).lower(): str(value) for name, value in element.attrib.items()}
        yield _Outline(names, tuple(folders), any(_name(child) == "outline" for child in element))
        folders.append(_folder_name(names))


def _outlines_of_broken(body: bytes, words: str) -> Iterator[_Outline]:
    """The same from a file that is not well-formed. words: what is wrong with it."""
    text = _without_comments(_ILLEGAL.sub("", _decoded(body)))
    if "<!ENTITY" in text:
        raise RelationsError(_ENTITIES)
    if not re.search(r"<opml\b", text, re.IGNORECASE):
        raise RelationsError(f"This is no list of feeds (OPML): {words}.")
    folders: list[str] = []
    pieces = re.split(r"(?=<outline\b)", text)[1:]
    for at, piece in enumerate(pieces):
        tag = _TAG.match(piece)
        before, end, _ = piece.partition("</")[0].partition(">")
        head = tag.group() if tag else before + end
        is_open, ends = head.endswith(">") and not head.endswith("/>"), piece.count("</outline")
        names = _mended(head) if tag else None
        if names is None:
            said = without_secrets(" ".join(piece.split("\n", 1)[0].split()))
            yield _Outline({"text": said}, tuple(folders), broken="It is not well-formed XML, so it can't be read.")
        else:
            yield _Outline(names, tuple(folders), is_open and not ends and at + 1 < len(pieces))
        if is_open:
            folders.append(_folder_name(names or {}))
        del folders[max(len(folders) - ends, 0) :]


def _mended(tag: str) -> dict[str, str] | None:
    """The attributes of an outline, where signs that should have been escaped may be all that is wrong with it."""
    inside = _BARE_AMPERSAND.sub("&amp;", tag[1:].rstrip("/>")).replace("<", "&lt;")
    try:
        element = etree.fromstring(f"<{inside}/>".encode())
    except etree.XMLSyntaxError:
        return None
    return {str(name).lower(): str(value) for name, value in element.attrib.items()}


def _without_comments(text: str) -> str:
    pieces, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start)) >= 0:
        pieces.append(text[at:start])
        at = end + 3
    return "".join([*pieces, text[at:]])


def _decoded(body: bytes) -> str:
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace")
    declared = re.match(rb"""\s*<\?xml[^>]*encoding=["']([A-Za-z0-9._-]+)""", body)
    try:
        return body.decode(declared.group(1).decode() if declared else "utf-8-sig", "replace")
    except (LookupError, UnicodeError):
        return body.decode("utf-8", "replace")


def _folder_name(names: dict[str, str]) -> str:
    return names.get("text", "") or names.get("title", "")


def _name(element: Any) -> str:
    return etree.QName(element).localname.lower() if isinstance(element.tag, str) else ""

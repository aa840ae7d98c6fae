"""Parts of an event in words that every list has, as HTML. Made here and not of template tags, which cost a list of
fifty events a third of its time."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Protocol

from django import template
from django.utils.safestring import SafeString, mark_safe

from relations.queries.display import EventWords

register = template.Library()


class Sides(Protocol):
    """Who acts on whom: link is the sign between them, link_words the same in words."""

    @property
    def who(self) -> str: ...
    @property
    def link(self) -> str: ...
    @property
    def link_words(self) -> str: ...
    @property
    def whom(self) -> str: ...


@register.filter
def sides(words: Sides) -> SafeString:
    """Pakistan → United States: the sign for the eye, the words for the ear."""
    return mark_safe(  # noqa: S308 - each part is escaped
        f'{escape(words.who)} <span aria-hidden="true">{escape(words.link)}</span>'
        f'<span class="hidden">{escape(words.link_words)}</span> {escape(words.whom)}'
    )


@register.filter
def headline(words: EventWords) -> SafeString:
    """What happened, as a link, between whom, and how it stands: Visit announced Pakistan → Jordan [rescheduled]."""
    tags = "".join(f' <span class="tag">{escape(tag)}</span>' for tag in (words.stage, words.status_words) if tag)
    return mark_safe(  # noqa: S308 - each part is escaped
        f'<a href="{escape(words.url)}"><span class="sign" aria-hidden="true"></span>'
        f'<span class="hidden">{escape(words.tone)}: </span>{escape(words.type)}</a> '
        f'<span class="sides">{sides(words)}</span>{tags}'
    )


@register.filter
def marked(pieces: Iterable[tuple[str, bool]]) -> SafeString:
    """Text in pieces, each with whether it was searched for."""
    return mark_safe("".join(f"<mark>{escape(text)}</mark>" if found else escape(text) for text, found in pieces))  # noqa: S308

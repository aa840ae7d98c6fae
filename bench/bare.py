"""What pages are held against: the same rows by a bare SELECT, through a bare template or f-strings.

A URLconf of the project's routes with two more.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.urls import include, path

from relations.models import CountryPair
from relations.views.access import for_readers

_EVENTS = """
SELECT event.id, event.occurred_on, event.type, event.source_id, event.target_id, event.stage, event.status,
    event.report_count, event.source_count, event.confidence, by.name, at.name
FROM relations_event event
LEFT JOIN relations_actor by ON by.id = event.source_actor_id
LEFT JOIN relations_actor at ON at.id = event.target_actor_id
WHERE event.pair_id = %s AND event.dataset = 'own' AND event.status IN ('coded', 'confirmed')
ORDER BY event.occurred_on DESC, event.id DESC LIMIT 51
"""
_EVIDENCE = """
SELECT DISTINCT ON (report.event_id) report.event_id, report.sentence, feed.title, report.article_id
FROM relations_report report JOIN relations_article article ON article.id = report.article_id
JOIN relations_feed feed ON feed.id = article.feed_id
WHERE report.event_id = ANY(%s) AND report.withdrawn = '' ORDER BY report.event_id, report.confidence DESC, report.id
"""
# The elements and values of a page's list, without any choice between them.
_TEMPLATE = Path(__file__).with_name("bare.html")
_compiled: Template | None = None


def rows_of(slug: str) -> list[tuple[Any, ...]]:
    pair = CountryPair.objects.get(slug=slug)
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS, [pair.pk])
        events = cursor.fetchall()[:50]
        cursor.execute(_EVIDENCE, [[row[0] for row in events]])
        evidence = {row[0]: row[1:] for row in cursor.fetchall()}
    return [(*event, *evidence.get(event[0], ("", "", 0))) for event in events]


@for_readers
def by_template(request: HttpRequest, slug: str) -> HttpResponse:
    global _compiled
    _compiled = _compiled or Template(_TEMPLATE.read_text())
    return HttpResponse(_compiled.render(Context({"rows": rows_of(slug)})))


@for_readers
def by_f_strings(request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse("".join(map(_row, rows_of(slug))))


def _row(e: tuple[Any, ...]) -> str:
    head = (
        f'<h3><a href="/events/{e[0]}/"><span class="sign" aria-hidden="true"></span><span class="hidden">conflict: '
        f'</span>{e[2]}</a> <span class="sides">{e[3]} <span aria-hidden="true">→</span><span class="hidden">towards'
        f'</span> {e[4]}</span> <span class="tag">{e[5]}</span> <span class="tag">{e[6]}</span></h3>'
    )
    source = (
        f'<p class="source"><a href="/articles/{e[14]}/">{escape(e[13])}</a> · {e[7]} reports, {e[8]} sources · '
        f"probability {e[9]} · {escape(e[10] or '')} {escape(e[11] or '')}</p>"
    )
    more = (
        f'<details class="unfold" hx-get="/events/{e[0]}/reports/" hx-trigger="toggle once" hx-target="find div" '
        f'hx-swap="outerHTML"><summary>{e[7]} reports<span class="hidden"> of {e[2]}</span></summary>'
        f'<div class="in-place"><a href="/events/{e[0]}/#reports">with their sentences</a></div></details>'
    )
    return (
        f'<section class="day"><h2>{e[1]}</h2><article class="event conflict">{head}'
        f"<blockquote>{escape(e[12])}</blockquote>{source}{more}</article></section>"
    )


urlpatterns = [
    path("bare/template/<str:slug>/", by_template),
    path("bare/strings/<str:slug>/", by_f_strings),
    path("", include("config.urls")),
]

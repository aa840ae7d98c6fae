"""Writes of tagging: what the coder read in an article becomes its reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from relations.models import Actor, Article, Country, CountryPair, Direction, Event, Report, Withdrawal
from relations.tagging.coded import ActorMention, CodedEvent, Key, happening_key
from relations.tagging.store_texts import write_texts

# What another reading may change of a report; its event stays.
READ_FIELDS = (
    *("version", "direction", "source_id", "target_id", "source_actor_id", "target_actor_id", "stage", "occurred_on"),
    *(
        "precision",
        "date_words",
        "planned_on",
        "planned_from",
        "planned_until",
        "planned_words",
        "place",
        "sentence_number",
        "sentence",
        "spans",
        "because",
    ),
    *("confidence", "coder", "due", "withdrawn", "marked_by_id"),
)
# With its article, version and type: where a report stands. No two stand at one place.
PLACE = ("sentence_number", "source_id", "target_id", "stage")
# Another reading that differs in nothing but these leaves merging nothing to do.
UNFELT = {"version", "because", "spans", "coder", "sentence_number"}


def write_reports(read: Sequence[tuple[Article, int, list[CodedEvent]]], coder: str, now: dt.datetime) -> int:
    """Let the reports of these articles say what was read in them; how many reports they have now.

    read: article, number of the version that was read, events. Reports that are given again keep their row and event.
    Those no longer given are withdrawn with the reason; they keep their place too. Whatever changed is due for merging.
    """
    known_countries = set(Country.objects.values_list("code", flat=True))
    read = [(article, version, _of_known(events, known_countries)) for article, version, events in read]
    events = [event for _, _, found in read for event in found]
    pairs = CountryPair.objects.ensure({_pair(event) for event in events}) if events else {}
    actors = _actors(mention for event in events for mention in (event.source, event.target))
    earlier, double, marks = _earlier_reports([article for article, _, _ in read])
    new: list[Report] = []
    kept: list[Report] = []
    gone: list[tuple[Report, Withdrawal]] = []
    spare = {(one.article_id, one.version, *(getattr(one, name) for name in PLACE), one.type): one for one in double}
    for article, version, found in read:
        before, marked = earlier.get(article.pk, {}), marks.get(article.pk, [])
        standing = _renew_marks(marked, article, version) if marked else []
        kept.extend(mark for mark in marked if mark.due)
        for event in found:
            if any(_says_so(mark, event) for mark in standing):
                continue  # an editor said it already
            values = _values(event, article, version, coder, actors)
            report = before.pop(event.key, None)
            there = spare.pop((article.pk, version, *(values[name] for name in PLACE), event.type), None)
            if report is not None and there is not None:
                # A report that is gone stands where this one is read now, and no two can stand at one place.
                gone.append((report, Withdrawal.READ_AGAIN))
            report = there or report
            if report is None:
                new.append(Report(article=article, pair_id=pairs[_pair(event)], type=event.type, **values))
            elif _update(report, values):
                kept.append(report)
        gone.extend((report, _why(report, article, version)) for report in before.values())
    gone.extend((report, Withdrawal.READ_AGAIN) for report in spare.values())
    for report, why in gone:
        if not report.withdrawn:
            report.withdrawn, report.due = why, True
            kept.append(report)
    Report.objects.bulk_update(kept, READ_FIELDS, batch_size=500)
    Report.objects.bulk_create(new, batch_size=500)
    touched = {report.event_id for report in kept if report.due and report.event_id}
    Event.objects.filter(pk__in=touched).update(evidence_changed=True)
    mark_read([article for article, _, _ in read], coder, now)
    return len(events)


def _renew_marks(marks: list[Report], article: Article, version: int) -> list[Report]:
    """Those of an editor's marks whose words stand in a story; what the coder finds there is no matter to them. The
    others are withdrawn, and those that had been so come back with their words."""
    newest = article.versions.filter(number=version).values_list("text", flat=True).first() or ""
    standing = []
    for mark in marks:
        says = article.retracted_at is None and mark.sentence in newest
        withdrawn = "" if says else mark.withdrawn or _why(mark, article, version)
        if withdrawn != mark.withdrawn:
            mark.withdrawn, mark.due = withdrawn, True
        if says:
            standing.append(mark)
    return standing


def _says_so(mark: Report, event: CodedEvent) -> bool:
    """Whether an editor's mark says what the coder read, of the same words."""
    key = happening_key(mark.type, mark.source_id, mark.target_id, mark.stage)
    return key == event.key and event.sentence in mark.sentence


def _why(report: Report, article: Article, version: int) -> Withdrawal:
    if article.retracted_at is not None:
        return Withdrawal.RETRACTED
    if article.unread_because:
        return Withdrawal.UNREAD
    return Withdrawal.EDITED if version != report.version else Withdrawal.READ_AGAIN


def mark_read(articles: Iterable[Article], coder: str, now: dt.datetime) -> None:
    """The articles leave the queue, and can be found by their words."""
    ids = [article.pk for article in articles]
    Article.objects.filter(pk__in=ids).update(tagged_at=now, coder=coder)
    write_texts(ids)


def _earlier_reports(
    articles: list[Article],
) -> tuple[dict[int, dict[Key, Report]], list[Report], dict[int, list[Report]]]:
    """What earlier readings of these articles gave, by article; reports that say the same twice; and what editors
    marked in each, but for marks that were taken back.

    Their pairs are held for this transaction, so that merging doesn't give a report an event while it is taken away.
    """
    reports = Report.objects.filter(article__in=articles)
    pairs = reports.order_by().values_list("pair_id", flat=True).distinct()
    list(CountryPair.objects.filter(pk__in=list(pairs)).order_by("pk").select_for_update(no_key=True))
    found: dict[int, dict[Key, Report]] = {}
    double: list[Report] = []
    marks: dict[int, list[Report]] = {}
    # Of two that say the same, the one that stands, then the older.
    for report in sorted(reports, key=lambda one: (bool(one.withdrawn), one.pk)):
        if report.marked_by_id and report.withdrawn != Withdrawal.TAKEN_BACK:
            marks.setdefault(report.article_id, []).append(report)
            continue
        of_article = found.setdefault(report.article_id, {})
        key = happening_key(report.type, report.source_id, report.target_id, report.stage)
        if key in of_article:
            double.append(report)
        of_article.setdefault(key, report)
    return found, double, marks


def _of_known(events: list[CodedEvent], known_countries: set[str]) -> list[CodedEvent]:
    """Events between countries that the database has, one for each happening."""
    once: dict[Key, CodedEvent] = {}
    for event in events:
        source, target = event.source.country, event.target.country
        if source in known_countries and target in known_countries and source != target:
            once.setdefault(event.key, event)
    return list(once.values())


def _pair(event: CodedEvent) -> tuple[str, str]:
    return CountryPair.in_order(event.source.country, event.target.country)


def _actors(mentions: Iterable[ActorMention]) -> dict[str, int]:
    keys = {mention.actor for mention in mentions}
    return dict(Actor.objects.filter(key__in=keys).values_list("key", "pk")) if keys else {}


def _direction(event: CodedEvent) -> Direction:
    if event.symmetric:
        return Direction.MUTUAL
    return Direction.FORWARD if event.source.country < event.target.country else Direction.BACKWARD


def _values(event: CodedEvent, article: Article, version: int, coder: str, actors: dict[str, int]) -> dict[str, Any]:
    """The columns that READ_FIELDS names, texts cut to what the columns hold."""
    spans = {"trigger": event.trigger, "source": event.source.span, "target": event.target.span}
    return {
        "version": version,
        "source_id": event.source.country,
        "target_id": event.target.country,
        "direction": _direction(event),
        "source_actor_id": actors.get(event.source.actor),
        "target_actor_id": actors.get(event.target.actor),
        "stage": event.stage,
        "occurred_on": event.occurred_on or article.published_at.date(),
        "precision": event.precision,
        "date_words": _cut("date_words", event.date_words),
        "planned_on": list(event.planned_on),
        "planned_from": event.planned_span[0] if event.planned_span else None,
        "planned_until": event.planned_span[1] if event.planned_span else None,
        "planned_words": _cut("planned_words", event.planned_words),
        "withdrawn": "",
        "place": _cut("place", event.place),
        "sentence_number": min(event.sentence_number, 32767),
        "sentence": event.sentence,
        "spans": {name: [span.start, span.end] for name, span in spans.items() if span},
        "marked_by_id": None,
        "because": _cut("because", event.because),
        "confidence": event.confidence,
        "coder": _cut("coder", coder),
    }


def _cut(column: str, text: str) -> str:
    """The text as far as the column holds it, without NUL, which PostgreSQL refuses."""
    most = getattr(Report._meta.get_field(column), "max_length", None)
    return text.replace("\x00", "")[:most]


def _update(report: Report, values: dict[str, Any]) -> bool:
    """Let a report say what was read; whether anything changed. What merging must look at is due."""
    changed = {name for name, value in values.items() if getattr(report, name) != value}
    for name in changed:
        setattr(report, name, values[name])
    if changed - UNFELT:
        report.due = True
    return bool(changed)

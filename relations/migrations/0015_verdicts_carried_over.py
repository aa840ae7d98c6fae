"""What kind each correction was, the verdicts that stand in events already, and the queue of the desk."""

from django.db import migrations
from django.db.models import Q

from relations.models.roles import make_groups

KINDS = """
UPDATE relations_correction SET kind = CASE
    WHEN undoes_id IS NOT NULL THEN 'undo'
    WHEN changes ? 'merged_into_id' THEN 'merge'
    WHEN other_id IS NOT NULL THEN 'split'
    ELSE 'edit' END
"""
FIELDS = ("type", "direction", "stage", "occurred_on", "precision", "place", "source_actor_id", "target_actor_id")


def carry_over(apps, schema_editor):
    schema_editor.execute(KINDS)
    make_groups(apps)
    _verdicts(apps)
    # The queue is made as merging looks at events again.
    apps.get_model("relations", "Event").objects.filter(dataset="own", status="coded").update(evidence_changed=True)


def _verdicts(apps):
    """As what editors set tells them: given in passing, since there was no queue."""
    Event, Verdict = apps.get_model("relations", "Event"), apps.get_model("relations", "Verdict")
    judged = Event.objects.filter(
        Q(status__in=["confirmed", "rejected"]) | Q(corrected_fields__contains=["type"]), dataset="own"
    ).exclude(coded_as="")
    for event in judged.select_related("pair").iterator(500):
        corrections = list(event.corrections.filter(undoes=None, undone_by=None).order_by("pk"))
        if not corrections:
            continue
        said = {field: _plain(getattr(event, field)) for field in FIELDS}
        reading = dict(said, type=event.coded_as, confidence=event.confidence)
        # Newest first, so that what the first of them found stands in the end.
        for correction in reversed(corrections):
            reading |= {field: change[0] for field, change in correction.changes.items() if field in FIELDS[1:]}
        rejected = event.status == "rejected"
        forward = event.source_id == event.pair.first_id
        reading, said = _named(reading, forward), _named(said, forward)
        reports = list(event.reports.filter(withdrawn="").select_related("article"))
        Verdict.objects.create(
            event=event,
            editor_id=corrections[-1].editor_id,
            outcome="rejected"
            if rejected
            else "accepted"
            if all(said[field] == reading[field] for field in said)
            else "changed",
            origin="passing",
            reading=reading,
            said={} if rejected else said,
            rules=sorted({report.because.partition(":")[0] for report in reports}),
            sources=sorted({report.article.feed_id for report in reports}),
            coder=max(reports, key=lambda report: report.confidence).coder if reports else "",
            correction=corrections[-1],
        )


def _plain(value):
    return value.isoformat() if hasattr(value, "isoformat") else value


def _named(values, forward):
    """With the actors in the pair's order."""
    named = dict(values)
    actors = named.pop("source_actor_id"), named.pop("target_actor_id")
    named["first_actor"], named["second_actor"] = actors if forward else actors[::-1]
    return named


class Migration(migrations.Migration):
    dependencies = [
        ("relations", "0014_desk"),
    ]

    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]

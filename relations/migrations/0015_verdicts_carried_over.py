"""What kind each correction was, and the verdicts that stand in events already.

The queue of the desk is made at night, or at once by ``manage.py renew_queue``: here it would keep a large database
away for long.
"""

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
# An edit of one of these is a verdict.
JUDGING = ("status", "type", "direction")
# Whoever set one of these said the others with it.
TOGETHER = (
    ("direction", "source_id", "target_id", "source_actor_id", "target_actor_id"),
    ("occurred_on", "precision"),
)


def carry_over(apps, schema_editor):
    schema_editor.execute(KINDS)
    make_groups(apps)
    _verdicts(apps)


def _verdicts(apps):
    """As what editors set tells them: given in passing, since there was no queue."""
    Event, Verdict = apps.get_model("relations", "Event"), apps.get_model("relations", "Verdict")
    judged = Event.objects.filter(
        Q(status__in=["confirmed", "rejected"]) | Q(corrected_fields__overlap=["type", "direction"]), dataset="own"
    ).exclude(coded_as="")
    for event in judged.select_related("pair").order_by("pk").iterator(500):
        history = list(event.corrections.select_related("undone_by").order_by("pk"))
        judging = [one for one in history if _is_verdict(one)]
        # Who reopened an event took its verdicts back.
        if not judging or judging[-1].changes.get("status", [None, None])[1] == "coded":
            continue
        rejected = event.status == "rejected"
        reading = _named({**_as_read(event, history), "confidence": event.confidence}, event.pair)
        said = _named({field: _plain(getattr(event, field)) for field in (*FIELDS, "source_id")}, event.pair)
        same = all(said[field] == reading[field] for field in said)
        reports = list(event.reports.filter(withdrawn="").select_related("article"))
        Verdict.objects.create(
            event=event,
            editor_id=judging[-1].editor_id,
            outcome="rejected" if rejected else "accepted" if same else "changed",
            origin="passing",
            reading=reading,
            said={} if rejected else said,
            rules=sorted({report.because.partition(":")[0] for report in reports}),
            sources=sorted({report.article.feed_id for report in reports}),
            coder=max(reports, key=lambda report: (report.confidence, -report.pk)).coder if reports else "",
            reason=judging[-1].reason,
            correction=judging[-1],
        )


def _is_verdict(correction):
    stands = correction.kind == "edit" and not hasattr(correction, "undone_by")
    return stands and any(field in correction.changes for field in JUDGING)


def _as_read(event, history):
    """What the coder read: what editors set as it was before they did, the rest as it is."""
    read = {field: _plain(getattr(event, field)) for field in (*FIELDS, "source_id")}
    for group in (*TOGETHER, ("stage",), ("place",)):
        if not set(group) & {*event.corrected_fields, *(f"{field}_id" for field in event.corrected_fields)}:
            continue
        began = 0  # the last time that they began to
        for at, one in enumerate(history):
            before, after = one.changes.get("corrected_fields", [[], []])
            if set(group) & set(after) and not set(group) & set(before):
                began = at
        for field in set(group) & set(read):
            found = (one.changes[field][0] for one in history[began:] if field in one.changes)
            read[field] = next(found, read[field])
    return {**read, "type": event.coded_as}


def _plain(value):
    return value.isoformat() if hasattr(value, "isoformat") else value


def _named(values, pair):
    """With the actors in the pair's order, by who is the source there."""
    named = dict(values)
    forward = named.pop("source_id") == pair.first_id
    actors = named.pop("source_actor_id"), named.pop("target_actor_id")
    named["first_actor"], named["second_actor"] = actors if forward else actors[::-1]
    return named


class Migration(migrations.Migration):
    dependencies = [
        ("relations", "0014_desk"),
    ]

    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]

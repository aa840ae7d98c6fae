"""What stands in the database as the new columns have it. Merging and scoring look at everything once more."""

from django.db import migrations
from django.db.models import F


def carry_over(apps, schema_editor):
    Event = apps.get_model("relations", "Event")
    Event.objects.filter(coded_as="").update(coded_as=F("type"))
    # An editor's word holds the reports that it was said of.
    spoken = Event.objects.exclude(corrected_fields=[]).values("pk")
    apps.get_model("relations", "Report").objects.filter(event__in=spoken).update(pinned=True)
    apps.get_model("relations", "PairDay").objects.update(stale=True)


class Migration(migrations.Migration):
    dependencies = [
        ("relations", "0006_events_and_engagements"),
    ]

    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]

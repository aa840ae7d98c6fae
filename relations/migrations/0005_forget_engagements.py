"""Engagements are made anew from all events by the next look of merging, so that each has an address of its own."""

from django.db import migrations


def forget(apps, schema_editor):
    apps.get_model("relations", "Event").objects.exclude(engagement=None).update(engagement=None)
    apps.get_model("relations", "Engagement").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("relations", "0004_report_stage"),
    ]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]

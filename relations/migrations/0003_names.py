"""Editors change names of actors too, and a name's days are in order."""

from django.db import migrations, models
from django.db.models import F, Q

from relations.models.roles import make_groups


class Migration(migrations.Migration):
    dependencies = [
        ("relations", "0002_roles"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="actorname",
            constraint=models.CheckConstraint(
                condition=Q(("valid_from", None), ("valid_until", None), ("valid_from__lte", F("valid_until")), _connector="OR"),
                name="actor_name_in_order",
                violation_error_message="“Valid from” is after “valid until”, so the name holds on no day. Swap them.",
            ),
        ),
        migrations.RunPython(lambda apps, schema_editor: make_groups(apps), migrations.RunPython.noop),
    ]

"""The roles: groups of editors and admins with their permissions."""

from django.db import migrations

from relations.models.roles import make_groups


class Migration(migrations.Migration):
    dependencies = [
        ("relations", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.RunPython(lambda apps, schema_editor: make_groups(apps), migrations.RunPython.noop),
    ]

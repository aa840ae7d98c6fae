"""The three kinds of people. Everyone who is signed in is an analyst; the other roles are groups."""

from __future__ import annotations

from typing import Any

EDITORS = "editors"
ADMINS = "admins"
GROUPS = {
    EDITORS: ["correct_events"],
    ADMINS: ["correct_events", "view_feed", "add_feed", "change_feed", "delete_feed"],
}


def make_groups(apps: Any) -> None:
    """Make the groups and give them their permissions; safe to repeat. ``apps``: Django's registry or a migration's."""
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    for name, codenames in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        for codename in codenames:
            model = "correction" if codename == "correct_events" else codename.split("_")[1]
            # Django makes permissions after the last migration; on a new database this one comes before that.
            content_type, _ = ContentType.objects.get_or_create(app_label="relations", model=model)
            permission, _ = Permission.objects.get_or_create(
                codename=codename, content_type=content_type, defaults={"name": f"Can {codename.replace('_', ' ')}"}
            )
            group.permissions.add(permission)

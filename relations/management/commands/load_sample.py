import secrets
from typing import Any

from django.contrib.auth.models import Group, User
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from relations.models import Feed, FullText
from relations.models.roles import ADMINS, EDITORS
from relations.sample.feeds import TITLES, feed_path

SAMPLE_ROLES: dict[str, list[str]] = {"analyst": [], "editor": [EDITORS], "admin": [ADMINS]}


class Command(BaseCommand):
    help = "Set up the sample in an empty database: two local feeds and three sign-ins, whose passwords are shown once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8001, help="port of serve_sample_feeds")

    @transaction.atomic
    def handle(self, *, port: int, **options: Any) -> None:
        if User.objects.exists() or Feed.objects.exists():
            self.stdout.write("There are users or feeds already; the sample is only set up in an empty database.")
            return
        now = timezone.now()
        for feed, title in TITLES.items():
            Feed.objects.create(
                title=title,
                full_text=FullText.NEVER,
                url=f"http://127.0.0.1:{port}{feed_path(feed, now.date())}",
                next_fetch_at=now,
            )
        self.stdout.write("Sample sign-ins, shown only this once:")
        for name, groups in SAMPLE_ROLES.items():
            password = secrets.token_urlsafe(9)
            user = User.objects.create_user(name, password=password)
            if ADMINS in groups:
                user.is_staff = user.is_superuser = True
                user.save()
            user.groups.set(Group.objects.filter(name__in=groups))
            self.stdout.write(f"  {name:8} {password}")

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from celery import current_app
from django.core.management.base import BaseCommand, CommandError, CommandParser
from kombu.exceptions import OperationalError

from relations.errors import RelationsError
from relations.models import Article, CountryPair
from relations.models.articles import Articles
from relations.tagging.registry import coder

CODER_VERSION = re.compile(r"(?P<coder>[\w.-]+)/(?P<number>\d+)(?: failed)?")


class Command(BaseCommand):
    help = (
        "Let the coder read stored articles again: those that all of the given options hold for. Reports that are "
        "found again stay, events follow them, and what an editor corrected is kept. Can be repeated without harm."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--pair", metavar="pak-usa", help="articles with a report on this pair")
        parser.add_argument("--since", metavar="DATE", help="articles published on this day or later, as 2017-09-01")
        parser.add_argument(
            "--name",
            action="append",
            metavar="NAME",
            help="articles whose newest text or title holds this name, capitals included; may be given several times",
        )
        parser.add_argument(
            "--coder-before",
            metavar="VERSION",
            help="articles that this coder, at this version or a later one, has not read, as grammar/2",
        )
        parser.add_argument("--all", action="store_true", help="all articles, where no other option is given")
        parser.add_argument("--dry-run", action="store_true", help="only say how many they are")

    def handle(self, *, dry_run: bool, verbosity: int, **options: Any) -> None:
        try:
            articles = chosen(options)
        except RelationsError as trouble:
            raise CommandError(str(trouble)) from None
        if dry_run:
            waiting = articles.filter(tagged_at=None).count()
            self.stdout.write(f"{articles.count():,} articles would be read again; {waiting:,} of them wait already.")
            return
        number = articles.read_again(tell=self.tell)
        if not number:
            self.stdout.write("0 articles are read again: none fits, or those that do wait already.")
            return
        try:
            current_app.send_task("relations.tasks.tag_new_articles", retry=False)
        except OperationalError:
            self.stderr.write("The workers can't be told right now; they begin when they are back.")
        self.stdout.write(f"{number:,} articles are read again by the workers, newest first.")

    def tell(self, done: int, of: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{done:,} of {of:,} articles", ending="\n" if done == of else "")


def chosen(options: dict[str, Any]) -> Articles:
    """The articles that all given options hold for. Raises RelationsError for an option that can't be used."""
    given = [name for name in ("pair", "since", "name", "coder_before") if options[name] is not None]
    if bool(given) == options["all"]:
        raise RelationsError(
            "Say which articles: --pair, --since, --name, --coder-before, or --all alone for every article."
        )
    articles = Article.objects.order_by()
    if options["pair"] is not None:
        articles = articles.filter(reports__pair=_pair(options["pair"])).distinct()
    if options["since"] is not None:
        articles = articles.filter(published_at__gte=_day(options["since"]))
    if options["name"] is not None:
        articles = articles.holding(options["name"])
    if options["coder_before"] is not None:
        articles = articles.filter(coder__in=_not_read_by(options["coder_before"]))
    return articles


def _pair(slug: str) -> CountryPair:
    slug = slug.lower()
    pair = CountryPair.objects.filter(slug__in=[slug, "-".join(reversed(slug.split("-")))]).first()
    if pair is None:
        raise RelationsError(f"No report is on a pair {slug!r}. Write both countries' codes, as in pak-usa.")
    return pair


def _day(written: str) -> dt.datetime:
    """The beginning of a day, in UTC."""
    try:
        return dt.datetime.combine(dt.date.fromisoformat(written), dt.time(), dt.UTC)
    except ValueError:
        raise RelationsError(f"{written!r} is no day. Write it as 2017-09-01.") from None


def _not_read_by(wanted: str) -> list[str]:
    """The coders that articles were read by and that are not the wanted one at its version or a later one."""
    known = CODER_VERSION.fullmatch(wanted)
    if known is None:
        raise RelationsError(f"{wanted!r} is no version of a coder. Write its name and number, as grammar/2.")
    installed = coder(known["coder"]).version
    if int(known["number"]) > int(installed.rpartition("/")[2]):
        raise RelationsError(f"There is no {wanted} yet: installed is {installed}, which would not read as {wanted}.")
    return [
        read_by
        for read_by in Article.objects.order_by().values_list("coder", flat=True).distinct()
        if not _as_new(read_by, known["coder"], int(known["number"]))
    ]


def _as_new(read_by: str, name: str, number: int) -> bool:
    version = CODER_VERSION.fullmatch(read_by)
    return version is not None and version["coder"] == name and int(version["number"]) >= number

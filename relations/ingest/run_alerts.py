"""Alerts: feeds that need an admin are noted, and admins are told by mail.

One look at a time: a worker that comes while another looks has nothing to do. Where no mail can be sent, what was noted
stays noted, and the first mail that can be sent tells it.
"""

from __future__ import annotations

import datetime as dt
import logging
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.mail import EmailMessage
from django.core.mail.message import sanitize_address
from django.core.validators import validate_email
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from relations.errors import RelationsError
from relations.ingest import store_alerts
from relations.ingest.alert_mail import MOST_SHOWN, Digest, Relief, Trouble, fit_to_send, moment
from relations.models import Feed, FeedAlert, FeedState
from relations.models.roles import people_who_may

# The lock of those who look. Any number will do, as long as nothing else locks it.
WATCHING_FEEDS = 0x44594145
# ``mailed_at`` is when the last mail told of an alert. One that ended before any mail is told in none.
BEGAN_UNTOLD = Q(ended_at=None, mailed_at=None)
ENDED_UNTOLD = Q(ended_at__gt=F("mailed_at"))

log = logging.getLogger(__name__)
_hindrance = ""  # why no mail could be sent, as the log of this process says already


class NotSent(RelationsError):
    """The mail could not be handed over; the message says why."""


def watch_feeds(now: dt.datetime | None = None) -> int:
    """Note which feeds need an admin and which do no longer, and mail what is new; how many alerts began, ended or
    became another. Safe to repeat and to run in parallel."""
    now = now or timezone.now()
    changed = _note(now)
    try:
        _tell(now)
    except NotSent as trouble:
        _log_hindrance(f"{trouble} What there is to tell is kept and tried again at each look; this is said once.")
    return changed


@transaction.atomic
def _note(now: dt.datetime) -> int:
    if not _alone():
        return 0
    store_alerts.notice_silence()
    return store_alerts.end_alerts(now) + store_alerts.follow_alerts() + store_alerts.begin_alerts(now)


@transaction.atomic
def _tell(now: dt.datetime) -> None:
    """Mail what no mail told yet, and note in the same transaction that it did. Raises NotSent, and nothing is noted.

    Where the database goes between the server's last word and the commit, the mail goes out again, with the same
    Message-ID.
    """
    if not _alone() or _told_lately(now):
        return
    alerts = FeedAlert.objects.filter(BEGAN_UNTOLD | ENDED_UNTOLD)
    told = list(alerts.order_by("pk").values_list("pk", "began_at", "ended_at"))
    if not told:
        return
    digest = _digest()
    # One mail to all: either everyone is told or nobody, and nobody twice.
    mail = EmailMessage(digest.subject, digest.body(now), to=_receivers(), headers={"Message-ID": _message_id(told)})
    alerts.update(mailed_at=Greatest(now, F("ended_at")))
    try:
        mail.send()
    except (SMTPException, OSError, ImproperlyConfigured) as error:
        raise NotSent(f"No mail about feeds could be sent: {error}.") from error
    _log_hindrance("")


def _alone() -> bool:
    """Whether nobody else looks; until the end of the transaction nobody does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [WATCHING_FEEDS])
        return bool(cursor.fetchone()[0])


def _told_lately(now: dt.datetime) -> bool:
    wait = dt.timedelta(minutes=settings.ALERT_MAIL_EVERY)
    # Later than now, where another machine's clock is ahead; but never for longer than the wait.
    return FeedAlert.objects.filter(mailed_at__gt=now - wait, mailed_at__lt=now + wait).exists()


def _receivers() -> list[str]:
    """Addresses of the admins. Raises NotSent where there is none."""
    addresses: dict[str, str] = {}
    without = []
    for person in people_who_may("relations.change_feed").order_by("pk"):
        try:
            validate_email(person.email)
            sanitize_address(person.email, settings.DEFAULT_CHARSET)  # which alone sees a domain that no mail can name
            addresses.setdefault(person.email.lower(), person.email)
        except (ValidationError, ValueError):
            without.append(person.get_username())
    if not addresses:
        raise NotSent("No mail about feeds can be sent: nobody who manages feeds has an e-mail address.")
    if without:
        log.info("Without an e-mail address, and so not told about feeds: %s", ", ".join(without))
    return list(addresses.values())


def _message_id(told: list[Any]) -> str:
    """The same for the same news, and another one in every other installation."""
    return f"<{salted_hmac('dyad: mails about feeds', repr(told)).hexdigest()}@dyad>"


# -- what the mail says --------------------


def _digest() -> Digest:
    began = FeedAlert.objects.filter(BEGAN_UNTOLD).select_related("feed").order_by("-began_at", "-pk")
    open_alert = FeedAlert.objects.filter(feed=OuterRef("feed"), ended_at=None)
    # Of a feed that is in trouble again already, the end of the trouble before is no news.
    ended = FeedAlert.objects.filter(ENDED_UNTOLD).exclude(Exists(open_alert))
    ended = ended.select_related("feed").order_by("-ended_at", "-pk")
    return Digest(
        troubles=[_trouble(alert) for alert in began[:MOST_SHOWN]],
        trouble_count=began.count(),
        reliefs=[_relief(alert) for alert in ended[:MOST_SHOWN]],
        relief_count=ended.count(),
        all_link=f"{settings.SITE_URL}{reverse('feeds')}?state=trouble",
    )


def _trouble(alert: FeedAlert) -> Trouble:
    feed, secrets = alert.feed, _secrets(alert.feed)
    return Trouble(
        title=fit_to_send(feed.title, secrets) or f"Feed {feed.pk}",
        state=FeedState(alert.state).label,
        since=alert.began_at,
        outcome=fit_to_send(alert.words, secrets),
        silence=_silence(feed) if alert.state == FeedState.SILENT else "",
        next_visit_at=feed.next_fetch_at,
        link=_link(feed),
    )


def _relief(alert: FeedAlert) -> Relief:
    feed = alert.feed
    return Relief(
        title=fit_to_send(feed.title, _secrets(feed)) or f"Feed {feed.pk}",
        state=FeedState(alert.state).label,
        since=alert.began_at,
        until=alert.ended_at or alert.began_at,
        now="paused" if feed.paused else FeedState(feed.state).label,
        link=_link(feed),
    )


def _silence(feed: Feed) -> str:
    return f"Nothing new since {moment(feed.last_item_at)}" if feed.last_item_at else "It never brought anything"


def _link(feed: Feed) -> str:
    return f"{settings.SITE_URL}{reverse('feed', args=[feed.pk])}"


def _secrets(feed: Feed) -> list[str]:
    """What the feed is asked with, which a server may have put into its answer, and so into words about it."""
    try:
        kept = feed.secrets()
    except RelationsError:
        return []  # nobody can read them, so no visit was made with them
    return [kept.get("password", ""), *kept.get("headers", {}).values()]


def _log_hindrance(words: str) -> None:
    """Log what keeps mails from being sent when it comes up, not at every look."""
    global _hindrance
    if words and words != _hindrance:
        log.warning("%s", words)
    _hindrance = words

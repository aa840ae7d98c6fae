"""Mails of watches: each person is told in one mail what is due, and it is noted in the same transaction that it was.

Where no mail can be sent what is due stays due, and the first mail that can be sent tells it. Where the worker ends
between the server's last word and the commit, the mail goes out again, with the same Message-ID.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused, SMTPServerDisconnected

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.mail import EmailMessage
from django.core.mail.message import sanitize_address
from django.core.validators import validate_email
from django.db import connection, transaction
from django.urls import reverse
from django.utils.crypto import salted_hmac

from relations.models import AlertEvent, AlertKind, Watch, WatchAlert
from relations.models.watches import alerts_to_mail
from relations.watching.mail import ToldEvent, WatchMail, WatchNews
from relations.watching.store import event_words

# The lock of those who mail one person. Any number will do, as long as nothing else locks it.
MAILING = 0x44594157
# Troubles with one mail, which keep no other from being sent.
ABOUT_ONE = (SMTPRecipientsRefused, SMTPSenderRefused, SMTPDataError, SMTPServerDisconnected)

log = logging.getLogger(__name__)
# What keeps mails from being sent that the log of this process tells of already: id of the person who gets none, None
# for everyone, and the kind of error, whose words differ each time where a server numbers its refusals.
_hindrances: set[tuple[int | None, type[Exception]]] = set()


def send_due_mails(now: dt.datetime) -> int:
    """One mail to each person with alerts that are due; how many were sent."""
    owners = alerts_to_mail(now).order_by("watch__owner_id").values_list("watch__owner_id", flat=True).distinct()
    sent = 0
    for person in User.objects.filter(pk__in=list(owners)).order_by("pk"):
        if not address_of(person):
            continue
        try:
            told = _tell(person, now)
        except ABOUT_ONE as error:
            _log_hindrance(person.pk, error, f"The mail about the watches of {person.get_username()}")
        except (OSError, ImproperlyConfigured) as error:
            _log_hindrance(None, error, "Mail about watches")
            return sent  # the server is away, for everyone
        else:
            sent += told
            if told:
                _hindrances.difference_update([one for one in _hindrances if one[0] in (None, person.pk)])
    return sent


def address_of(person: User) -> str:
    """Where mails reach a person; empty where none can."""
    try:
        validate_email(person.email)
        sanitize_address(person.email, settings.DEFAULT_CHARSET)  # which alone sees a domain that no mail can name
    except (ValidationError, ValueError):
        return ""
    return person.email


@transaction.atomic
def _tell(person: User, now: dt.datetime) -> int:
    if not _alone(person):
        return 0
    due = alerts_to_mail(now).filter(watch__owner=person).select_related("watch__pair", "watch__owner")
    alerts = list(due.select_for_update(of=("self",), no_key=True))
    if not alerts:
        return 0
    words = _mail(alerts)
    mail = EmailMessage(
        words.subject, words.body, to=[address_of(person)], headers={"Message-ID": _message_id(person, alerts)}
    )
    WatchAlert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(mailed_at=now)
    mail.send()
    return 1


def _alone(person: User) -> bool:
    """Whether nobody else mails this person; until the end of the transaction nobody does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [MAILING, person.pk])
        return bool(cursor.fetchone()[0])


def _message_id(person: User, alerts: Sequence[WatchAlert]) -> str:
    """The same for the same news, and another one in every other installation."""
    told = (person.pk, [str(alert.key) for alert in alerts])
    return f"<{salted_hmac('dyad: mails about watches', repr(told)).hexdigest()}@dyad>"


def _mail(alerts: Sequence[WatchAlert]) -> WatchMail:
    of_watch: dict[int, list[WatchAlert]] = {}
    for alert in alerts:
        of_watch.setdefault(alert.watch_id, []).append(alert)
    named: dict[int, list[AlertEvent]] = {}
    rows = AlertEvent.objects.filter(alert__in=[alert.pk for alert in alerts]).select_related("event")
    for row in rows.order_by("alert_id", "place"):
        named.setdefault(row.watch_id, []).append(row)
    return WatchMail(
        [_news(found[0].watch, found, named.get(pk, [])) for pk, found in of_watch.items()], _link(reverse("watches"))
    )


def _news(watch: Watch, alerts: Sequence[WatchAlert], named: Sequence[AlertEvent]) -> WatchNews:
    # What moved the score is said with by how much, also where the event is told for itself too.
    events: dict[int, AlertEvent] = {}
    for row in sorted(named, key=lambda row: row.moved is None):
        events.setdefault(row.event_id, row)
    pair_link = why_link = ""
    if watch.pair:
        pair_link = _link(watch.pair.get_absolute_url())
        scored = [alert for alert in alerts if alert.kind != AlertKind.EVENTS]
        if scored:
            why_link = _link(reverse("why", args=[watch.pair.slug, f"{scored[-1].made_at:%Y-%m-%d}"]))
    return WatchNews(
        title=" ".join(watch.title.split()),
        alerts=[alert.words for alert in alerts],
        events=[_told(row) for row in events.values()],
        link=_link(watch.get_absolute_url()),
        pair_link=pair_link,
        why_link=why_link,
    )


def _told(row: AlertEvent) -> ToldEvent:
    words = event_words(row.event)
    if not row.event.counts:
        words += " - it no longer counts"  # rejected, or withdrawn with its reports, since the alert was made
    return ToldEvent(words, "" if row.moved is None else f"{row.moved:+.1f}", _link(row.event.get_absolute_url()))


def _link(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def _log_hindrance(person_id: int | None, error: Exception, what: str) -> None:
    """Log what keeps a mail from being sent when it comes up, not at every look. what: could not be sent."""
    if (person_id, type(error)) not in _hindrances:
        log.warning(
            "%s could not be sent: %s. It is kept and tried again at each look; this is said once.", what, error
        )
    _hindrances.add((person_id, type(error)))

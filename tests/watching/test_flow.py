"""From a story to the mail: every stage in its order."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from relations.models import Article, CountryPair, Event
from relations.models.loading import load_codebook
from relations.pipeline import STAGES
from tests import making
from tests.ingest.mailbox import Mailbox
from tests.watching.happening import watch

pytestmark = pytest.mark.django_db


def run_all_stages() -> None:
    for stage in STAGES:
        stage()


def test_a_story_becomes_a_mail_that_names_its_event_once(ada: User, mailbox: Mailbox) -> None:
    load_codebook()
    pair = CountryPair.objects.between("KEN", "SOM")
    watch(ada, pair_id=pair.pk, filters={"type": ["ambassador_summoned"]}, title="Kenya and Somalia", each_event=True)
    paper = making.feed(paused=True)
    text = "Kenya's foreign ministry summoned the Somali ambassador on Monday over a customs dispute."
    making.article(text, feed=paper)
    run_all_stages()
    event = Event.objects.get()
    [mail] = mailbox.texts()
    assert "Ambassador summoned, Kenya → Somalia, " in mail and f"https://dyad.example/events/{event.pk}/" in mail
    making.article(f"{text} Officials said trade would go on.", feed=making.feed(paused=True))
    Article.objects.update(tagged_at=None)
    run_all_stages()
    assert Event.objects.get().report_count == 2 and len(mailbox.mails) == 1

"""The Celery application and its beat: once a minute every stage is told to look at what is due; every five minutes
feeds that need an admin are looked for; once a night the scores learn from editors' verdicts, the desk's queue follows,
and what is old goes."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

WATCH_EVERY = 5 * 60  # seconds

app = Celery("dyad")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_finalize.connect
def schedule_the_stages(sender: Celery, **_: object) -> None:
    from django.conf import settings

    every = settings.PIPELINE_EVERY
    # A message not taken by the next look has nothing to say, so it expires and a stopped worker finds no heap of them.
    sender.conf.beat_schedule = {
        f"relations.tasks.{name}": {"task": f"relations.tasks.{name}", "schedule": every, "options": {"expires": every}}
        for name in (
            "refresh_due_feeds",
            "import_waiting",
            "fetch_article_pages",
            "tag_new_articles",
            "merge_new_reports",
            "score_stale_days",
            "watch_pairs",
        )
    }
    # Not with every verdict: each time, all pairs are scored anew.
    sender.conf.beat_schedule["relations.tasks.learn_precision"] = {
        "task": "relations.tasks.learn_precision",
        "schedule": crontab(hour=2, minute=40),
    }
    sender.conf.beat_schedule["relations.tasks.watch_feeds"] = {
        "task": "relations.tasks.watch_feeds",
        "schedule": WATCH_EVERY,
        "options": {"expires": WATCH_EVERY},
    }
    sender.conf.beat_schedule["relations.tasks.prune"] = {
        "task": "relations.tasks.prune",
        "schedule": crontab(hour=3, minute=20),
    }

"""Project set-up: settings, environment, Celery, and the servers that a machine without its own is given."""

from config.celery import app as celery_app

__all__ = ["celery_app"]

"""The WSGI application that gunicorn serves."""

import os

import ruptures  # noqa: F401  it takes a second to load, which the first reader of a timeline should not wait for
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

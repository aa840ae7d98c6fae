"""Project set-up: settings, environment, Celery, and the servers that a machine without its own is given."""

import os

# A second thread of the parser's linear algebra doubles its time on the processor and saves none. Read by numpy when it
# is imported, so set before anything else.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from config.celery import app as celery_app  # noqa: E402

__all__ = ["celery_app"]

"""One PostgreSQL and one Redis for the whole test run, in a temporary folder, unless their addresses are set.

Loaded by ``-p tests.servers`` before Django's settings are read. Parallel workers inherit the addresses: each has a
database of its own (pytest-django) and a Redis database of its own (set here).
"""

import os
import shutil
import signal
import tempfile
from pathlib import Path

from config.embedded import EmbeddedServers

_servers: EmbeddedServers | None = None

if not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")):
    folder = Path(tempfile.mkdtemp(prefix="dyad-tests-"))
    folder.chmod(0o711)
    (folder / "static").mkdir()
    # Nothing of a test run must survive a power cut, so the server need not wait for the disk. What autovacuum learns
    # between two tests, that a table is empty, is wrong in the next: every foreign key of ten thousand rows would then
    # be looked up by reading the whole table, which makes a run twice as long.
    _servers = EmbeddedServers(
        folder,
        postgres_settings="-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200 "
        "-c autovacuum=off",
    )

    # Being told to end is like Ctrl-C, so that the servers are stopped then too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    _servers.start()
    os.environ.update(_servers.environment())
else:
    os.environ.setdefault("SECRET_KEY", "only-for-tests")

if worker := os.environ.get("PYTEST_XDIST_WORKER", ""):
    base, _, _ = os.environ["REDIS_URL"].partition("?")
    if base.startswith("unix://"):
        os.environ["REDIS_URL"] = f"{base}?db={int(worker.removeprefix('gw')) + 1}"


def pytest_unconfigure() -> None:
    global _servers
    if _servers is not None:
        _servers.stop()
        shutil.rmtree(_servers.folder, ignore_errors=True)
        shutil.rmtree(_servers.sockets, ignore_errors=True)
        _servers = None

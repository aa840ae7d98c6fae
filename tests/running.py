"""Real processes for tests: worker, beat and web against the test's database, and a feed served on loopback."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from django.db import connection

from config.env import BASE_DIR

COMMANDS = {
    "worker": "celery -A config worker --concurrency 1 --loglevel WARNING --without-gossip --without-mingle",
    "another worker": "celery -A config worker -n another@%h --concurrency 1 --loglevel WARNING --without-gossip "
    "--without-mingle",
    "beat": "celery -A config beat --loglevel WARNING",
    "web": "gunicorn config.wsgi --bind 127.0.0.1:{port} --workers 2 --log-level warning",
}


def wait_until(true: Callable[[], Any], *, within: float = 60, what: str = "it") -> Any:
    """The first true value of a condition, asked often. Fails when the time is up."""
    deadline = time.monotonic() + within
    while not (value := true()):
        assert time.monotonic() < deadline, f"{what} did not happen within {within:g} seconds"
        time.sleep(0.1)
    return value


def work_through() -> None:
    """What workers do, done here, until nothing is due: for tests that are not about the processes."""
    from relations.pipeline import STAGES

    for stage in STAGES:
        stage()


class Processes:
    """Processes of the application; each in a group of its own, so that it can be killed with its children."""

    def __init__(self, **environment: str) -> None:
        settings = connection.settings_dict
        self.folder = Path(tempfile.mkdtemp(prefix="dyad-processes-"))
        (self.folder / "static").mkdir()
        self.environment = {
            **os.environ,
            "DATABASE_URL": f"postgresql://{settings['USER']}@/{settings['NAME']}?host={settings['HOST']}",
            "VAR_DIR": str(self.folder),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PIPELINE_EVERY": "1",
            "PYTHONUNBUFFERED": "1",
            **environment,
        }
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.port = free_port()

    def start(self, *names: str) -> None:
        for name in names:
            log = (self.folder / f"{name}.log").open("ab")
            command = COMMANDS[name].format(port=self.port).split()
            self.running[name] = subprocess.Popen(
                command, cwd=BASE_DIR, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        if "web" in names:
            wait_until(self.web_answers, what="the web server's answer")

    def web_answers(self) -> bool:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/sign-in/", timeout=2)
        except OSError:  # refused, or too busy to answer in time
            return False
        return True

    def kill(self, name: str) -> None:
        """kill -9 of the process and all its children."""
        os.killpg(self.running[name].pid, signal.SIGKILL)
        self.running.pop(name).wait()

    @contextmanager
    def paused(self, name: str) -> Iterator[None]:
        """The process and all its children stand still meanwhile."""
        os.killpg(self.running[name].pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(self.running[name].pid, signal.SIGCONT)

    def stop(self) -> None:
        for name in list(self.running):
            self.kill(name)
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")


@contextmanager
def processes(*names: str, **environment: str) -> Iterator[Processes]:
    started = Processes(**environment)
    try:
        started.start(*names)
        yield started
    finally:
        started.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class FeedServer:
    """An RSS feed on loopback whose items a test writes; remembers how often it was asked."""

    def __init__(self) -> None:
        self.items: list[tuple[str, str]] = []
        self.visits = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.visits += 1
                body = outer.render()
                self.send_response(200)
                self.send_header("Content-Type", "application/rss+xml; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_port}"
        self.url = f"http://{self.host}/feed.rss"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def render(self) -> bytes:
        published = format_datetime(dt.datetime.now(dt.UTC).replace(microsecond=0), usegmt=True)
        items = "".join(
            f"<item><guid>{number}</guid><link>https://news.example/{number}</link><title>{escape(title)}</title>"
            f"<pubDate>{published}</pubDate><description>{escape(text)}</description></item>"
            for number, (title, text) in enumerate(self.items)
        )
        return f'<rss version="2.0"><channel><title>Test Post</title>{items}</channel></rss>'.encode()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

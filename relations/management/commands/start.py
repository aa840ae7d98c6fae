"""Everything from nothing to a browsable app: `make run`."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from honcho.environ import parse_procfile
from honcho.manager import Manager

from config import embedded
from relations.models import Article, Feed, FeedState, PairDay, PairStanding, Report

WATCH_EVERY = 5  # seconds between two looks at the embedded servers
READY_WITHIN = 90


class Command(BaseCommand):
    help = "Set up the database and the sample if they are new, then run web, worker and beat until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--sample-port", type=int, default=8001)
        parser.add_argument("--no-sample", action="store_true", help="start with an empty database")

    def handle(self, *, port: int, sample_port: int, no_sample: bool, **options: Any) -> None:
        check_port_is_free(port, "PORT")
        call_command("migrate", verbosity=0)
        call_command("load_codebook", stdout=self.stdout)
        if not no_sample:
            call_command("load_sample", port=sample_port, stdout=self.stdout)
        processes = dict(parse_procfile((settings.BASE_DIR / "Procfile").read_text()).processes)
        environment = {
            **os.environ,
            "PATH": f"{Path(sys.prefix) / 'bin'}:{os.environ.get('PATH', '')}",
            "PORT": str(port),
            "PYTHONUNBUFFERED": "1",
            "HASHED_STATIC_FILES": "true",
        }
        # In a process with the environment of the web server, whose storage names the files by their hash.
        collect = [sys.executable, "manage.py", "collectstatic", "--verbosity=0", "--noinput"]
        subprocess.run(collect, env=environment, cwd=settings.BASE_DIR, check=True)
        sample_host = f"127.0.0.1:{sample_port}"
        if Feed.objects.filter(url__startswith=f"http://{sample_host}/").exists():
            check_port_is_free(sample_port, "SAMPLE_PORT")
            processes["sample"] = f"python manage.py serve_sample_feeds --port {sample_port}"
            allowed = ",".join([*settings.FETCH_ALLOWED_HOSTS, sample_host])
            environment["FETCH_ALLOWED_HOSTS"] = allowed
        manager = Manager()
        for name, command in processes.items():
            manager.add_process(name, command, env=environment, cwd=str(settings.BASE_DIR))
        stopping = threading.Event()
        watchers = [threading.Thread(target=self.tell_when_ready, args=(port, stopping), daemon=True)]
        if embedded.current is not None:
            watchers.append(threading.Thread(target=self.watch_servers, args=(embedded.current, stopping), daemon=True))
        for watcher in watchers:
            watcher.start()
        manager.loop()
        stopping.set()
        self.stdout.write("Stopped. The data is kept; `make run` goes on from here.")
        # 130 and 143: asked to stop. Anything else: a process ended by itself and took the others along.
        if manager.returncode not in (0, 130, 143):
            raise CommandError(
                "A process ended by itself (see above), so all were stopped. Start again with `make run`."
            )

    def tell_when_ready(self, port: int, stopping: threading.Event) -> None:
        """Wait until the page answers, and on a first run until the sample stands on the overview; then say so."""
        address = f"http://127.0.0.1:{port}/"
        deadline = time.monotonic() + READY_WITHIN
        asked, is_first_run = False, not PairStanding.objects.exists()
        while not stopping.wait(0.3) and time.monotonic() < deadline:
            if not answers(address):
                continue
            if not asked:
                current_app.send_task("relations.tasks.refresh_due_feeds")  # the beat's first look is a minute away
                asked = True
            if not is_first_run or not Feed.objects.exists() or sample_is_shown():
                break
        if not stopping.is_set():
            self.stdout.write(f"\n  Dyad is ready: {address}   (stop with Ctrl-C)\n\n")
            self.stdout.flush()

    def watch_servers(self, servers: embedded.EmbeddedServers, stopping: threading.Event) -> None:
        """Bring an embedded server that died back; the other processes wait for it."""
        while not stopping.wait(WATCH_EVERY):
            try:
                for name in servers.ensure_running():
                    self.stderr.write(f"{name} had stopped and was started again.")
            except embedded.ServerTrouble as trouble:
                self.stderr.write(str(trouble))


def sample_is_shown() -> bool:
    """Whether all that the sample's feeds have is on the pages; one of them is read a moment after the other."""
    return (
        not Feed.objects.filter(state=FeedState.NEW).exists()
        and not Article.objects.filter(tagged_at=None).exists()
        and not Report.objects.filter(due=True).exists()
        and PairStanding.objects.exists()
        and not PairDay.objects.filter(stale=True).exists()
    )


def check_port_is_free(port: int, variable: str) -> None:
    """Raises CommandError that says what to do where another program listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise CommandError(
                f"Port {port} is in use by {listener(port)}. Stop it or choose another: make run {variable}={port + 10}"
            ) from None


def listener(port: int) -> str:
    try:
        import psutil

        for connection in psutil.net_connections("tcp"):
            if connection.laddr and connection.laddr.port == port and connection.status == psutil.CONN_LISTEN:
                process = psutil.Process(connection.pid)
                return f"process {process.pid} ({' '.join(process.cmdline())[:80]})"
    except (ImportError, psutil.Error):
        pass
    return "another program"


def answers(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=5)  # noqa: S310 - our own loopback address
    except urllib.error.HTTPError as answer:
        return answer.code < 500
    except OSError:
        return False
    return True

"""PostgreSQL and Redis of the application's own: they start, recover, share and stop. Real servers, real kills."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from config.embedded import EmbeddedServers, ServerTrouble
from config.env import BASE_DIR

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("embedded")]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="dyad-embedded-"))
    made.chmod(0o711)
    yield made
    servers = EmbeddedServers(made)
    servers.start()  # joins what a test left running, so that leaving stops it
    pids = postgres_pid(servers), redis_pid(servers)
    servers.stop()
    shutil.rmtree(made, ignore_errors=True)
    assert not any(lives(pid) for pid in pids), "a test leaves servers behind"


@pytest.fixture
def servers(folder: Path) -> Iterator[EmbeddedServers]:
    made = EmbeddedServers(folder)
    made.start()
    yield made
    made.stop()


def postgres_pid(servers: EmbeddedServers) -> int:
    return int((servers.cluster / "postmaster.pid").read_text().split("\n")[0])


def redis_pid(servers: EmbeddedServers) -> int:
    return int((servers.redis_folder / "redis.pid").read_text())


def answers(servers: EmbeddedServers) -> bool:
    with psycopg.connect(servers.database_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    return bool(redis.Redis(unix_socket_path=str(servers.redis_socket)).ping())


def lives(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def end_abruptly(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while lives(pid):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_both_answer_and_listen_on_no_network(servers: EmbeddedServers) -> None:
    assert answers(servers)
    for pid in (postgres_pid(servers), redis_pid(servers)):
        listening = [item for item in psutil.Process(pid).net_connections("inet") if item.status == psutil.CONN_LISTEN]
        assert listening == []


def test_the_sockets_are_closed_to_other_accounts(servers: EmbeddedServers) -> None:
    assert servers.sockets.stat().st_mode & 0o077 == 0


def test_leaving_stops_both_and_keeps_the_data(folder: Path) -> None:
    first = EmbeddedServers(folder)
    first.start()
    with psycopg.connect(first.database_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    pids = postgres_pid(first), redis_pid(first)
    first.stop()
    assert not any(lives(pid) for pid in pids)
    second = EmbeddedServers(folder)
    second.start()
    with psycopg.connect(second.database_url) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
        connection.execute("DROP TABLE kept")
    second.stop()


USER = """
import os, sys
from pathlib import Path
from config.embedded import EmbeddedServers
servers = EmbeddedServers(Path(sys.argv[1]))
servers.start()
print("ready", flush=True)
sys.stdin.read()
servers.stop()
"""


def another_user(folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", USER, str(folder)],
        cwd=BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout and process.stdout.readline() == "ready\n"
    return process


def test_the_last_user_stops_the_servers_not_the_first(folder: Path) -> None:
    first = EmbeddedServers(folder)
    first.start()
    other = another_user(folder)
    first.stop()
    assert answers(first)
    other.communicate("")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(first.database_url)


def test_a_user_that_was_killed_leaves_servers_that_the_next_takes_over(folder: Path) -> None:
    killed = another_user(folder)
    servers = EmbeddedServers(folder)
    pid = postgres_pid(servers)
    killed.kill()
    killed.wait()
    servers.start()
    assert answers(servers) and postgres_pid(servers) == pid
    servers.stop()


def test_after_an_unclean_shutdown_the_data_is_recovered(folder: Path) -> None:
    first = EmbeddedServers(folder)
    first.start()
    with psycopg.connect(first.database_url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS survived (n int)")
        connection.execute("INSERT INTO survived VALUES (1)")
    end_abruptly(postgres_pid(first))
    end_abruptly(redis_pid(first))
    second = EmbeddedServers(folder)
    second.start()
    with psycopg.connect(second.database_url) as connection:
        assert connection.execute("SELECT count(*) FROM survived").fetchone() == (1,)
    assert answers(second)
    first.stop()
    second.stop()


def test_a_stale_pid_that_now_belongs_to_another_program_is_cleared(folder: Path) -> None:
    servers = EmbeddedServers(folder)
    servers.start()
    servers.stop()
    # This very process stands for whatever was given the number meanwhile.
    (servers.cluster / "postmaster.pid").write_text(f"{os.getpid()}\n{servers.cluster}\n1\n5432\n{servers.sockets}\n\n")
    servers.start()
    assert answers(servers)
    servers.stop()


def test_the_watch_brings_a_dead_server_back(servers: EmbeddedServers) -> None:
    assert servers.ensure_running() == []
    end_abruptly(redis_pid(servers))
    assert servers.ensure_running() == ["Redis"]
    end_abruptly(postgres_pid(servers))
    assert servers.ensure_running() == ["PostgreSQL"]
    assert answers(servers)


def test_a_path_too_long_for_a_socket_is_no_hindrance(tmp_path: Path) -> None:
    servers = EmbeddedServers(tmp_path / ("long" * 30))
    assert not servers.sockets.is_relative_to(tmp_path)
    assert len(str(servers.redis_socket)) < 100


def test_a_full_disk_and_a_folder_that_cannot_be_written_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=7 * 1024**2))
    with pytest.raises(ServerTrouble, match="Only 7 MB are free"):
        EmbeddedServers(tmp_path).start()
    (tmp_path / "file").write_text("")
    with pytest.raises(ServerTrouble, match="Cannot write"):
        EmbeddedServers(tmp_path / "file" / "var").start()


def test_the_secret_key_is_made_once_and_closed_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    key = EmbeddedServers(tmp_path).environment()["SECRET_KEY"]
    assert len(key) > 40 and EmbeddedServers(tmp_path).environment()["SECRET_KEY"] == key
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0

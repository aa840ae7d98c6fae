"""`make run`: everything from nothing, Ctrl-C, a second start, and what stands in the way is told."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest

from config.env import BASE_DIR
from tests.running import free_port

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("start"), pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="dyad-start-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def start(folder: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    bare = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")
    }
    return subprocess.Popen(
        [sys.executable, "manage.py", "start", *arguments],
        cwd=BASE_DIR,
        env={**bare, "VAR_DIR": str(folder), "PYTHONUNBUFFERED": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def read_until(process: subprocess.Popen[str], words: str, within: float = 120) -> str:
    assert process.stdout
    deadline, seen = time.monotonic() + within, ""
    for line in process.stdout:
        seen += line
        if words in line:
            return seen
        assert time.monotonic() < deadline, seen
    raise AssertionError(f"{words!r} was never said:\n{seen}")


def sign_in(port: int, name: str, password: str) -> Any:
    browser = httpx2.Client(base_url=f"http://127.0.0.1:{port}", follow_redirects=True)
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', browser.get("/sign-in/").text)
    assert token
    form = {"username": name, "password": password, "csrfmiddlewaretoken": token[1]}
    assert browser.post("/sign-in/", data=form).status_code == 200
    return browser


def stop(process: subprocess.Popen[str]) -> str:
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    _, alive = psutil.wait_procs(children, timeout=5)
    assert [child for child in alive if child.status() != psutil.STATUS_ZOMBIE] == []
    return said


def test_from_nothing_to_the_sample_and_again(folder: Path) -> None:
    port, sample_port = free_port(), free_port()
    arguments = ("--port", str(port), "--sample-port", str(sample_port))
    process = start(folder, *arguments)
    said = read_until(process, "Dyad is ready")
    passwords = dict(re.findall(r"^  (analyst|editor|admin) +(\S+)$", said, re.MULTILINE))
    assert set(passwords) == {"analyst", "editor", "admin"}
    assert f"http://127.0.0.1:{port}/" in said
    browser = sign_in(port, "editor", passwords["editor"])
    page = browser.get("/?order=tense").text
    assert "Pakistan – United States" in page and "India – Pakistan" in page
    style = re.search(r'href="(/static/css/base\.[0-9a-f]+\.css)"', page)
    assert style and browser.get(style[1]).status_code == 200
    # Another start on the same port is refused, in words.
    second = start(folder, *arguments)
    refused, _ = second.communicate(timeout=60)
    assert second.returncode == 1 and f"Port {port} is in use" in refused and "make run PORT=" in refused
    assert "The data is kept" in stop(process)
    # A second run is quick, shows no password and keeps the data.
    began = time.monotonic()
    process = start(folder, *arguments)
    said = read_until(process, "Dyad is ready")
    assert time.monotonic() - began < 60 and passwords["editor"] not in said and "Sample sign-ins" not in said
    assert sign_in(port, "editor", passwords["editor"]).get("/pairs/pak-usa/").status_code == 200
    stop(process)


def test_a_process_that_dies_takes_the_others_along_and_says_so(folder: Path) -> None:
    port, sample_port = free_port(), free_port()
    process = start(folder, "--port", str(port), "--sample-port", str(sample_port), "--no-sample")
    read_until(process, "Dyad is ready")
    beat = [child for child in psutil.Process(process.pid).children(recursive=True) if "beat" in child.cmdline()]
    beat[-1].kill()
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1 and "ended by itself" in said


def test_a_port_in_use_is_told_before_anything_starts(tmp_path: Path) -> None:
    tmp_path.chmod(0o711)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = start(tmp_path, "--port", str(taken.getsockname()[1]))
        said, _ = process.communicate(timeout=120)
    assert process.returncode == 1 and "is in use by process" in said and str(os.getpid()) in said


def test_an_old_python_and_a_missing_one_are_told_by_make(tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(BASE_DIR / name, tmp_path)
    shutil.copytree(BASE_DIR / "requirements", tmp_path / "requirements")
    old = tmp_path / "python-of-old"
    # Stands for an interpreter too old: it answers the version check with no and tells its version.
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.8.1" && exit 0\nexit 1\n')
    old.chmod(0o755)
    result = subprocess.run(["make", "run", f"PYTHON={old}"], cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode and "needs Python 3.11 or newer" in result.stdout and "3.8.1" in result.stdout
    result = subprocess.run(["make", "run", "PYTHON="], cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode and "No Python found" in result.stdout

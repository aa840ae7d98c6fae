"""Settings that are missing or wrong are told all at once, with what to set."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.env import BASE_DIR, Environment


def test_a_process_without_settings_says_what_to_set() -> None:
    names = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")
    bare = {name: value for name, value in os.environ.items() if name not in names}
    result = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"],
        env={**bare, "DJANGO_SETTINGS_MODULE": "config.settings", "PIPELINE_EVERY": "often"},
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
    )
    assert result.returncode
    for words in (*(f"{name} is not set" for name in names), "make run", "PIPELINE_EVERY must be a whole number"):
        assert words in result.stderr


def test_database_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:p%40ss@db.example:5433/dyad?sslmode=require")
    settings = Environment().database()
    assert (settings["USER"], settings["PASSWORD"], settings["HOST"]) == ("me", "p@ss", "db.example")
    assert (settings["PORT"], settings["NAME"], settings["OPTIONS"]) == ("5433", "dyad", {"sslmode": "require"})
    monkeypatch.setenv("DATABASE_URL", "postgresql://dyad@/dyad?host=/run/here")
    assert Environment().database()["HOST"] == "/run/here"


@pytest.mark.parametrize("url", ["mysql://x/y", "postgresql://host", "postgresql://host:port/name", "nonsense"])
def test_another_database_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    env = Environment()
    env.database()
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        env.complain_if_any()


def test_redis_sockets_become_addresses_that_celery_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "unix:///run/redis.sock?db=3")
    assert Environment().redis() == "redis+socket:///run/redis.sock?virtual_host=3"
    monkeypatch.setenv("REDIS_URL", "http://redis")
    env = Environment()
    env.redis()
    assert "REDIS_URL must begin with" in env.complaints[0]


@pytest.mark.parametrize(("value", "complains"), [("true", False), ("0", False), ("perhaps", True)])
def test_flags(monkeypatch: pytest.MonkeyPatch, value: str, complains: bool) -> None:
    monkeypatch.setenv("PUBLIC_READ", value)
    env = Environment()
    env.flag("PUBLIC_READ", False)
    assert bool(env.complaints) is complains

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


MAIL = {"EMAIL_HOST": "mail.example", "EMAIL_USE_TLS": "true", "DEFAULT_FROM_EMAIL": "Dyad <dyad@dyad.example>"}


@pytest.mark.parametrize(
    ("values", "port"),
    [({}, 25), (MAIL, 587), ({"EMAIL_USE_SSL": "true"}, 465), ({**MAIL, "EMAIL_PORT": "2525"}, 2525)],
)
def test_the_port_of_the_mail_server_follows_its_encryption(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], port: int
) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    env = Environment()
    mail = env.mail()
    assert (mail.host, mail.port, mail.timeout) == (values.get("EMAIL_HOST", ""), port, 10)
    assert mail.sender == values.get("DEFAULT_FROM_EMAIL", "Dyad <dyad@localhost>")
    assert not env.complaints


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"EMAIL_HOST": "smtp://mail.example"}, "EMAIL_HOST must be the name of a mail server alone"),
        ({"EMAIL_HOST": "mail.example:587"}, "its port is EMAIL_PORT"),
        ({"EMAIL_PORT": "smtp"}, "EMAIL_PORT must be a whole number"),
        ({"EMAIL_PORT": "65536"}, "EMAIL_PORT must be at most 65535, not 65536."),
        ({"EMAIL_USE_SSL": "true"}, "EMAIL_USE_TLS and EMAIL_USE_SSL can't both be true"),
        ({"EMAIL_USE_TLS": "perhaps"}, "EMAIL_USE_TLS must be true or false"),
        ({"EMAIL_HOST_USER": "dyad"}, "belong together: set both or neither"),
        ({"EMAIL_HOST_PASSWORD": "opensesame"}, "belong together: set both or neither"),
        ({"EMAIL_HOST_USER": "dyad", "EMAIL_HOST_PASSWORD": "opensésame"}, "plain ASCII characters only"),
        ({"DEFAULT_FROM_EMAIL": "dyad"}, "DEFAULT_FROM_EMAIL must be an address"),
        ({"DEFAULT_FROM_EMAIL": "a@dyad.example, b@dyad.example"}, "DEFAULT_FROM_EMAIL must be an address"),
        ({"EMAIL_TIMEOUT": "0"}, "EMAIL_TIMEOUT must be at least 1"),
    ],
)
def test_mail_settings_that_can_not_work_are_told_without_the_password(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], words: str
) -> None:
    for name, value in {**MAIL, **values}.items():
        monkeypatch.setenv(name, value)
    env = Environment()
    env.mail()
    [complaint] = env.complaints
    assert words in complaint
    assert values.get("EMAIL_HOST_PASSWORD", "opensesame") not in complaint


@pytest.mark.parametrize("host", ["10.0.0.1", "::1", "localhost", " mail.example "])
def test_names_and_addresses_of_mail_servers(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("EMAIL_HOST", host)
    env = Environment()
    assert env.mail().host == host.strip()
    assert not env.complaints


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("", ""),
        ("https://dyad.example/", "https://dyad.example"),
        ("http://dyad:8000", "http://dyad:8000"),
        ("https://office.example/dyad/", "https://office.example/dyad"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_the_address_of_the_site_ends_without_a_slash(monkeypatch: pytest.MonkeyPatch, written: str, read: str) -> None:
    monkeypatch.setenv("SITE_URL", written)
    env = Environment()
    assert env.site("SITE_URL") == read
    assert not env.complaints


@pytest.mark.parametrize(
    "written",
    [
        *("dyad.example", "ftp://dyad.example", "https://", "https://a b.example", "https://dyad.example/?page=1"),
        *("https://me:word@dyad.example", "https://dyad.example:port", "https://[dyad"),
    ],
)
def test_what_is_no_address_of_a_site_is_told(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv("SITE_URL", written)
    env = Environment()
    env.site("SITE_URL")
    assert "SITE_URL must be an address such as https://dyad.example" in env.complaints[0]


@pytest.mark.parametrize(("host", "backend"), [("", "filebased"), ("mail.example", "smtp")])
def test_without_a_mail_server_mails_are_written_as_files(host: str, backend: str) -> None:
    code = "from django.conf import settings; print(settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH)"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "EMAIL_HOST": host, "VAR_DIR": "/data"}
    printed = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=BASE_DIR, capture_output=True, text=True, check=True
    ).stdout
    assert printed.split() == [f"django.core.mail.backends.{backend}.EmailBackend", "/data/mail"]

"""Settings from the environment, read and checked in one place.

Every setting has a type, a default or a reason why it must be set. What is wrong is reported all at once, in words
that say what to set.
"""

from __future__ import annotations

import contextlib
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.mail.message import sanitize_address
from django.core.validators import validate_email
from environs import Env, EnvError

BASE_DIR = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mails are handed over, and as whose they are sent."""

    host: str  # empty: nowhere
    port: int
    user: str
    password: str
    tls: bool  # STARTTLS
    ssl: bool  # TLS from the first byte
    timeout: int  # seconds, for every answer of the server
    sender: str


class Environment:
    """Reads settings and collects complaints; ``complain_if_any`` raises ImproperlyConfigured with all of them."""

    def __init__(self) -> None:
        self._env = Env()
        self.complaints: list[str] = []

    def required(self, name: str, hint: str) -> str:
        value = self._env.str(name, "")
        if not value:
            self.complaints.append(f"{name} is not set. {hint}")
        return value

    def flag(self, name: str, default: bool) -> bool:
        try:
            return self._env.bool(name, default)
        except EnvError:
            self.complaints.append(f"{name} must be true or false, not {self._env.str(name)!r}.")
            return default

    def integer(self, name: str, default: int, *, least: int = 1, most: int | None = None) -> int:
        try:
            value = self._env.int(name, default)
        except EnvError:
            self.complaints.append(f"{name} must be a whole number, not {self._env.str(name)!r}.")
            return default
        if value < least:
            self.complaints.append(f"{name} must be at least {least}, not {value}.")
        if most is not None and value > most:
            self.complaints.append(f"{name} must be at most {most}, not {value}.")
        return value

    def text(self, name: str, default: str) -> str:
        return self._env.str(name, default)

    def one_of(self, name: str, allowed: Sequence[str], default: str) -> str:
        value = self._env.str(name, default)
        if value not in allowed:
            self.complaints.append(f"{name} must be one of {', '.join(allowed)}, not {value!r}.")
            return default
        return value

    def names(self, name: str, default: list[str]) -> list[str]:
        """A comma-separated list."""
        return [part.strip() for part in self._env.list(name, default) if part.strip()]

    def site(self, name: str) -> str:
        """The address under which people reach this site, without a slash at its end; empty where it is not set."""
        value = self._env.str(name, "").strip().rstrip("/")
        if value and not is_site(value):
            self.complaints.append(f"{name} must be an address such as https://dyad.example, not {value!r}.")
        return value

    def mail(self) -> MailServer:
        """Where mails go: the EMAIL_ variables as Django names them, and DEFAULT_FROM_EMAIL."""
        host = self._env.str("EMAIL_HOST", "").strip()
        tls, ssl = self.flag("EMAIL_USE_TLS", False), self.flag("EMAIL_USE_SSL", False)
        user, password = self._env.str("EMAIL_HOST_USER", ""), self._env.str("EMAIL_HOST_PASSWORD", "")
        sender = self._env.str("DEFAULT_FROM_EMAIL", "") or "Dyad <dyad@localhost>"
        if not is_host(host):
            self.complaints.append(
                f"EMAIL_HOST must be the name of a mail server alone, as mail.example, not {host!r}; "
                "its port is EMAIL_PORT."
            )
        if tls and ssl:
            self.complaints.append(
                "EMAIL_USE_TLS and EMAIL_USE_SSL can't both be true. Most servers want EMAIL_USE_TLS on port 587, "
                "others EMAIL_USE_SSL on port 465."
            )
        if bool(user) != bool(password):
            self.complaints.append("EMAIL_HOST_USER and EMAIL_HOST_PASSWORD belong together: set both or neither.")
        if not (user + password).isascii():
            # smtplib sends no others, and would only say so at the first mail.
            self.complaints.append("EMAIL_HOST_USER and EMAIL_HOST_PASSWORD must have plain ASCII characters only.")
        if not is_mail_address(sender):
            self.complaints.append(
                f"DEFAULT_FROM_EMAIL must be an address as Dyad <dyad@dyad.example>, not {sender!r}."
            )
        return MailServer(
            host=host,
            port=self.integer("EMAIL_PORT", 587 if tls else 465 if ssl else 25, most=65535),
            user=user,
            password=password,
            tls=tls,
            ssl=ssl,
            timeout=self.integer("EMAIL_TIMEOUT", 10),
            sender=sender,
        )

    def database(self) -> dict[str, Any]:
        """Django's database settings from DATABASE_URL (postgresql://user:password@host:port/name?option=value)."""
        hint = (
            "Set it to postgresql://user:password@host/name, or start through `make run` or manage.py, "
            "which bring a PostgreSQL of their own."
        )
        url = self.required("DATABASE_URL", hint)
        if not url:
            return {}
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            self.complaints.append(f"DATABASE_URL is not an address: {error}. {hint}")
            return {}
        if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
            self.complaints.append(f"DATABASE_URL must be a PostgreSQL address with a database name. {hint}")
            return {}
        options: dict[str, Any] = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": options.pop("host", parts.hostname or ""),
            "PORT": str(port or ""),
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": options,
        }

    def redis(self) -> str:
        """REDIS_URL in the form Celery's transport wants (redis://, rediss:// or redis+socket://)."""
        hint = "Set it to redis://host:6379/0 or unix:///path/to/socket?db=0, or start through `make run` or manage.py."
        url = self.required("REDIS_URL", hint)
        if url and not url.startswith(("redis://", "rediss://", "unix://")):
            self.complaints.append(f"REDIS_URL must begin with redis://, rediss:// or unix://. {hint}")
        if url.startswith("unix://"):
            return url.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=")
        return url

    def complain_if_any(self) -> None:
        if self.complaints:
            raise ImproperlyConfigured("The settings are not complete:\n  - " + "\n  - ".join(self.complaints))


def is_site(value: str) -> bool:
    """Whether it is an http(s) address to which paths can be added: no user, query or fragment."""
    try:
        parts = urlsplit(value)
        has_host = bool(parts.hostname) and parts.port != 0  # reading the port checks it
    except ValueError:
        return False
    return has_host and parts.scheme in ("http", "https") and not set(value) & set("?#@ ")


def is_host(value: str) -> bool:
    """Whether it is empty, an IP address or may be the name of a server: no scheme, port or path."""
    with contextlib.suppress(ValueError):
        return bool(ipaddress.ip_address(value))
    return not set(value) & set("/:@ ")


def is_mail_address(value: str) -> bool:
    """Whether it is one address, with a name before it or without."""
    try:
        validate_email(parseaddr(value)[1])
        sanitize_address(value, "utf-8")
    except (ValidationError, ValueError):
        return False
    return True

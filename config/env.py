"""Settings from the environment, read and checked in one place.

Every setting has a type, a default or a reason why it must be set. What is wrong is reported all at once, in words
that say what to set.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvError

BASE_DIR = Path(__file__).resolve().parent.parent


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

    def integer(self, name: str, default: int, *, least: int = 1) -> int:
        try:
            value = self._env.int(name, default)
        except EnvError:
            self.complaints.append(f"{name} must be a whole number, not {self._env.str(name)!r}.")
            return default
        if value < least:
            self.complaints.append(f"{name} must be at least {least}, not {value}.")
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

#!/usr/bin/env python
"""Django's commands. Where DATABASE_URL or REDIS_URL is not set, PostgreSQL and Redis are started for the command."""

import os
import sys
from pathlib import Path

# Commands that neither read nor write data; they don't wait for a server.
WITHOUT_SERVERS = {"check", "code_text", "collectstatic", "describe_codebook", "help", "version"}


def main() -> int | None:
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever starts this by hand may have an older one
        return f"Dyad needs Python 3.11 or newer; this is {sys.version.split()[0]}."  # type: ignore[return-value]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    command = next((word for word in sys.argv[1:] if not word.startswith("-")), "help")
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        return execute()
    from config import embedded

    folder = Path(os.environ.get("VAR_DIR") or Path(__file__).resolve().parent / "var")
    if command in WITHOUT_SERVERS or {"-h", "--help"} & set(sys.argv):
        os.environ.update(embedded.EmbeddedServers(folder).environment())
        return execute()
    try:
        with embedded.running(folder):
            return execute()
    except embedded.ServerTrouble as trouble:
        sys.exit(str(trouble))


def execute() -> None:
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    sys.exit(main())

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db.backends.postgresql.operations import DatabaseOperations


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Signing in is not what most tests are about; the real hash takes a quarter of a second by design."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


# What the migrations put into the database, which no test changes.
ROLES = {"django_content_type", "auth_permission", "auth_group", "auth_group_permissions"}


@pytest.fixture(scope="session", autouse=True)
def roles_stay() -> Iterator[None]:
    """Tests that commit (transactional_db, live_server) empty every table at their end, but for those of the roles,
    which are not cheap to make anew."""
    flush = DatabaseOperations.sql_flush

    def all_but_roles(self: Any, style: Any, tables: list[str], **options: Any) -> list[str]:
        return flush(self, style, [table for table in tables if table not in ROLES], **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", all_but_roles)
        yield


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


@pytest.fixture
def signed_in(client: Any, db: None) -> Any:
    """signed_in("editor") -> the test client, signed in as a new person of that role."""
    from tests import making

    def sign_in(role: str = "analyst") -> Any:
        client.force_login(making.user(role))
        return client

    return sign_in


@pytest.fixture(autouse=True)
def no_random_samples(settings: Any) -> None:
    """Which events are audited or judged twice hangs on their ids; tests of that choose a share themselves."""
    settings.AUDIT_SHARE = settings.SECOND_OPINION_SHARE = 0.0


@pytest.fixture
def all_are_judged_twice(settings: Any) -> None:
    settings.SECOND_OPINION_SHARE = 1.0


@pytest.fixture
def first(db: None) -> Any:
    """An editor, who gives the first opinion."""
    from tests import making

    return making.user("editor")


@pytest.fixture
def second(db: None) -> Any:
    """Another, who gives the second."""
    from tests import making

    return making.user("editor")

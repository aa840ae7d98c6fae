from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Signing in is not what most tests are about; the real hash takes a quarter of a second by design."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def roles_exist(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests that commit (transactional_db, live_server) empty every table at their end; the groups are made anew."""
    marker = request.node.get_closest_marker("django_db")
    commits = marker is not None and marker.kwargs.get("transaction", False)
    if commits or {"transactional_db", "live_server"} & set(request.fixturenames):
        request.getfixturevalue("transactional_db")
        from relations.models.roles import make_groups

        make_groups(apps)
    cache.clear()
    yield


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

from __future__ import annotations

import pytest

from relations.views import workers


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The tasks that workers are told to do, with their arguments; nobody hears of them."""
    sent: list[tuple[str, ...]] = []

    def send(name: str, arguments: tuple[object, ...] = (), **options: object) -> None:
        sent.append((name.rpartition(".")[2], *map(str, arguments)))

    monkeypatch.setattr(workers.current_app, "send_task", send)
    return sent

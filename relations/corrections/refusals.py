"""Why a change of an event can't be made, in words."""

from __future__ import annotations

from collections.abc import Sequence

from relations.errors import RelationsError


class CorrectionRefused(RelationsError):
    """The change cannot be made; the message says why."""


class ChangedMeanwhile(CorrectionRefused):
    """The event is not what the editor saw. fields: in what it differs, by the names of relations.corrections.run."""

    def __init__(self, fields: Sequence[str] = ()) -> None:
        super().__init__(
            "Someone changed this event while you were at it. Both versions stand side by side; choose, and save again."
        )
        self.fields = tuple(fields)

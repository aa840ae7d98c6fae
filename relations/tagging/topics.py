"""What a text is about, where its words mean something else than between states. Pure."""

from __future__ import annotations

from relations.tagging.cues import SPORT


def is_about_sport(text: str) -> bool:
    return len({match.lower() for match in SPORT.findall(text)}) >= 2

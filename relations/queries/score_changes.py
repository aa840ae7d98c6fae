"""What a change did to a pair's score, or would do, in words. A score is None where the pair has none."""

from __future__ import annotations

from relations.queries.display import LITTLE_CHANGE


def score_went(before: float | None, after: float | None) -> str:
    """Of a change that was made: "The pair's score went from 58.8 to 61.2."."""
    if after is None:
        return "The pair has no score without it."
    if before is None:
        return f"The pair's score is now {after:.0f}."
    if _is_little(before, after):
        return f"The pair's score stays at {after:.0f}."
    return f"The pair's score went from {before:.1f} to {after:.1f}."


def score_would_go(before: float | None, after: float | None) -> str:
    """Of one that is not made yet."""
    if after is None:
        return (
            "The pair has no score, and gets none by this."
            if before is None
            else "The pair would have no score any more."
        )
    if before is None:
        return f"The pair’s score would be {after:.1f}."
    if _is_little(before, after):
        return f"The pair’s score would stay at {after:.1f}."
    return f"The pair’s score would go from {before:.1f} to {after:.1f}."


def score_beside_name(before: float | None, after: float | None) -> str:
    """In a list of pairs: "score 58.8 → 61.2"."""
    if after is None:
        return "no score"
    if before is None:
        return f"score {after:.1f}"
    return f"score stays at {after:.1f}" if _is_little(before, after) else f"score {before:.1f} → {after:.1f}"


def _is_little(before: float, after: float) -> bool:
    return abs(after - before) < LITTLE_CHANGE

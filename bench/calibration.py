"""Whether the coder's confidence is a probability: a reliability diagram on texts coded by hand, and the line to fit.

    python -m bench.calibration GOLD.jsonl [GOLD.jsonl ...]

GOLD: lines with "text", "events" (source, target, and "plover" or "type" with "alt") and, for articles, "title" and
"published_at"; "ignore" lists pairs that count neither way. A reading is right where a coded event has its direction,
or is mutual, and its PLOVER class. Printed: readings, mean confidence and share of right ones by tenths; the expected
calibration error as it stands, and of the line fitted on four fifths and tried on the fifth, five times; that line
fitted on all, for data/confidence.toml.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from relations.codebook.event_types import event_types
from relations.tagging import coder
from relations.tagging.calibration import expected_error
from relations.tagging.coded import CodedEvent, plover_class
from relations.tagging.lexicon import compile_lexicon

BINS = 10
YIELDING = {"CONCEDE", "RETREAT", "YIELD"}


def main(paths: list[str]) -> int:
    if not paths:
        print(__doc__)
        return 2
    lexicon = compile_lexicon()
    sure, raw, right = [], [], []
    for path in paths:
        for line in Path(path).read_text("utf-8").splitlines():
            record = json.loads(line)
            published = record.get("published_at") or record.get("date")
            day = dt.datetime.fromisoformat(published) if published else None
            given = (record["text"], record.get("title") or "", day, lexicon)
            with mock.patch.object(coder, "calibrated", lambda figure, line: figure):
                rough = coder.code_article(*given)
            for event in rough:
                verdict = is_right(event, record)
                if verdict is not None:
                    raw.append(event.confidence)
                    sure.append(coder.calibrated(event.confidence))
                    right.append(verdict)
    show(np.array(sure), np.array(raw), np.array(right, dtype=float))
    return 0


def is_right(event: CodedEvent, record: dict[str, Any]) -> bool | None:
    """None where the gold leaves the pair open."""
    sides = (event.source.country, event.target.country)
    ours = plover_class(event_types()[event.type], event.stage)
    found = False
    for gold in record["events"]:
        pair = (gold["source"], gold["target"])
        if pair != sides and not (pair[::-1] == sides and (gold.get("symmetric") or event.symmetric)):
            continue
        theirs = classes(gold)
        if not theirs:
            return None
        found = found or ours in theirs or (ours in YIELDING and bool(theirs & YIELDING))
    ignored = {frozenset(pair.split("-")) for pair in record.get("ignore", [])}
    return None if not found and frozenset(sides) in ignored else found


def classes(gold: dict[str, Any]) -> set[str]:
    if "plover" in gold:
        return {gold["plover"]} if gold["plover"] else set()
    kinds = [event_types()[slug] for slug in (gold["type"], *gold.get("alt", ()))]
    return {plover_class(kind, gold.get("stage") or "held") for kind in kinds}


def show(sure: np.ndarray, raw: np.ndarray, right: np.ndarray) -> None:
    print(f"{len(right)} readings, {right.mean():.3f} of them right")
    for low in np.arange(0, 1, 1 / BINS):
        inside = (sure >= low) & (sure < low + 1 / BINS)
        if inside.any():
            bar = "#" * round(40 * right[inside].mean())
            said, share = sure[inside].mean(), right[inside].mean()
            print(f"{low:.1f}-{low + 0.1:.1f} {inside.sum():5d}  said {said:.2f}  right {share:.2f} {bar}")
    print(f"expected calibration error: {expected_error(sure, right):.3f} as it stands")
    folds = np.random.default_rng(5).permutation(len(right)) % 5
    tried = np.empty_like(raw)
    for fold in range(5):
        tried[folds == fold] = along(fit(raw[folds != fold], right[folds != fold]), raw[folds == fold])
    print(f"expected calibration error: {expected_error(tried, right):.3f} fitted on four fifths, tried on the fifth")
    slope, offset = fit(raw, right)
    print(f"fitted on all: slope = {slope:.3f}, offset = {offset:.3f}")


def along(line: tuple[float, float], raw: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-(line[0] * raw + line[1])))


def fit(raw: np.ndarray, right: np.ndarray) -> tuple[float, float]:
    """Logistic regression on one figure, by Newton's method, with a weak pull of the slope towards none."""
    design = np.column_stack([raw, np.ones_like(raw)])
    weights = np.zeros(2)
    for _ in range(50):
        said = 1 / (1 + np.exp(-design @ weights))
        slope = design.T @ (right - said) - np.array([0.01, 0]) * weights
        curve = (design * (said * (1 - said))[:, None]).T @ design + np.diag([0.01, 1e-9])
        weights = weights + np.linalg.solve(curve, slope)
    return float(weights[0]), float(weights[1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

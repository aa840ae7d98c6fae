"""How likely a reading is right, from how sure its rules are of it. Pure.

The rules give each reading a raw figure: its frame's own, less what each guess about its sides and its stance costs.
That figure orders readings well but is no probability; data/confidence.toml holds the line that makes it one, fitted by
``python -m bench.calibration`` on texts coded by hand.
"""

from __future__ import annotations

import math
import tomllib
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "data" / "confidence.toml"
LEAST, MOST = 0.05, 0.95


@cache
def line() -> tuple[float, float]:
    """slope and offset of the log-odds over the raw figure."""
    table = tomllib.loads(FILE.read_text("utf-8"))
    return float(table["slope"]), float(table["offset"])


def calibrated(raw: float) -> float:
    """The probability that a reading of this raw figure is right, within [LEAST, MOST]."""
    slope, offset = line()
    return round(min(MOST, max(LEAST, 1 / (1 + math.exp(-(slope * raw + offset))))), 2)

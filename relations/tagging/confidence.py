"""How likely a reading is right, from how sure its rules are of it. Pure.

The rules give each reading a raw figure: its frame's own, less what each guess about its sides and its stance costs.
That figure orders readings well but is no probability; a line makes it one. data/confidence.toml holds the line that
comes with the coder, fitted by ``python -m bench.calibration`` on texts coded by hand; ``manage.py recalibrate`` fits
another on editors' verdicts, which is given to the coder from then on.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from relations.tension.lines import Line

FILE = Path(__file__).parent / "data" / "confidence.toml"


@cache
def shipped_line() -> Line:
    """The line that comes with the coder."""
    table = tomllib.loads(FILE.read_text("utf-8"))
    return Line(float(table["slope"]), float(table["offset"]))


def calibrated(raw: float, line: Line | None = None) -> float:
    """The probability that a reading of this raw figure is right, within [LEAST, MOST]. line: another than the
    shipped one."""
    return (line or shipped_line()).stated(raw)

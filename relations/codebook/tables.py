"""Reading the codebook's CSV files row by row, with errors that name the file, the line and the remedy."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from relations.errors import RelationsError

DATA = Path(__file__).parent / "data"


class CodebookError(RelationsError):
    """A row of the codebook cannot be used; the message names file, line and what is wrong."""


class Row:
    """One line of a table: typed access to its columns."""

    def __init__(self, path: Path, line: int, values: dict[str, str]) -> None:
        self.path, self.line, self._values = path, line, values

    def wrong(self, problem: str) -> CodebookError:
        return CodebookError(f"{self.path.name}, line {self.line}: {problem}")

    def text(self, column: str) -> str:
        return self._values[column]

    def needed(self, column: str) -> str:
        value = self._values[column]
        if not value:
            raise self.wrong(f"{column} is empty.")
        return value

    def list(self, column: str) -> tuple[str, ...]:
        """Values separated by ``|``."""
        return tuple(part.strip() for part in self._values[column].split("|") if part.strip())

    def one_of(self, column: str, allowed: Sequence[str] | set[str]) -> str:
        value = self._values[column]
        if value not in allowed:
            raise self.wrong(f"{column} is {value!r}; it must be one of {', '.join(sorted(allowed))}.")
        return value

    def number(self, column: str, least: float, most: float) -> float:
        try:
            value = float(self._values[column])
        except ValueError:
            raise self.wrong(f"{column} is {self._values[column]!r}; it must be a number.") from None
        if not least <= value <= most:  # also refuses nan
            raise self.wrong(f"{column} is {value:g}; it must lie between {least:g} and {most:g}.")
        return value

    def flag(self, column: str) -> bool:
        return self.one_of(column, {"true", "false"}) == "true"

    def day(self, column: str) -> date | None:
        value = self._values[column]
        if not value:
            return None
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise self.wrong(f"{column} is {value!r}; it must be a date like 2017-09-01.") from None


def read_table(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    """The rows of a CSV file with exactly these columns. Raises CodebookError for another header or row length."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        header = next(reader, [])
        if header != list(columns):
            raise CodebookError(f"{path.name}: the columns are {','.join(header)}; they must be {','.join(columns)}.")
        for values in reader:
            if not values:
                continue
            if len(values) != len(columns):
                raise CodebookError(
                    f"{path.name}, line {reader.line_num}: {len(values)} values for {len(columns)} columns. "
                    "A comma inside a value needs quotation marks around the value."
                )
            yield Row(path, reader.line_num, dict(zip(columns, (value.strip() for value in values), strict=True)))

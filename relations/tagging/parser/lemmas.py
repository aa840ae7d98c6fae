"""Base forms of words, from a table made with the parser (see training/train_parser.py): "flew"/VBD is "fly"."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path

LONGEST_ENDING = 6

# English spelling, for words that the table does not have: how the pattern's first group is completed to the lemma.
SPELLING: dict[str, list[tuple[re.Pattern[str], str]]] = {
    "V": [
        (re.compile(r"([^aeiou]ie)[ds]"), ""),  # vied, tied
        (re.compile(r"(.+ee)d"), ""),  # freed
        (re.compile(r"(.+[^aeiou]o)es"), ""),  # vetoes
        (re.compile(r"(.+([bdgmnprt]))\2(?:ed|ing)"), ""),  # shrugged
        (re.compile(r"([^aeiou]+[aeiou][^aeiouwxy])(?:ed|ing)"), "e"),  # duped, choking: no "dup", that would be dupped
    ],
    "N": [
        (re.compile(r"([^aeiou]ie)s"), ""),  # ties
        (re.compile(r"(.+[^aeiou]o)es"), ""),  # embargoes
    ],
}


class Lemmas:
    """Of a form and its tag (Penn Treebank). Always in lower case, so that headlines and "Russian" need no thought."""

    def __init__(self, table: dict[str, dict[str, dict]]) -> None:
        self.words: dict[str, dict[str, str]] = table["words"]
        self.endings: dict[str, dict[str, list]] = table["endings"]
        self.of = lru_cache(maxsize=20_000)(self._of)

    @classmethod
    def read(cls, path: Path) -> Lemmas:
        return cls(json.loads(path.read_text(encoding="utf-8")))

    def _of(self, form: str, tag: str) -> str:
        word = form.lower().replace("’", "'")
        known = self.words.get(tag, {}).get(word)
        if known is not None:
            return known
        endings = self.endings.get(tag)
        if endings:
            for pattern, completed in SPELLING.get(tag[0], []):
                match = pattern.fullmatch(word)
                if match:
                    return match[1] + completed
            for length in range(min(LONGEST_ENDING, len(word) - 1), -1, -1):
                edit = endings.get(word[len(word) - length :])
                if edit is not None:
                    cut, add = edit
                    return word[: len(word) - cut] + add if len(word) - cut > 1 else word
        return word

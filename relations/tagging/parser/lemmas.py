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


# Irregular pasts that the table's treebanks hold seldom or under one tag only; asked for any form of a verb.
_IRREGULAR = (
    "shoot shot, freeze froze frozen, tear tore torn, sink sank sunk, flee fled, swear swore sworn, "
    "overrun overran, slay slew slain, overthrow overthrew overthrown, uphold upheld, "
    "undertake undertook undertaken, forbid forbade forbidden, lend lent, dig dug, feed fed, swing swung, "
    "overfly overflew overflown, fly flew flown, break broke broken, take took taken, throw threw thrown, "
    "drive drove driven, withdraw withdrew withdrawn, blow blew blown, draw drew drawn, "
    "speak spoke spoken, steal stole stolen, shake shook shaken, rise rose risen, choose chose chosen, "
    "give gave given, go went gone, send sent, meet met, hold held, strike struck stricken, fight fought, "
    "seek sought, buy bought, sell sold, tell told, say said, leave left, lead led, lay laid, pay paid, "
    "make made, bring brought, catch caught, begin began begun, come came, become became, "
    "write wrote written, ride rode ridden, ring rang rung, bear bore borne, hide hid hidden, keep kept, "
    "know knew known, grow grew grown, lose lost, win won, stand stood, understand understood, "
    "withstand withstood, withhold withheld, beat beat beaten, bind bound, build built, rebuild rebuilt, "
    "deal dealt, do did done, fall fell fallen, find found, forgive forgave forgiven, get got, hear heard, "
    "mean meant, run ran, see saw seen, slide slid, sit sat, spend spent, stick stuck, sweep swept, "
    "swim swam, teach taught, think thought, wear wore worn, wind wound, foresee foresaw, renege reneged, "
    "veto vetoed, boycott boycotted, riot rioted, annul annulled, vie vied"
)
IRREGULAR = {past: base for base, *pasts in (line.split() for line in _IRREGULAR.split(", ")) for past in pasts}


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
        if tag[0] == "V":
            # The tagger often takes the one past for the other.
            swapped = self.words.get({"VBD": "VBN", "VBN": "VBD"}.get(tag, tag), {}).get(word)
            if swapped or word in IRREGULAR:
                return swapped or IRREGULAR[word]
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

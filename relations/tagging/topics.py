"""What a text is about, where its words mean something else than between states. Pure."""

from __future__ import annotations

import re

SPORT = re.compile(
    r"\b(?:goalkeeper|striker|wickets?|innings|semi-?finals?|quarter-?finals?|coach|half-?time|penalty shootout|"
    r"midfielder|tournament|championships?|twenty20|test match|overs|umpires?|volleyball|basketball|football|cricket|"
    r"matches|tennis|rugby|olympics?|medals?|kick-?off|equaliser|scored|buzzer|batsman|bowler|batting|teammates?|"
    r"spinners?|batters?|world cup|playoffs?|league|standings|runs|goals?|sixes|unbeaten|squad|captain|fielders?|"
    r"stadium|trophy)\b",
    re.IGNORECASE,
)
STATECRAFT = re.compile(
    r"\b(?:ministers?|ministry|diplomats?|embassy|ambassadors?|government|parliament|president|treaty|sanctions|"
    r"delegation|envoy|relations|border|troops|ceasefire|resolution|talks)\b",
    re.IGNORECASE,
)


FICTION = re.compile(
    r"\b(?:novels?|novelist|thriller|fiction|fictional|heroine|protagonist|plot|chapters?|paperback|hardback|publisher|"
    r"sequel|trilogy|screenplay|film|films|movie|movies|comedy|satire|farce|actor|actress|cinema|audience|readers?|"
    r"characters?|storyline|episodes?|playwright|libretto|reviewer|box office|imaginary|imagined|invented|pages)\b",
    re.IGNORECASE,
)
# As many different words of the telling of stories make a text about them, if its words of state aren't three times as
# many.
FICTION_WORDS = 3


def is_about_fiction(text: str) -> bool:
    """Whether a novel or a film is told, in which governments do what they never did."""
    found = [word.lower() for word in FICTION.findall(text)]
    return len(set(found)) >= FICTION_WORDS and 3 * len(found) > len(STATECRAFT.findall(text))


def is_about_sport(text: str) -> bool:
    """Whether a match is told: several words of sport, and more of them than of what states do with each other."""
    found = [word.lower() for word in SPORT.findall(text)]
    return len(set(found)) >= 2 and len(found) > len(STATECRAFT.findall(text))

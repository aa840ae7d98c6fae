"""What the words around a date make of it: a limit, a plan, the day of a saying; and whose date it is. Pure."""

from __future__ import annotations

import re

from relations.tagging.date_view import Reading

# Characters in front of a date that are looked at.
WINDOW = 90
EVERYWHERE = (0, 1_000_000)

# Words in front of a date that make it a limit and not the day of the act.
BOUND = re.compile(
    r"\b(?:until|till|by|before|after|through|instead\sof|rather\sthan|deadline\sof|no\slater\sthan|ahead\sof|"
    r"prior\sto|following)\s+(?:(?:the\s)?(?:end|start|beginning|middle)\sof\s|late\s|early\s|mid-|about\s|at\sleast\s|"
    r"next\s|the\s)?$",
    re.IGNORECASE,
)
# From then on: the first day of what lasts.
START = re.compile(
    r"\b(?:since|from|as\sof|as\sfrom|starting|beginning|effective|with\seffect\sfrom)\s+"
    r"(?:on\s|at\sleast\s|(?:the\s)?(?:end|start|beginning|middle|night|morning|evening)\sof\s|late\s|early\s|mid-)?$",
    re.IGNORECASE,
)
# "the first visit since 2011" tells of no beginning.
RANKED = re.compile(r"\b(?:first|worst|best|only|most|least|third|second|[a-z]{3,12}est)\b[^,;]{0,70}$", re.IGNORECASE)
# "for the third time this month" tells how often, not when.
COUNTED = re.compile(
    r"\b(?:first|second|third|fourth|fifth|sixth|seventh|latest|only|[a-z]{3,12}est|[0-9]+(?:st|nd|rd|th)|so\sfar|twice|"
    r"(?:two|three|four|five|several|many|[0-9]+)\stimes)(?:\s[\w-]+){0,3}\s$",
    re.IGNORECASE,
)
# A perfect tense makes "since" the beginning of what was done; "dead since May" is only told.
LASTING = re.compile(r"\b(?:has|have|had|been)\b|['’](?:s|ve)\s", re.IGNORECASE)
PREPOSITIONS = ("until", "till", "by", "before", "after", "since", "from", "of")
# A plan is told: words of one in the clause in front of the date.
CLAUSE_BREAK = re.compile(r"[,;:]|\b(?:said|told|announced|added)\b")
AHEAD = re.compile(
    r"\b(?:will|would|shall|due|set\s(?:for|to)|scheduled|expected|plans?\sto|planning\sto|intends?\sto|hopes?\sto|"
    r"agreed\sto|(?:are|is|was|were)\s(?:yet\s|still\s)?to|(?:planned|slated|fixed|invited|invitation)\s(?:for|to)|"
    r"postponed\s(?:to|until))\b|\bfor\s$",
    re.IGNORECASE,
)
SAYING = (
    r"(?:said|says|say|announced|told|confirmed|reported|stated|added|declared|remarked|tweeted|wrote|explained|noted|"
    r"insisted|reiterated|replied|revealed)"
)
# The date of the saying stands right behind the verb, or behind whom and where it was said to.
SAID = re.compile(
    rf"\b(?P<verb>{SAYING}|(?<=\s)(?:statement|conference|briefing|interview|communiqu[eé]|tweet))"
    r"(?:\s(?:reporters|journalists|parliament|lawmakers|deputies|state\smedia|(?:[A-Z]\w+|the\s\w+|a\s\w+|an\s\w+)))?"
    r"(?:\s(?:in|at|to|from|during|by|before)\s(?:(?:an?|the|his|her|its|their)\s)?[\w'’-]{1,20}(?:\s[\w'’-]{1,20})?)?"
    r"(?:\s(?:here|late|early|earlier|again|also|separately))?\s(?:late\s|early\s)?(?:on\s|in\s)?$"
)
# A date behind "of" is that of the noun in front: "the bombardment of March 1".
OF_NOUN = re.compile(
    r"(?P<noun>(?:\b(?:the|an?|its|his|her|their|this|that|another)|['’]s)\s(?:[\w'’-]{1,25}\s){0,3}?[\w'’-]{1,25}),?\s"
    r"of\s(?:(?:late|early|mid)[\s-])?$",
    re.IGNORECASE,
)
# Without an article it is the two words in front: "under resolution 12 of 2015".
OF_WORDS = re.compile(
    r"(?P<noun>\b[\w'’-]{1,25}(?:\s[\w'’-]{1,25})?),?\sof\s(?:(?:late|early|mid)[\s-])?$", re.IGNORECASE
)
PARTS_OF_TIME = re.compile(
    r"\b(?:night|morning|evening|afternoon|day|days|week|weeks|hours|beginning|start|middle|end|eve|course|rest|half|"
    r"spring|summer|autumn|winter|month|months|turn|close)$",
    re.IGNORECASE,
)
# A participle behind its noun, or a clause of its own, has its own date.
OWN_VERB = re.compile(
    r"(?P<own>(?:[,–—]\s(?:who|which|whose|where|when|as|during\swhich|in\swhich|at\swhich)\b"
    r"|\b(?:who|which|whom|after|because|since|before|while|whose|(?:that|what)\s(?:was|were|had))\s(?=[^,;]{3})"
    r"|(?:(?<=[a-z]\s)|,\s)(?:dated|promulgated|signed|issued|adopted|published|concluded|brokered|reached|enacted|"
    r"introduced|imposed|passed|ratified|seized|captured|killed|detained|arrested|abducted|released|sent|taken|held|"
    r"launched|made|delivered|due|scheduled|planned|put\sto\s\w+)\s(?:(?:on|in|late|early|last|this)\s|$)"
    r"|,\s[a-z]{3,15}(?:ed|en|wn|ut)\s(?:(?:on|in|late|early|last|this)\s|$))"
    r"[^,;:]{0,85})$"
)
AUXILIARY_BEFORE = re.compile(
    r"\b(?:was|were|is|are|been|be|being|has|have|had|will|and|or|to|it|they|he|she|also|jointly|formally|finally|not)\s$"
)
# "had left on Monday", with its subject.
PERFECT = re.compile(
    r"(?:^|[,;–—]\s|\b(?:that|what|how|whether|because|and|but)\s)"
    r"(?P<own>(?:(?!\b(?:that|what|how|whether|because|and|but)\s)[^,;]){0,60}?\bhad\s[^,;:]{0,80})$"
)
POSSESSED = re.compile(r"['’]s\s(?:[\w'’-]{1,25}(?:\s|\b)){1,3}")
ATTRIBUTE = re.compile(
    r"\s(?!(?:on|in|at|to|and|or|that|with|by|for|of|the|a|an|after|when|as|is|was|were|had|has)\b)"
    r"[\w'’-]{1,25}(?:\s[\w'’-]{1,25})?"
)
DETERMINED = re.compile(r"\b(?:the|an?|its|his|her|their|this|that)\s$", re.IGNORECASE)
RELATIVE = re.compile(r",?\s(?:in|at|on|during)?\s?(?:which|when|that|where)\b[^,;]{0,120}")
# "met him on Monday and on Tuesday flew home": the second date is that of the second verb.
JOINED = re.compile(r"\b(?:and|but|then)\s(?:then\s)?(?:on\s|in\s|by\s|late\s|early\s)?$", re.IGNORECASE)
CLAUSE_END = re.compile(r"[,;:–—](?=\s)")
DATELINE = re.compile(r"\)?,?\s?(?:\([^()]{1,40}\)\s?)?(?:--?|–|—|:)\s")
DATELINE_ENDS = 60
EVE = re.compile(r"\b(?:on\s)?the\seve\sof\s(?:the\s)?$", re.IGNORECASE)


def is_of_a_plan(before: str) -> bool:
    return bool(AHEAD.search(CLAUSE_BREAK.split(before)[-1]))


def is_limit(before: str, first: str) -> bool:
    """first: the first word of the date, which may itself be the limiting one."""
    return bool(BOUND.search(_front(before, first)))


def is_start(before: str, first: str, *, lasting: bool = False) -> bool:
    """Whether it is a day since or from which something holds; lasting: and that is told as an act that goes on."""
    starts = first == "for" or bool(START.search(_front(before, first)))
    return starts and not (lasting and (RANKED.search(before) or not LASTING.search(before)))


def is_of_the_saying(text: str, start: int, end: int, before: str) -> bool:
    """Whether it dates the saying, or in a dateline the writing, rather than the act."""
    return bool(SAID.search(before)) or (start < DATELINE_ENDS and bool(DATELINE.match(text, end)))


def is_how_often(before: str, first: str, precision: str) -> bool:
    """Whether a week, month or year only bounds what is counted."""
    return precision != "day" and first in ("this", "in", "over", "during") and bool(COUNTED.search(before))


def is_the_eve(before: str) -> bool:
    return bool(EVE.search(before))


def _front(before: str, first: str) -> str:
    return f"{before}{first} " if first in PREPOSITIONS else before


def scope_of(text: str, start: int, end: int, before: str, reading: Reading) -> tuple[int, int]:
    """The part of the sentence whose acts the date can be of."""
    from_at = start - len(before)
    possessed = POSSESSED.match(text, end)
    if possessed:
        return start, possessed.end()
    determined = DETERMINED.search(before)
    attributed = ATTRIBUTE.match(text, end)
    if reading.name and attributed:
        return from_at + (determined.start() if determined else len(before)), attributed.end()
    if determined and attributed and reading.precision in ("day", "month") and text[start].isupper():
        return from_at + determined.start(), attributed.end()
    front = before + ("of " if text[start : start + 3].lower() == "of " else "")
    noun = OF_NOUN.search(front) or OF_WORDS.search(front)
    if noun and not PARTS_OF_TIME.search(noun["noun"]):
        relative = RELATIVE.match(text, end)
        return from_at + noun.start(), relative.end() if relative else end
    return _clause(text, before, from_at, end)


def _clause(text: str, before: str, from_at: int, end: int) -> tuple[int, int]:
    """From a clause's own verb, or from a semicolon; a clause with its own verb ends at the next comma."""
    start, ends = before.rfind(";") + from_at + 1 if ";" in before else 0, EVERYWHERE[1]
    own = OWN_VERB.search(before)
    if own and not AUXILIARY_BEFORE.search(before[: own.start("own")]):
        comma = CLAUSE_END.search(text, end)
        start, ends = max(start, from_at + own.start("own")), comma.start() if comma else ends
    joined = JOINED.search(before)
    if joined:
        start = max(start, from_at + joined.start())
    perfect = PERFECT.search(before)
    if perfect:
        start = max(start, from_at + perfect.start("own"))
    return start, ends

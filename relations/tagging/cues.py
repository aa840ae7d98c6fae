"""Words in front of a phrase that say whether it is asserted: denied, only possible, still to come, only said. Pure."""

from __future__ import annotations

import re

ADVERB = r"(?:\w+ly\s+)?"


def _words(*alternatives: str) -> str:
    return "(?:" + "|".join(alternatives).replace(" ", r"\s+") + ")"


NEGATED = re.compile(
    r"(?:\b"
    + _words("not", "never", "neither", "nor", "without", "no longer", "failed to", "stopped short of", "yet to")
    + r"|\binstead\s+of|\brather\s+than|n[’']t)\s+(?:[\w-]+\s+){0,2}$",
    re.IGNORECASE,
)
# "will not lift": of an act of cooperation, a refusal.
REFUSED = re.compile(rf"\b(?:will|would|shall)\s+(?:not|never)\s+{ADVERB}$", re.IGNORECASE)
HYPOTHETICAL = re.compile(
    r"\b(?:(?:if|unless|whether)\s+(?:\S+\s+){0,5}|"
    + _words(
        *("could", "might", "may", "should", "must", "would have", "to have", "hopes? to", "hoped to", "wants? to"),
        *("wanted to", "wish(?:es)? to", "able to", "unable to", "needs? to", "likely to", "right to", "attempts? to"),
        *("tried to", "efforts? to", "bid to"),
    )
    + rf"\s+(?:be\s+|have\s+|been\s+)?{ADVERB})$",
    re.IGNORECASE,
)
PLANNED = re.compile(
    r"\b"
    + _words(
        *("will", "would", "shall", r"(?:is|are|was|were) (?:\w+ )?to", "plan(?:s|ned)? to", "intends? to", "going to"),
        *("decided to", "set to", "due to", "about to", "ready to", "agree[ds]? to", "agreeing to", "pledge[ds]? to"),
        *("promise[ds]? to", "offer(?:s|ed)? to", "vow(?:s|ed)? to"),
    )
    + rf"\s+(?:be\s+|also\s+|soon\s+|now\s+|have\s+)?{ADVERB}$",
    re.IGNORECASE,
)
# "had once threatened": told of another time, to say what is different now.
ONCE = re.compile(r"\b(?:once|formerly|long ago)\s+$", re.IGNORECASE)
# "sent ships to shadow": an aim, not an act.
PURPOSE = re.compile(rf"\bto\s+{ADVERB}(?:be\s+)?$", re.IGNORECASE)
# "talks aimed at restoring relations".
GERUND = re.compile(r"\b(?:at|of|about|from|in|against|without|for|despite|before)\s+$", re.IGNORECASE)
# "a closed road".
ARTICLE = re.compile(r"\b(?:a|an|the|this|that|its|his|her|their)\s+$", re.IGNORECASE)
CONDITION = re.compile(r"\b(?:unless|if)\b", re.IGNORECASE)
# Where what somebody says ends and the teller goes on.
SAYING_ENDS = re.compile(
    r";|,\s+(?:and|but|while|after|as|hours|a\s+day|which|ending)\b|"
    r"\band\s+(?:has\s+|have\s+|also\s+)?(?:\w+ed|sent|put|told|broke|met)\b|"
    r"\b(?:after|following|in\s+reply\s+to|in\s+response\s+to|before|as)\b",
    re.IGNORECASE,
)
# A day between a verb and what belongs to it: "denied on Monday that".
DAY_BETWEEN = re.compile(
    r"(?<=\w\s)(?:on\s+)?(?:(?:late|early)\s+)?"
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|yesterday|today)(?=\s)"
)
SPORT = re.compile(
    r"\b(?:goalkeeper|striker|wickets?|innings|semi-?final|quarter-?final|coach|half-?time|penalty shootout|midfielder|"
    r"tournament|championship|world cup|twenty20|test match|overs|umpires?|volleyball|basketball|football|cricket|"
    r"tennis|rugby|olympics?|medals?|kick-?off|equaliser|scored|buzzer|batsman|bowler|batting|teammates?|spinners?|batters?)\b",
    re.IGNORECASE,
)

"""Pages that stand before a story instead of it: consent forms, checks for robots, demands to sign in or subscribe."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

# A real story may speak of cookies or robots; a wall has little else to say.
LONGEST_WALL = 1_500  # characters

CONSENT = "The page shows a form of consent to cookies instead of the story."
CHALLENGE = "The page checks for robots instead of showing the story."
SIGN_IN = "The page asks to sign in or subscribe instead of showing the story."
MISSING = "The page says that the story does not exist."

_CHALLENGE_TITLES = re.compile(
    r"\W*(?:just a moment|attention required|access (?:to this page has been )?denied|pardon our interruption|"
    r"are you (?:a )?(?:robot|human)|security check|checking your browser|one more step|verify(?:ing)? you are human|"
    r"ddos-guard|please wait|bot verification|human verification|request blocked|403 forbidden)\b",
    re.IGNORECASE,
)
# What the makers of such checks put into their pages, however the words around it may be.
_CHALLENGE_MARKS = re.compile(
    rb"cf-chl-|/cdn-cgi/challenge-platform/h/|_Incapsula_Resource|px-captcha|captcha-delivery\.com|ddos-guard/js-challenge|"
    rb"awswaf[\w.-]*/challenge|sucuri_cloudproxy|_cf_chl_opt",
    re.IGNORECASE,
)
_CHALLENGE_WORDS = re.compile(
    r"\b(?:enable javascript and cookies|checking (?:if the site connection is secure|your browser)|"
    r"verify (?:that )?you are (?:a )?human|unusual (?:traffic|activity) from your|"
    r"complete the (?:captcha|security check)|"
    r"not a robot|ray id)\b",
    re.IGNORECASE,
)
_CONSENT_WORDS = re.compile(
    r"\b(?:before you continue|"
    r"we (?:and our (?:\w+ )?partners )?(?:value your privacy|use cookies|store and/or access)|"
    r"(?:accept|reject|manage|allow) (?:all|cookies|all cookies)|cookie (?:preferences|settings|consent)|"
    r"your privacy choices|consent to (?:the use|our use|cookies)|legitimate interest|"
    r"personali[sz]ed (?:ads|content))\b",
    re.IGNORECASE,
)
_SIGN_IN_WORDS = re.compile(
    r"\b(?:(?:subscribe|sign in|log in|register|create (?:a free|an) account) to (?:continue|keep|read|unlock)|"
    r"(?:this (?:article|story|content) is|available) (?:only )?(?:for|to) (?:subscribers|members)|"
    r"already a subscriber|"
    r"(?:reached|used) your (?:limit of )?free articles?)\b",
    re.IGNORECASE,
)
_MISSING_TITLES = re.compile(
    r"\W*(?:404|(?:page|article|story) (?:was )?not found|page (?:is )?unavailable)\b", re.IGNORECASE
)


def wall_in(url: str, page: bytes, title: str, text: str) -> str:
    """What stands on a page instead of a story, in words; empty for a story.

    url: where the page was found, after redirects. text: what was made out as its text.
    """
    if _CHALLENGE_TITLES.match(title) or (len(text) <= LONGEST_WALL and _CHALLENGE_MARKS.search(page)):
        return CHALLENGE
    if _MISSING_TITLES.match(title):
        return MISSING
    if len(text) > LONGEST_WALL:
        return ""
    host = urlsplit(url).hostname or ""
    if host.startswith(("consent.", "cmp.")) or len(_CONSENT_WORDS.findall(f"{title} {text}")) >= 2:
        return CONSENT
    if _CHALLENGE_WORDS.search(text):
        return CHALLENGE
    return SIGN_IN if _SIGN_IN_WORDS.search(text) else ""

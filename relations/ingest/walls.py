"""Pages that stand before a story instead of it: consent forms, checks for robots, demands to sign in or subscribe."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

# A real story may speak of cookies or robots; a wall has little else to say.
LONGEST_WALL = 1_500  # characters
# Some forms of consent go on for pages. They speak of it at least once in so many characters, which no story does.
CONSENT_EVERY = 400

CONSENT = "The page shows a form of consent to cookies instead of the story."
CHALLENGE = "The page checks for robots instead of showing the story."
SIGN_IN = "The page asks to sign in or subscribe instead of showing the story."
MISSING = "The page says that the story does not exist."

# Behind the words of a wall a title names at most the site: "One more step towards peace" is a story.
_TITLE_ENDS = r"\W*(?: [|•–—-] .{0,40})?$"
_CHALLENGE_TITLES = re.compile(
    r"\W*(?:just a moment|attention required|access (?:to this page has been )?denied|pardon our interruption|"
    r"are you (?:a )?(?:robot|human)|security check|checking your browser|one more step|verify(?:ing)? you are human|"
    rf"ddos-guard|please wait|bot verification|human verification|request blocked|403 forbidden){_TITLE_ENDS}",
    re.IGNORECASE,
)
# What the makers of such checks put into their pages, however the words around it may be. Some of it stands in pages
# of stories too, which have more text.
LONGEST_CHALLENGE = 400  # characters
_CHALLENGE_MARKS = re.compile(
    rb"cf-chl-|/cdn-cgi/challenge-platform/h/\w{1,8}/orchestrate|_Incapsula_Resource\?CWUDNSAI|px-captcha|"
    rb"captcha-delivery\.com|ddos-guard/js-challenge|awswaf[\w.-]{0,60}/challenge|sucuri_cloudproxy|_cf_chl_opt",
    re.IGNORECASE,
)
_CHALLENGE_WORDS = re.compile(
    r"\b(?:enable javascript and cookies|checking (?:if the site connection is secure|your browser)|"
    r"verify (?:that )?you are (?:a )?human|unusual (?:traffic|activity) from your|"
    r"complete the (?:captcha|security check)|"
    r"(?:i['’]?m|you are|you['’]re) not a robot|ray id:? [0-9a-f]{8,})\b",
    re.IGNORECASE,
)
_CONSENT_WORDS = re.compile(
    r"\b(?:before you continue|"
    r"we (?:and our (?:\w+ )?partners )?(?:value your privacy|use cookies|store and/or access)|"
    r"(?:accept|reject|manage|allow) (?:all(?=\W*$)|(?:all )?cookies)|cookie (?:preferences|settings|consent)|"
    r"your privacy choices|consent to (?:the use|our use|cookies)|legitimate interest|"
    r"personali[sz]ed (?:ads|content))\b",
    re.IGNORECASE | re.MULTILINE,
)
_SIGN_IN_WORDS = re.compile(
    r"\b(?:(?:subscribe|sign in|log in|register|create (?:a free|an) account) to "
    r"(?:continue|keep reading|unlock|read (?:more|on|this|the (?:full|whole|rest)))|"
    r"(?:this (?:article|story|content) is (?:only )?|available only |only available )(?:for|to) (?:our )?"
    r"(?:subscribers|members)(?! of\b)|"
    r"already a subscriber|"
    r"(?:reached|used) your (?:limit of )?free articles?)\b",
    re.IGNORECASE,
)
_MISSING_TITLES = re.compile(
    r"\W*(?:(?:error )?404(?: error)?(?:\W+(?:page )?not found)?|(?:page|article|story) (?:was |is )?not found|"
    rf"page (?:is )?unavailable){_TITLE_ENDS}",
    re.IGNORECASE,
)


def wall_in(url: str, page: bytes, title: str, text: str) -> str:
    """What stands on a page instead of a story, in words; empty for a story.

    url: where the page was found, after redirects. text: what was made out as its text.
    """
    if _CHALLENGE_TITLES.match(title) or (len(text) <= LONGEST_CHALLENGE and _CHALLENGE_MARKS.search(page)):
        return CHALLENGE
    if _MISSING_TITLES.match(title):
        return MISSING
    host = urlsplit(url).hostname or ""
    consents = len(_CONSENT_WORDS.findall(f"{title} {text}"))
    if len(text) > LONGEST_WALL:
        return CONSENT if consents * CONSENT_EVERY >= len(text) else ""
    if host.startswith(("consent.", "cmp.")) or consents >= 2:
        return CONSENT
    if _CHALLENGE_WORDS.search(text):
        return CHALLENGE
    return SIGN_IN if _SIGN_IN_WORDS.search(text) else ""

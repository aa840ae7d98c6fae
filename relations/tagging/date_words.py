"""The words and shapes in which English news writes dates, in small letters: whoever reads them looks at the capitals
where these tell a month from a verb. Pure.

Gaps between words are bounded, so that no run of blanks costs more than its length.
"""

from __future__ import annotations

import re

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# The first month of each in the north, where most of the wires are written.
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
# Month and day of feasts that stand on one day.
FEASTS = {
    "new year's day": (1, 1),
    "new year's eve": (12, 31),
    "new year's": (1, 1),
    "valentine's day": (2, 14),
    "may day": (5, 1),
    "christmas eve": (12, 24),
    "christmas day": (12, 25),
    "christmas": (12, 25),
    "boxing day": (12, 26),
}
NUMBERS = {
    **{"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8},
    **{"nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15},
    **{"sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40},
    **{"a couple of": 2, "the": 1, "a dozen": 12},
}
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 5, "final": 5}

# Words without which a shape cannot stand in a sentence, so that few shapes are looked for in most of them.
MONTH_WORDS = frozenset(MONTHS) | {name[:3] for name in MONTHS} | {"sept"}
WEEKDAY_WORDS = frozenset(WEEKDAYS) | {"mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri"}
UNIT_WORDS = frozenset(f"{unit}{s}" for unit in ("minute", "hour", "day", "week", "month", "year") for s in ("", "s"))
PART_WORDS = frozenset({"morning", "afternoon", "evening", "night", "noon", "date", "next"})
NEAR_WORDS = frozenset({"yesterday", "today", "tonight", "tomorrow", "overnight"})
FEAST_WORDS = frozenset({"christmas", "valentine", "boxing", "year", "may"})

S = r"\s{1,3}"
FULL_MONTH = "|".join(MONTHS)
MONTH = rf"(?:(?:{FULL_MONTH})\b|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?)"
WEEKDAY = "|".join(WEEKDAYS)
ANY_WEEKDAY = rf"(?:(?:{WEEKDAY})|(?:mon|tues?|wed|thur?s?|fri|sat|sun)\b\.?)"
STREET = r"street|road|avenue|square|movement|brigade|stadium|bridge|hospital|boulevard|university|airport"
# Neither the rest of a number nor an amount, a share, a time, a score or a distance.
DAY = (
    r"(?:3[01]|[12][0-9]|0?[1-9])(?:(?:st|nd|rd|th)\b|(?![0-9a-z%]|[.,:][0-9])"
    rf"(?!{S}(?:%|per\b|percent|millions?\b|billions?\b|km\b|kilomet|miles?\b|a\.?m\b|p\.?m\b)))"
)
YEAR = r"(?:19|20)[0-9]{2}\b(?![.,][0-9]|%)"
NO_NUMBER_BEFORE = r"(?<![0-9$€£.,:/-])"
JOIN = r"(?:\s?[-–—/]\s?|,\s?(?:and\s|or\s)?|\s(?:or|and|to|until|till|through|and\sagain\son)\s)(?:on\s|the\s)?"
PART = r"(?:morning|afternoon|evening|night|noon)"
NUMBER = (
    r"(?:[0-9]{1,3}|a\scouple\sof|a\sdozen|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|"
    r"thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty)"
)
VAGUE = r"(?:a\sfew|several|some|many)"
FEAST_NAMES = "|".join(name.replace("'", "[’']") for name in sorted(FEASTS, key=len, reverse=True))
UNIT = r"(?:minute|hour|day|week|month|year)s?"
# How a part of a week, month or year is named: "in the middle of", "at the end of", "early", "mid-".
PORTION = (
    r"(?:(?:early|late|mid|earlier|later|sometime)(?:\sin)?[\s-]|(?:the\s)?(?:(?:very\s)?"
    r"(?:beginning|start|middle|end|close|turn|course|rest|remainder|run-up|early\sdays|first\sdays|last\sdays|"
    r"(?:first|second|latter)\s(?:half|part)|(?:first|second|third|fourth|last)\squarter))\sof\s)"
)
THAT_YEAR = rf"(?:,?{S}(?:of{S})?(?P<year_word>that|the\ssame|this|last|next|the\s(?:previous|following)){S}year)"
OF_YEAR = rf"(?:(?:,?{S}|{S}of{S})(?P<year>{YEAR})|{THAT_YEAR})?"


START = r"\b"


def _shape(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?=\w){pattern.removeprefix(START)}")


DAY_AND_MONTH = _shape(
    rf"\b(?:{ANY_WEEKDAY},?{S}(?:the{S})?)?(?P<range>between{S}|from{S})?(?:the{S})?{NO_NUMBER_BEFORE}"
    rf"(?P<days>{DAY}(?:{JOIN}{DAY}){{0,5}}){S}(?:of{S})?(?P<month>{MONTH}){OF_YEAR}(?!{S}(?:[0-9]{{1,2}}\b|{STREET}))"
)
MONTH_AND_DAY = _shape(
    rf"\b(?:{ANY_WEEKDAY},?{S})?(?P<range>between{S}|from{S})?(?P<month>{MONTH}){S}(?:the{S})?"
    rf"(?P<days>{DAY}(?:{JOIN}{DAY}){{0,5}}){OF_YEAR}"
)
# "30 April to 2 May", "April 30 to May 2".
ACROSS_MONTHS = _shape(
    rf"\b(?:between{S}|from{S})?(?:{NO_NUMBER_BEFORE}(?P<first>{DAY}){S}(?P<month>{MONTH})|(?P<month_b>{MONTH}){S}"
    rf"(?P<first_b>{DAY}))(?:\s?[-–—]\s?|{S}(?:to|or|until|through|and){S})"
    rf"(?:(?P<second>{DAY}){S}(?P<until>{MONTH})|(?P<until_b>{MONTH}){S}(?P<second_b>{DAY}))(?:,?{S}(?P<year>{YEAR}))?"
)
ISO_DATE = _shape(r"(?<![\w/.-])(?P<year>(?:19|20)[0-9]{2})-(?P<month>[01][0-9])-(?P<day>[0-3][0-9])(?![\w/-])")
SLASHED = _shape(
    r"(?<![\w/.-])(?P<one>[0-3]?[0-9])(?P<mark>[/.])(?P<two>[0-3]?[0-9])(?P=mark)(?P<year>(?:19|20)[0-9]{2})(?![\w/-])"
)
# "on the 19th": a day of the month that was told of last.
DAY_ALONE = _shape(
    rf"\b(?:on|of|from|until|since|by|before|after){S}the{S}(?P<day>(?:3[01]|[12]?[0-9])(?:st|nd|rd|th))\b"
    rf"(?:{S}of{S}(?:that|the\ssame|this){S}month\b)?(?!{S}(?:[a-z]+{S})?(?:round|floor|anniversary|century|parallel|day|time|session|birthday|meeting|summit|"
    r"congress|place|minute|hour|of\b|fleet|army|corps|division|brigade|republic|amendment|avenue|street))"
)
WEEK_OF_MONTH = _shape(
    rf"\b(?:in{S}|during{S})?(?:the{S})?(?P<ordinal>first|second|third|fourth|last|final){S}(?P<unit>week|weekend){S}"
    rf"(?:of|in){S}(?P<month>{MONTH}){OF_YEAR}"
)
MONTH_ALONE = _shape(
    rf"\b(?P<lead>(?:in|since|by|until|till|before|after|during|throughout|of|from|back\sin)\s(?:{PORTION})?|{PORTION}"
    rf"|(?P<which>last|next|this|this\spast|this\scoming|that|the\sprevious|the\sfollowing)\s)(?P<month>{MONTH})"
    rf"{OF_YEAR}(?!{S}[0-9]{{1,2}}\b)"
)
# A name with a month or year in it: "the April earthquake", "the 2015 accord".
MONTH_NAME = _shape(rf"\b(?<=\bthe\s)(?P<month>{FULL_MONTH})(?:{S}(?P<year>{YEAR}))?(?=\s[a-z]{{4}})")
MONTH_AND_YEAR = _shape(rf"\b(?P<month>{MONTH}),?{S}(?:of{S})?(?P<year>{YEAR})")
YEAR_ALONE = _shape(
    rf"\b(?:(?:in|since|of|during|from|until|till|by|before|after|back\sin|throughout)\s(?:{PORTION})?|{PORTION})"
    rf"(?P<year>{YEAR})(?!{S}(?:soldiers|people|troops|men|women|personnel|tonnes|tons|km|kilomet|met(?:er|re)s|miles|"
    r"dollars|euros|homes|houses|vehicles|migrants|refugees|prisoners))"
)
YEAR_NAME = _shape(rf"\b(?<=\b(?:the|its|his|her)\s)(?P<year>{YEAR})(?=\s[a-z]{{3}}|\s[A-Z])")
DECADE = _shape(r"\b(?:in|since|of|during|from)\sthe\s(?:early\s|late\s|mid-)?(?P<year>(?:19|20)[0-9])0s\b")
SEASON = _shape(
    rf"\b(?:(?:in|of|since|during)\s)?(?:(?:early|late|mid)[\s-])?(?:(?P<which>last|next|this|that|the\ssame|that\ssame|"
    rf"the\sfollowing|the\sprevious|the|in)\s)(?P<season>spring|summer|autumn|fall|winter){OF_YEAR}\b"
)
WEEKDAY_ALONE = _shape(
    rf"\b(?:(?P<which>last|next|this\scoming|this\spast|this|that|the\sfollowing|the\sprevious|the\snext|the\scoming|"
    rf"early|late)\s)?(?P<weekday>{WEEKDAY})\b"
    rf"(?:{S}{PART}\b)?(?:{S}(?:of{S})?(?P<week>last|next|this|the\sfollowing|the\sprevious)\sweek\b)?"
)
OR_WEEKDAY = _shape(rf"\b(?P<one>{WEEKDAY}){S}(?:or|and|to|through){S}(?P<two>{WEEKDAY})\b")
WEEKDAY_SHORT = _shape(r"(?<=\bon\s)(?P<weekday>mon|tues?|wed|thur?s?|fri)\b\.?")
NEAR_DAY = _shape(
    r"\b(?P<word>yesterday|today|tonight|tomorrow|overnight|last\snight|last\sevening|this\s(?:morning|afternoon|"
    r"evening)|(?:earlier|later)\s(?:in\sthe\sday|on\s(?:today|yesterday))|the\sday\sbefore\syesterday|"
    rf"the\sday\safter\stomorrow)\b(?:{S}{PART}\b)?"
)
WEEKEND = _shape(
    r"\b(?:(?:over|at|during|on|for)\s)?(?P<which>the|this|last|next|this\spast|the\spast|this\scoming|the\scoming|"
    r"the\sprevious|the\sfollowing|that)\sweekend\b"
)
WHICH_UNIT = _shape(
    rf"\b(?:{PORTION})?(?P<which>last|next|this\spast|this\scoming|this|the\scoming|the\sprevious|the\sfollowing|"
    r"the\snext|the\ssame|that\ssame|that)\s(?P<unit>week|month|year)\b(?!\s(?:old|ago|earlier|later|before|after))"
)
# "the next day", "the same evening", "the day before": told from the day that the text told of last.
SAME_OR_NEXT = _shape(
    rf"\b(?:(?P<which>the\ssame|that\ssame|that\svery|that|the\snext|the\sfollowing|the\sprevious|the\spreceding)\s"
    rf"(?:day|{PART}|date)\b|(?:on\s)?the\sday\s(?P<side>before|after)(?=\s*(?:[,.;]|$|that\b))|on\sthe\s(?P<on>next)(?=\s*(?:[,.;]|$)))"
)
AGO = _shape(rf"\b(?P<number>{NUMBER}|{VAGUE}){S}(?P<unit>{UNIT}){S}(?:or\sso\s)?ago\b")
LATER = _shape(
    rf"\b(?:(?P<number>{NUMBER}|{VAGUE}){S})?(?P<unit>{UNIT}){S}(?P<side>later|earlier|afterwards?|on\b|"
    rf"(?:before|after)(?=\s*(?:[,.;]|$|(?:that|this)\b)))"
)
# "two days after the raid": counted from the day of what follows.
AFTER_ACT = _shape(rf"\b(?P<number>{NUMBER}|the|{VAGUE}){S}(?P<unit>{UNIT}){S}(?P<side>before|after)\b(?=\s[^\s,.;])")
# "in two weeks", told of a plan.
FROM_NOW = _shape(
    rf"\b(?:in\s(?:just\s|about\s)?(?P<number>{NUMBER}){S}(?P<unit>(?:day|week|month|year)s?)\b(?:['’]s?\stime)?"
    rf"|(?P<number_b>{NUMBER}){S}(?P<unit_b>(?:day|week|month|year)s?){S}(?:from\snow|hence))\b"
)
FEAST = _shape(rf"\b(?P<feast>{FEAST_NAMES})\b(?:,?{S}(?P<year>{YEAR}))?")
RECENTLY = _shape(
    rf"\b(?:in|over|during|within|for)\s(?:the\s)?(?:past|last|recent|preceding)\s(?:(?P<number>{NUMBER}|few|several|couple\sof)"
    rf"{S})?(?P<unit>{UNIT})\b"
)
FOR_SO_LONG = _shape(rf"\bfor\s(?:the\s(?:past|last)\s)?(?P<number>{NUMBER}){S}(?P<unit>(?:day|week|month|year)s?)\b")

"""What kind of text it is and what it says of itself, above all of ordinary news that must not be taken for more."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from relations.ingest.items import PageText, ParsedItem
from relations.ingest.language import language_of
from relations.ingest.marks import LIVE, LONGEST_NOTE, NEWS, OPINION, dateline_of, kind_of, marked, notes
from tests.ingest.texts import BRIDGE, FERRY

HOST = "https://courier.example"
NOON = datetime(2031, 3, 10, 12, tzinfo=UTC)
HEADLINES = [
    "Letter-bomb sent to the Norland embassy hurts a clerk",
    "Opinion-poll lead shrinks for the minister of ferries",
    "Editorial staff of the harbour radio go on strike",
    "Column of lorries waits at the border for a third day",
    "Comment by the envoy angers the upper chamber",
    "Letters between the two crowns are made public",
    "Live ammunition found on the ferry from Westmark",
    "Live-fire drill begins off the disputed islands",
    "Living costs drive Norlanders across the border",
    "Survivors tell of the collapse as it happened on the quay",
    "Kill-switch in imported pumps worries the ministry",
    "Killed in action: three soldiers of the peace force",
    "Retraction of the landing gear failed, says the inquiry",
    "Withdrawn troops march home through Harbour City",
    "Withdrawal from the river treaty takes effect today",
    "Correction facility on the island is to close",
    "Corrected trade figures show a larger deficit",
    "Clarification sought over the envoy's remarks",
    "One more step towards a ferry treaty",
    "Norland: the bridge is closed, the tunnel open",
]
OPENINGS = [
    "This item was removed from the agenda at the request of Westmark.",
    "This report was withdrawn by the ministry a day later.",
    "The earlier report was withdrawn by the assembly after Westmark threatened to stop its payments.",
    "The previous article was removed from the constitution in a vote on Tuesday.",
    "This article of the treaty was withdrawn by both sides.",
    "This article was removed from the draft by the committee of ministers.",
    "This post was withdrawn from the border, and its soldiers were sent home.",
    "This piece was removed from the museum by two men in uniform.",
    "Retraction of a statement is rare in the chamber of deputies.",
    "Notice was given that the ferry treaty would end in a year.",
    "Correction facilities on both shores hold forty sailors of the other.",
    "Corrected figures from the customs office showed that trade fell by a tenth.",
    "Corrections officers from Westmark trained with their neighbours.",
    "Clarification was sought by the ambassador on Monday.",
    "An earlier version of this treaty was signed by the grandfathers of both ministers.",
    "The story was withdrawn from schools by order of the king.",
    "Editors of four newspapers were received by the foreign minister.",
    "Withdrawn from service in spring, the ferry is to sail again.",
    "The envoy said that this story was removed from the archive by mistake.",
    "Both ministers said that the article has been withdrawn.",
]


# -- kind -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("title", HEADLINES)
def test_ordinary_headlines_are_news_that_says_nothing_of_itself(title):
    assert kind_of(f"{HOST}/world/1", title) == NEWS
    assert notes(title, FERRY) == ("", "")


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/world/public-opinion-poll-on-ferries/",
            "/news/opinion",
            "/letters-between-crowns",
            "/news/live-fire-drill",
        ),
        *("/blog/2031/03/ferry-treaty", "/world/leaders-meet", "/world/blogger-freed", "/2031/columnar-rock", ""),
        "/news/livestock-trade-resumes",
    ],
)
def test_an_address_with_such_a_word_in_it_is_no_sign(path):
    assert kind_of(HOST + path, "Ferry sails again") == NEWS


@pytest.mark.parametrize(
    ("path", "title", "sections", "kind"),
    [
        ("/opinion/2031/ferries", "Ferries are the future", (), OPINION),
        ("/Opinions/ferries", "Ferries are the future", (), OPINION),
        ("/world/1", "Opinion: ferries are the future", (), OPINION),
        ("/world/1", "Opinion | Ferries are the future", (), OPINION),
        ("/world/1", "Editorial – Let them sail", (), OPINION),
        ("/world/1", "Op-ed - Let them sail", (), OPINION),
        ("/world/1", "COLUMN-Let them sail", (), OPINION),
        ("/world/1", "Ferries are the future", ("World", "Op Ed"), OPINION),
        ("/world/1", "Ferries are the future", (" opinion ",), OPINION),
        ("/news/live/ferry-talks", "Ferry talks", (), LIVE),
        ("/news/ferry-talks-live-updates", "Ferry talks", (), LIVE),
        ("/news/liveblog-ferry-talks", "Ferry talks", (), LIVE),
        ("/news/1", "Live: ferry talks resume", (), LIVE),
        ("/news/1", "Ferry talks: live updates from the quay", (), LIVE),
        ("/news/1", "Ferry talks end in a storm – as it happened", (), LIVE),
        ("/opinion/live/1", "Ferry talks", (), LIVE),
    ],
)
def test_opinion_and_live_blogs_are_told_by_address_title_or_section(path, title, sections, kind):
    assert kind_of(HOST + path, title, sections) == kind


@pytest.mark.parametrize("section", ["Leaders", "Letters", "Live", "Blog", "Blogs", "Newsfeed", "Ferries", ""])
def test_sections_that_news_has_too_are_no_sign(section):
    assert kind_of(f"{HOST}/world/1", "Leaders exchange letters", [section]) == NEWS


# -- notes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("opening", OPENINGS)
def test_what_a_story_tells_of_is_not_what_it_says_of_itself(opening):
    assert notes("Ferry sails again", f"{opening}\n\n{FERRY}") == ("", "")
    assert notes("Ferry sails again", f"{FERRY}\n\n{opening}") == ("", "")


@pytest.mark.parametrize(
    "title",
    [
        *("RETRACTED: Ferry sails again", "Retraction: Ferry sails again", "[Retracted] Ferry sails again"),
        *("Ferry sails again (withdrawn)", "Ferry sails again [RETRACTED]", "WITHDRAWN-Ferry sails again"),
        *("Mandatory Kill: Ferry sails again", "KILL - Ferry sails again", "Story removed: ferry"),
    ],
)
def test_a_story_taken_back_in_its_title(title):
    assert notes(title, FERRY) == ("", title)


@pytest.mark.parametrize(
    "words",
    [
        "This article has been retracted.",
        "This article has been withdrawn because its source could not be confirmed.",
        "This story was removed from our website after a complaint.",
        "This story (“Ferry sails again”) has been withdrawn by the publisher; a new one will follow.",
        "This report has been withdrawn.",
        "Editor’s note: This story was retracted on 4 March.",
        "Note to readers: the above article has been taken down pending a review.",
        "The earlier story has been withdrawn due to errors.",
        "An earlier version of this story was retracted.",
        "NOTICE — This item has been hereby withdrawn",
    ],
)
def test_a_story_taken_back_in_its_first_or_last_paragraph(words):
    story = [FERRY, BRIDGE] * 5
    assert notes("Ferry sails again", "\n\n".join([words, *story])).retraction == words
    assert notes("Ferry sails again", "\n\n".join([*story, words])).retraction == words
    assert notes("Ferry sails again", "\n\n".join([*story[:5], words, *story[5:]])) == ("", "")


@pytest.mark.parametrize(
    "words",
    [
        "Correction: the ferry leaves at nine, not at eight.",
        "CORRECTION — The ferry leaves at nine.",
        "Correction (4 March): the ferry leaves at nine.",
        "Correction, March 4: the ferry leaves at nine.",
        "Corrections and clarifications: the ferry leaves at nine.",
        "Clarification: the ferry leaves at nine.",
        "(Corrects the hour in paragraph two)",
        "(This version corrects the hour.)",
        "Editor's note: the hour of departure was incorrect in what we first wrote.",
        "This article has been corrected to say that the ferry leaves at nine.",
        "This story was amended on 5 March, as the hour was wrong.",
        "An earlier version of this article gave a wrong hour.",
        "An earlier version of this headline gave a wrong hour.",
    ],
)
def test_a_correction_in_the_text(words):
    assert notes("Ferry sails again", f"{FERRY}\n\n{words}") == (words, "")


@pytest.mark.parametrize(
    "title", ["Correction: Ferry sails again", "CORRECTED-Ferry sails again", "Corrected (hour): Ferry sails again"]
)
def test_a_correction_in_the_title(title):
    assert notes(title, FERRY) == (title, "")


def test_notes_are_quoted_up_to_their_limit():
    found = notes("Ferry", f"Correction: {FERRY * 9}\n\nThis article has been retracted: {FERRY * 9}")
    assert [len(words) for words in found] == [LONGEST_NOTE, LONGEST_NOTE]


# -- datelines ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("opening", "day"),
    [
        ("KABUL, March 4 (Agency) - Envoys met.", date(2031, 3, 4)),
        ("KABUL March 4 (Agency) Envoys met.", date(2031, 3, 4)),
        ("KABUL, Mar. 4 (Agency) -- Envoys met.", date(2031, 3, 4)),
        ("Kabul, 4 March 2031 (Agency) — Envoys met.", date(2031, 3, 4)),
        ("MOSCOW, March 4. /AGENCY/. Envoys met.", date(2031, 3, 4)),
        ("NEW DELHI, 4 MARCH: Envoys met.", date(2031, 3, 4)),
        ("New Delhi, Mar 4 (AG): Envoys met.", date(2031, 3, 4)),
        ("TEHRAN, March 4, AGENCY – Envoys met.", date(2031, 3, 4)),
        ("Rio de Janeiro, March 4 - Envoys met.", date(2031, 3, 4)),
        ("HARBOUR CITY, Norland, March 4, 2031 (Agency) - Envoys met.", date(2031, 3, 4)),
        ("N'DJAMENA (4 March) Envoys met.", date(2031, 3, 4)),
        ("KABUL, April 4 (Agency) - Envoys met.", date(2031, 4, 4)),
    ],
)
def test_a_dateline_says_when_a_story_was_written(opening, day):
    assert dateline_of(f"{opening} {FERRY}", NOON) == day


@pytest.mark.parametrize(
    "opening",
    [
        "Norland attacked on March 4.",
        "Officials said on March 4 that the ferry would sail.",
        "Envoys will meet on 4 March.",
        "On March 4, U.S. officials boarded the ferry.",
        "On March 4, Sino-Norland talks began.",
        "By March 4: nothing.",
        "Since March 4 - and for the first time in years - the ferry sails.",
        "The March 4 (Wednesday) vote was close.",
        "KABUL, March 4-6 (Agency) was when envoys met.",
        "Westmark and Norland signed the treaty of March 4: it holds.",
        "Monday’s vote, the last before March 4, was close.",
        "It was March 4: the ferry sailed.",
        "Ferry No. 7 left on 4 March – and came back.",
        "KABUL (Agency) - Envoys met on March 4.",
        "KABUL, March 45 (Agency) - Envoys met.",
        "KABUL, March 4, 1997 (Agency) - From the archive.",
        "KABUL, June 4 (Agency) - Not near.",
        "",
    ],
)
def test_a_day_that_a_story_tells_of_is_no_dateline(opening):
    assert dateline_of(opening, NOON) is None


def test_a_dateline_without_a_year_is_of_the_nearest_one():
    assert dateline_of("KABUL, Dec. 30 (Agency) - x", datetime(2032, 1, 2, tzinfo=UTC)) == date(2031, 12, 30)
    assert dateline_of("KABUL, Jan. 2 (Agency) - x", datetime(2031, 12, 31, tzinfo=UTC)) == date(2032, 1, 2)
    assert dateline_of("KABUL, Feb. 29 (Agency) - x", datetime(2032, 3, 1, tzinfo=UTC)) == date(2032, 2, 29)
    assert dateline_of("KABUL, Feb. 29 (Agency) - x", datetime(2031, 3, 1, tzinfo=UTC)) is None
    assert dateline_of("KABUL, March 4 (Agency) - x", None) is None


# -- language -------------------------------------------------------------------------------------------------------

OTHERS = {
    "de": "Die Hafenmeister zweier kleiner Republiken wollen seit Dienstag die Nachtfähre fahren lassen.",
    "fr": "Les capitaines de port de deux petites républiques ont décidé mardi de laisser repartir le bac de nuit.",
    "es": "Los capitanes de puerto de dos repúblicas acordaron el martes que el transbordador vuelva a zarpar.",
    "ru": "Капитаны портов двух маленьких республик договорились во вторник снова пустить ночной паром.",
    "ar": "اتفق مديرا الميناء في جمهوريتين صغيرتين يوم الثلاثاء على عودة العبارة الليلية",
    "zh": "两个小共和国的港口负责人周二同意让夜间渡轮重新启航",
    "hi": "दो छोटे गणराज्यों के बंदरगाह प्रमुखों ने मंगलवार को रात की नौका फिर चलाने पर सहमति जताई",
}


@pytest.mark.parametrize("title", HEADLINES)
def test_english_headlines_are_english(title):
    assert language_of(title) == "en"
    assert language_of(f"{title}\n{FERRY}", "de") == "en"


@pytest.mark.parametrize(
    "title",
    [
        *("Putin, Xi meet in Beijing", "Erdogan to visit Baku", "Lavrov in Tehran", "Modi, Macron talk Rafale"),
        *("India summons Canada envoy", "Taliban FM visits Moscow", "Iran, Iraq sign border deal"),
        *("Kim Jong Un arrives in Vladivostok", "UAE president arrives in Ankara", "Dhaka protests to Naypyidaw"),
    ],
)
def test_short_headlines_full_of_names_are_not_taken_for_another_language(title):
    """Of a feed that says it is English; otherwise what can't be told is left open, and the coder reads it."""
    assert language_of(title, "en-GB") == "en"
    assert language_of(title) in ("en", "")


@pytest.mark.parametrize(("code", "text"), OTHERS.items())
def test_other_languages_are_told_whatever_the_feed_says(code, text):
    assert language_of(text, "en-US") == code


def test_where_the_text_does_not_tell_the_feed_is_believed():
    assert language_of("", "en-GB") == language_of("4 – 3", "EN_us") == "en"
    assert language_of("", "english") == language_of("", "") == language_of("12", "x-default") == ""


# -- all together ---------------------------------------------------------------------------------------------------


def test_all_marks_are_put_on_items_and_pages():
    words = "This article has been retracted."
    text = f"KABUL, March 4 (Agency) - {FERRY}\n\n{words}"
    item = marked(ParsedItem("a", f"{HOST}/opinion/1", "Corrected: Ferry", text, NOON), "en")
    assert (item.kind, item.language, item.dateline_on) == (OPINION, "en", date(2031, 3, 4))
    assert (item.correction, item.retraction, len(item.sketch) > 0) == ("Corrected: Ferry", words, True)
    page = marked(PageText("Ferry", text, NOON), "en", ["Opinion"], f"{HOST}/1")
    assert replace(page, title="", text="") == replace(
        PageText("", "", NOON, kind=OPINION, language="en", dateline_on=date(2031, 3, 4), retraction=words),
        sketch=item.sketch,
    )

from __future__ import annotations

import datetime as dt
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relations.tagging.dates import Moment, date_event, is_background, moments, tell

# A Wednesday.
PUBLISHED = dt.date(2026, 3, 11)
# A Tuesday.
ANCHOR = dt.date(2026, 2, 17)
# Pieces of dates, so that random sentences hold some.
PIECES = [
    *("on", "in", "of", "the", "from", "to", "until", "since", "between", "and", "or", "after", "before", "for", "a"),
    *(
        "Monday",
        "Tuesday's",
        "last",
        "next",
        "this",
        "that",
        "early",
        "mid-",
        "May",
        "may",
        "March",
        "Sept.",
        "31",
        "29",
    ),
    *("3rd", "12", "5-7", "0", "1999", "2026", "2026-02-30", "31/12/2025", "week", "weeks", "month", "year", "days"),
    *("two", "ago", "later", "earlier", "spring", "weekend", "the same day", "New Year's Day", "yesterday", "tonight"),
    *("said", "will", "had", "which", ",", ";", ".", "(", ")", "-", "visit", "İstanbul", "ß", "Peru", "closed", "\n"),
]


def when(text: str, trigger: str, *, done: bool = True) -> tuple[str, str, str]:
    dating = date_event(moments(text, PUBLISHED), PUBLISHED, text.index(trigger), done=done)
    return dating.on.isoformat(), dating.precision, dating.words


@pytest.mark.parametrize(
    ("text", "day", "precision"),
    [
        ("Peru closed the border on Wednesday.", "2026-03-11", "day"),
        ("Peru closed the border on Thursday.", "2026-03-05", "day"),
        ("Peru closed the border yesterday.", "2026-03-10", "day"),
        ("Peru closed the border today.", "2026-03-11", "day"),
        ("Peru closed the border over the weekend.", "2026-03-07", "day"),
        ("Peru closed the border on 5 March.", "2026-03-05", "day"),
        ("Peru closed the border on March 5.", "2026-03-05", "day"),
        ("Peru closed the border on 28 December.", "2025-12-28", "day"),
        ("Peru closed the border on 2 March 2026.", "2026-03-02", "day"),
        ("Peru closed the border last week.", "2026-03-02", "week"),
        ("Peru closed the border earlier this week.", "2026-03-09", "week"),
        ("Peru closed the border last month.", "2026-02-01", "month"),
        ("Peru closed the border in November.", "2025-11-01", "month"),
        ("Peru closed the border three days ago.", "2026-03-08", "day"),
        ("Peru closed the border two weeks ago.", "2026-02-23", "week"),
        ("Peru closed the border last Friday.", "2026-03-06", "day"),
        ("Peru closed the border last Wednesday.", "2026-03-04", "day"),
        ("Peru closed the border this Monday.", "2026-03-09", "day"),
        ("Peru closed the border early on Tuesday morning.", "2026-03-10", "day"),
        ("Peru closed the border late Monday night.", "2026-03-09", "day"),
        ("Peru closed the border on Monday of last week.", "2026-03-02", "day"),
        ("Peru closed the border on Monday or Tuesday.", "2026-03-09", "day"),
        ("Peru closed the border at the weekend.", "2026-03-07", "day"),
        ("Peru closed the border on the night of 3 March.", "2026-03-03", "day"),
        ("Peru closed the border on the 3rd of March.", "2026-03-03", "day"),
        ("Peru closed the border on Tuesday, March 3, 2026.", "2026-03-03", "day"),
        ("Peru closed the border on 3, 5 and 7 March.", "2026-03-03", "day"),
        ("Peru closed the border between 3 and 5 March.", "2026-03-03", "day"),
        ("Peru closed the border from 27 February to 2 March.", "2026-02-27", "day"),
        ("Peru closed the border on 2026-03-03.", "2026-03-03", "day"),
        ("Peru closed the border on 28/2/2026.", "2026-02-28", "day"),
        ("Peru closed the border on the 9th.", "2026-03-09", "day"),
        ("Peru closed the border on New Year’s Day.", "2026-01-01", "day"),
        ("Peru closed the border in the past 24 hours.", "2026-03-10", "day"),
        ("Peru closed the border in the first week of December.", "2025-12-01", "week"),
        ("Peru closed the border in recent days.", "2026-03-02", "week"),
        ("Peru closed the border in the middle of this month.", "2026-03-01", "month"),
        ("Peru closed the border at the end of August.", "2025-08-01", "month"),
        ("Peru closed the border in mid-September.", "2025-09-01", "month"),
        ("Peru closed the border last November.", "2025-11-01", "month"),
        ("Peru closed the border in May of last year.", "2025-05-01", "month"),
        ("Peru closed the border in the spring of 2018.", "2018-01-01", "year"),
        ("Peru closed the border in the second half of 2016.", "2016-01-01", "year"),
        ("Peru closed the border two years ago.", "2024-01-01", "year"),
        ("Peru raided the post on the eve of Monday's talks.", "2026-03-08", "day"),
    ],
)
def test_an_act_that_was_done_is_dated_backwards(text: str, day: str, precision: str) -> None:
    assert when(text, "closed" if "closed" in text else "raided")[:2] == (day, precision)


def test_without_a_date_the_day_of_publication_stands() -> None:
    assert when("Peru closed the border.", "closed") == ("2026-03-11", "day", "")


def test_an_act_done_is_never_dated_behind_publication() -> None:
    assert when("Peru raised duties that will apply from 20 March.", "raised")[0] == "2026-03-11"


def test_the_nearest_date_is_the_acts_and_not_that_of_the_saying() -> None:
    assert when("Peru closed the border on Sunday, a guard said on Monday.", "closed")[0] == "2026-03-08"


def test_a_limit_is_no_date_of_the_act() -> None:
    assert when("Peru closed the border until Friday.", "closed") == ("2026-03-11", "day", "")


@pytest.mark.parametrize(
    ("text", "planned"),
    [
        ("The minister will visit Peru on Friday.", ["2026-03-13"]),
        ("The minister will visit Peru tomorrow.", ["2026-03-12"]),
        ("The minister is to visit Peru on September 21 or 23.", ["2026-09-21", "2026-09-23"]),
        ("The minister is to visit Peru on 4 January.", ["2027-01-04"]),
        ("The minister will visit Peru next week.", []),
        ("The minister will visit Peru on 14 March, it was announced on Monday.", ["2026-03-14"]),
        ("The minister will visit Peru from 3 to 5 May.", ["2026-05-03", "2026-05-05"]),
        ("The minister will visit Peru from 30 April to 2 May.", ["2026-04-30", "2026-05-02"]),
        ("The visit was moved from 12 to 20 May.", ["2026-05-20"]),
        ("The minister will visit Peru next Friday.", ["2026-03-13"]),
        ("The minister will visit Peru this weekend.", ["2026-03-14"]),
        ("The minister will visit Peru in three days.", ["2026-03-14"]),
        ("The minister will visit Peru on the 19th.", ["2026-03-19"]),
        ("The minister will visit Peru before Friday.", []),
        ("The minister was to visit Peru on 2 March.", ["2026-03-02"]),
    ],
)
def test_a_plan_is_dated_forwards_and_announced_before(text: str, planned: list[str]) -> None:
    dating = date_event(moments(text, PUBLISHED), PUBLISHED, text.index("visit"), done=False)
    assert [day.isoformat() for day in dating.planned] == planned
    assert dating.on <= PUBLISHED


def test_the_day_of_an_announcement_is_read() -> None:
    assert when("It will visit Peru on 14 March, it was announced on Monday.", "visit", done=False)[0] == "2026-03-09"


@pytest.mark.parametrize(("text", "old"), [("Peru attacked in 1995.", True), ("Peru attacked on Monday.", False)])
def test_history_is_told_from_news(text: str, old: bool) -> None:
    assert is_background(moments(text, PUBLISHED), PUBLISHED, 5) is old


@pytest.mark.parametrize(
    "text",
    [
        *("on 31 February", "on 0 March", "It may, they said.", "March on, soldiers!", "They march 5 miles, it may 3."),
        *("on 5/6/2017", "Vision 2030 and Article 5", "aged 25, he won 3-1", "at 12 May Street", "The Sun sat still."),
        *(
            "The cabinet of May fell.",
            "It cost 2,017 dollars.",
            "The ship ended it in two days.",
            "Weeks later, it fell.",
        ),
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert moments(text, PUBLISHED) == []


@pytest.mark.parametrize(
    ("text", "day", "precision"),
    [
        ("Two days later it closed the border.", "2026-02-19", "day"),
        ("Two days earlier it closed the border.", "2026-02-15", "day"),
        ("A day after that it closed the border.", "2026-02-18", "day"),
        ("A week later it closed the border.", "2026-02-23", "week"),
        ("The same evening it closed the border.", "2026-02-17", "day"),
        ("It closed the border the next morning.", "2026-02-18", "day"),
        ("It closed the border the day before.", "2026-02-16", "day"),
        ("It closed the border hours later.", "2026-02-17", "day"),
        ("The following Monday it closed the border.", "2026-02-23", "day"),
        ("On the 19th it closed the border.", "2026-02-19", "day"),
        ("It closed the border in January of that year.", "2026-01-01", "month"),
        ("Talks broke up on 2 March and two days later it closed the border.", "2026-03-04", "day"),
        ("In May 2025 talks broke up; two days later it closed the border.", "2025-05-01", "month"),
    ],
)
def test_some_dates_count_from_the_day_told_of_last(text: str, day: str, precision: str) -> None:
    found = moments(text, PUBLISHED, anchor=ANCHOR)
    dating = date_event(found, PUBLISHED, text.index("closed"), done=True)
    assert (dating.on.isoformat(), dating.precision) == (day, precision)


@pytest.mark.parametrize(
    ("text", "trigger", "day"),
    [
        ("Two days after Sunday's raid Peru closed the border.", "closed", "2026-03-10"),
        ("Peru closed the border on Tuesday, a day after Chile fired on a boat.", "fired", "2026-03-09"),
        ("Peru closed the border on Tuesday, a day after Chile fired on a boat.", "closed", "2026-03-10"),
    ],
)
def test_an_act_is_dated_by_its_distance_from_another(text: str, trigger: str, day: str) -> None:
    assert when(text, trigger)[0] == day


@pytest.mark.parametrize(
    ("text", "trigger", "day"),
    [
        # A clause, a participle or a noun with a date of its own keeps it.
        ("Peru, which on Monday closed the border, thanked Chile.", "closed", "2026-03-09"),
        ("Peru, which on Monday closed the border, thanked Chile.", "thanked", "2026-03-11"),
        ("Peru protested against the shelling of 2 March.", "shelling", "2026-03-02"),
        ("Peru protested against the shelling of 2 March.", "protested", "2026-03-11"),
        ("Peru quoted from a letter dated 2 March.", "quoted", "2026-03-11"),
        ("Peru accused Chile of what it had done on Monday.", "accused", "2026-03-11"),
        ("Peru praised Monday's raid.", "raid", "2026-03-09"),
        ("Peru praised Monday's raid.", "praised", "2026-03-11"),
        ("Peru praised the March 3 accord.", "praised", "2026-03-11"),
        ("Peru received him on Sunday and on Monday sent him home.", "received", "2026-03-08"),
        ("Peru received him on Sunday and on Monday sent him home.", "sent", "2026-03-09"),
        ("Peru praised the 2015 accord.", "praised", "2026-03-11"),
        ("Peru acted under resolution 12 of 2015.", "acted", "2026-03-11"),
        ("The truce, agreed on Friday, held after Peru closed the border on Monday.", "agreed", "2026-03-06"),
        ("The truce, agreed on Friday, held after Peru closed the border on Monday.", "closed", "2026-03-09"),
        # The day of a saying or of writing is not that of the act, unless nothing else is told.
        ("Peru closed the border, its envoy told reporters in Lima on Monday.", "closed", "2026-03-09"),
        ("LIMA, March 10 (Wire) - Peru closed the border on Sunday.", "closed", "2026-03-08"),
        # What lasts began on a day; what is only the first since then did not.
        ("Peru has kept the border closed since Sunday.", "kept", "2026-03-08"),
        ("Peru has received its first envoy since 2011.", "received", "2026-03-11"),
        ("Peru closed the border for the third time this month.", "closed", "2026-03-11"),
        ("Peru has kept the border closed for two weeks.", "kept", "2026-02-23"),
    ],
)
def test_each_date_belongs_to_its_own_act(text: str, trigger: str, day: str) -> None:
    assert when(text, trigger)[0] == day


@pytest.mark.parametrize("limit", ["until Friday", "by Monday", "before 3 March", "ahead of Monday", "after the 2nd"])
def test_no_limit_dates_an_act(limit: str) -> None:
    assert when(f"Peru closed the border {limit}.", "closed")[2] == ""


def test_the_year_of_a_name_makes_no_history() -> None:
    text = "Peru thanked the guarantors of the accord of 1942, signed on 3 May 1942."
    assert not is_background(moments(text, PUBLISHED), PUBLISHED, text.index("thanked"))


def test_a_text_names_its_day_once() -> None:
    text = [("Peru closed the border on Monday.", 0), ("It called the envoy in.", 0), ("Chile protested.", 1)]
    assert [told.otherwise for told in tell(text, PUBLISHED)][1:] == [dt.date(2026, 3, 9)] * 2
    assert tell([("Peru closed the border.", 0)], PUBLISHED)[0].otherwise == PUBLISHED


def test_a_paragraph_keeps_to_its_day() -> None:
    text = [("Peru closed the border on Monday.", 0), ("On Friday Chile had fired.", 1), ("Peru protested.", 1)]
    assert tell(text, PUBLISHED)[2].otherwise == dt.date(2026, 3, 6)


def test_sentences_count_from_the_days_of_those_before() -> None:
    told = tell([("Chile fired on 2 March.", 0), ("Two days later Peru closed the border.", 0)], PUBLISHED)
    assert told[1].moments[0].days == (dt.date(2026, 3, 4),)


def test_without_words_a_plan_stands_on_publication_and_an_act_on_the_day_told() -> None:
    day = dt.date(2026, 3, 9)
    assert date_event([], PUBLISHED, 0, done=True, otherwise=day).on == day
    assert date_event([], PUBLISHED, 0, done=False, otherwise=day).on == PUBLISHED


sentences = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=30).map(" ".join),
    st.text(max_size=120),
)
days = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))


@given(sentences, days, st.none() | days, st.integers(0, 200), st.booleans())
def test_whatever_the_words_acts_are_past_and_days_in_order(
    text: str, published: dt.date, anchor: dt.date | None, at: int, done: bool
) -> None:
    found = moments(text, published, anchor=anchor)
    for moment in found:
        assert text[moment.at : moment.at + len(moment.words)] == moment.words != ""
        assert list(moment.days) == sorted(set(moment.days))
        assert moment.days
    dating = date_event(found, published, at, done=done, otherwise=anchor)
    assert dating.on <= published
    assert list(dating.planned) == sorted(set(dating.planned))
    assert _begins_its_time(dating.on, dating.precision)
    assert all(_begins_its_time(moment.days[0], moment.precision) for moment in found)
    is_background(found, published, at)


def _begins_its_time(day: dt.date, precision: str) -> bool:
    first = {"week": day.weekday() == 0, "month": day.day == 1, "year": (day.month, day.day) == (1, 1)}
    return first.get(precision, True)


@given(st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)), days)
def test_a_date_written_out_is_read_as_written(day: dt.date, published: dt.date) -> None:
    name = f"{day:%B}"
    for text in (
        *(f"on {day.day} {name} {day.year}", f"on {name} {day.day}, {day.year}", f"on {day.isoformat()}"),
        *(f"on the {day.day}th of {name}, {day.year}", f"on {day:%A}, {name} {day.day}, {day.year}"),
    ):
        found = moments(f"Peru closed it {text}.", published)
        assert [moment.days for moment in found] == [(day,)], text


@given(days, st.sampled_from(["Monday", "Thursday", "Sunday"]))
def test_a_weekday_lies_in_the_week_before_or_after(published: dt.date, name: str) -> None:
    (past,) = moments(f"Peru closed it on {name}.", published)
    (ahead,) = moments(f"Peru will close it on {name}.", published)
    assert dt.timedelta() <= published - past.days[0] < dt.timedelta(7)
    assert dt.timedelta() <= ahead.days[0] - published < dt.timedelta(7)
    assert f"{past.days[0]:%A}" == f"{ahead.days[0]:%A}" == name


@pytest.mark.parametrize(
    "unit",
    [
        *(
            " ",
            "1",
            "1 ",
            "1, ",
            "1 or ",
            "May 1 ",
            "1 May ",
            "5 May 2 ",
            "1-1-",
            "a",
            "'s ",
            "the ",
            "had ",
            "of the ",
        ),
        *("Monday, ", "on Monday and ", "two days after ", "a few ", "between 1 and ", "in the ", "January ", "which "),
    ],
)
def test_the_worst_sentence_is_read_in_little_time(unit: str) -> None:
    text = (unit * 2000)[:2000]

    def seconds() -> float:
        before = time.perf_counter()
        moments(text, PUBLISHED, anchor=ANCHOR)
        return time.perf_counter() - before

    # The best of some, for a busy machine; far from what backtracking would take.
    assert min(seconds() for _ in range(5)) < 0.03


def test_a_moment_needs_few_words() -> None:
    """Other modules may build one without the newer fields."""
    moment = Moment(0, "on Monday", (PUBLISHED,), "day", False, False)
    assert moment.dates(500)

"""What dates mean, however they are written."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relations.ingest.dates import EARLIEST, LATEST, LONGEST, ReadDate, read_date

TEN = datetime(2031, 3, 4, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    "words",
    [
        *("Tue, 04 Mar 2031 10:00:00 GMT", "Tue, 04 Mar 2031 10:00 UT", "Tue, 04 Mar 2031 10:00:00 Z"),
        *("2031-03-04T10:00:00Z", "2031-03-04T10:00:00.000Z", "20310304T100000Z", "2031-03-04T10:00:00 GMT"),
        *("Tue, 04 Mar 2031 12:00:00 +0200", "Tue, 04 Mar 2031 05:00:00 -0500", "2031-03-04T12:00+02:00"),
        *("2031-03-04T12:00:00+02", "Tue, 04 Mar 2031 12:00 PM +0200", "Tue, 04 Mar 2031 12:00 pm +0200"),
        *("2031-03-04 12:00:00 UTC+2", "2031-03-04 12:00:00 UTC +2", "Tue, 04 Mar 2031 12:00:00 GMT+0200"),
        *("Tue, 04 Mar 2031 12:00:00 +0200 (CEST)", "Tue, 04 Mar 2031 12:00:00 +0200 CEST"),
        *("Tue Mar 04 12:00:00 +0200 2031", "Tue Mar  4 11:00:00 CET 2031", "04 Mar 31 10:00 GMT"),
        *("Tue, 04 Mar 2031 05:00:00 EST", "March 4, 2031 5:00 am EST", "Tue, 4 Mar 2031 02:00:00 PST"),
        *("Tue, 04 Mar 2031 12:00:00 CEST", "Tue, 04 Mar 2031 13:00:00 MSK", "Tue, 04 Mar 2031 19:00:00 JST"),
        *("Tue, 04 Mar 2031 15:30:00 IST", "Tue, 04 Mar 2031 15:45:00 NPT", "Tue, 04 Mar 2031 15:00:00 PKT"),
        *("Tue, 04 Mar 2031 13:30:00 IRST", "Tue, 04 Mar 2031 06:30:00 NST", "\n Tue, 04 Mar 2031\t10:00:00  gmt "),
    ],
)
def test_a_date_with_its_zone_is_one_moment(words):
    assert read_date(words) == ReadDate(" ".join(words.split()), TEN, zone_assumed=False)


@pytest.mark.parametrize(
    "words",
    [
        *("2031-03-04 10:00", "Tue, 04 Mar 2031 10:00:00", "March 4, 2031 10:00 am", "10:00, 4 March 2031"),
        *("04.03.2031 10:00", "03/04/2031 10:00", "Tuesday, March 4th, 2031 - 10:00", "2031-03-04T10:00:00"),
        "Tue, 04 Mar 2031 10:00:00 XYZ",
    ],
)
def test_without_a_zone_that_is_known_utc_is_taken_and_it_is_told(words):
    assert read_date(words) == ReadDate(words, TEN, zone_assumed=True)


@pytest.mark.parametrize(
    ("zone", "site", "hours"),
    [
        *(("IST", "https://harbour.example/", 5.5), ("IST", "https://harbour.co.il/", 2), ("IST", "http://a.ie/x", 1)),
        *(("CST", "", -6), ("CST", "https://harbour.com.cn/", 8), ("BST", "", 1), ("BST", "https://harbour.bd/", 6)),
        *(("PST", "https://harbour.pk/", 5), ("AST", "https://harbour.sa:8443/", 3), ("EST", "http://[broken", -5)),
    ],
)
def test_some_names_of_zones_mean_other_hours_elsewhere(zone, site, hours):
    assert read_date(f"Tue, 04 Mar 2031 10:00:00 {zone}", site).moment == TEN - hours * HOUR


@pytest.mark.parametrize(
    "words",
    [
        *("", "yesterday", "10:00", "March", "Tuesday", "12", "Thu, 01 Jan 1970 00:00:00 GMT", "0000-00-00 00:00:00"),
        *("Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", "Wed, 01 Jan 2200 00:00:00 GMT"),
        *("Tue, 45 Mar 2031 10:00:00 GMT", "2031-13-04", "Wed, 31 Nov 2031 10:00:00 GMT", "99999999999999999999"),
    ],
)
def test_what_is_no_date_or_absurd_is_none(words):
    assert read_date(words) == ReadDate(words, None, zone_assumed=False)


def test_the_bounds_of_our_time():
    assert read_date("1970-01-02T00:00:00Z").moment == EARLIEST
    assert read_date("1970-01-01T23:59:59Z").moment is None
    assert read_date("2099-12-31T23:59:59Z").moment == LATEST - timedelta(seconds=1)
    assert read_date("2100-01-01T00:00:00Z").moment is None


def test_what_a_parser_of_feeds_made_of_it_counts_where_the_words_name_no_zone_of_ours():
    made = time.struct_time((2031, 3, 4, 10, 0, 0, 1, 63, 0))
    assert read_date("4e Mars 2031, dix heures", already=made).moment == TEN
    assert read_date("Tue, 04 Mar 2031 15:30:00 IST", already=made).moment == TEN
    # It takes the name for one of another country.
    assert read_date("Tue, 04 Mar 2031 12:00:00 IST", "https://harbour.co.il/", made).moment == TEN
    assert read_date("Tue, 04 Mar 2031 10:00:00 CEST", already=made).moment == TEN - 2 * HOUR


def test_the_words_are_kept_on_one_line_up_to_their_limit():
    assert read_date("Tue,\n04   Mar 2031").words == "Tue, 04 Mar 2031"
    assert len(read_date("long ago " * 100_000).words) == LONGEST


PIECES = st.sampled_from(
    "Tue, 04 Mar 2031 10:00 +0200 GMT - / . T Z PM am : 99999999999999 4th 1e5 ٣ ² ½ \x00 é CEST (CEST) UTC+3 0000 "  # noqa: SIM905
    "9999 24:00 +99:99 -2400 inf nan ٢٠٣١ noon AD , h 31-Dec-9999 1-Jan-0001 [x] 20310304".split(" ")
)
WORDS = st.one_of(
    st.text(max_size=120),
    st.lists(PIECES, max_size=10).map(" ".join),
    st.lists(PIECES, max_size=10).map("".join),
    st.datetimes().map(str),
)
SITES = st.sampled_from(["", "https://harbour.co.il/", "http://[broken", "no address", "https://harbour.au."])
STRUCTS = st.none() | st.tuples(*[st.integers(-(10**6), 10**6)] * 9).map(time.struct_time)


@given(WORDS, SITES, STRUCTS)
@settings(max_examples=600, deadline=None)
def test_reading_a_date_never_fails_and_never_leaves_our_time(words, site, already):
    found = read_date(words, site, already)
    assert len(found.words) <= LONGEST
    if found.moment is None:
        assert not found.zone_assumed
    else:
        assert found.moment.utcoffset() == timedelta(0)
        assert EARLIEST <= found.moment < LATEST


@given(
    st.datetimes(datetime(1970, 1, 4), datetime(2099, 12, 28)),
    st.integers(-14 * 4, 14 * 4).map(lambda quarters: timedelta(minutes=15 * quarters)),
    st.sampled_from(["%Y-%m-%dT%H:%M:%S{}", "%a, %d %b %Y %H:%M:%S {}", "%d %B %Y, %H:%M:%S {}"]),
)
@settings(max_examples=300, deadline=None)
def test_what_is_written_with_a_zone_is_read_as_it_was_meant(moment, offset, form):
    moment = moment.replace(microsecond=0, tzinfo=UTC)
    minutes = abs(offset) // timedelta(minutes=1)
    zone = f"{'-' if offset < timedelta(0) else '+'}{minutes // 60:02}{minutes % 60:02}"
    words = (moment + offset).strftime(form.format(zone))
    assert read_date(words) == ReadDate(words, moment, zone_assumed=False)

"""What a line from the search box is understood as, and what is suggested for the beginning of one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from relations.models import Actor, ActorName
from relations.models.loading import load_codebook
from relations.queries.offers import added_names, dates_words, offers, straight
from relations.queries.suggestions import Group, perhaps_meant, suggest
from relations.queries.understanding import LONGEST, Understanding, tidy, understand
from relations.queries.vocabulary import close_names, completions
from relations.scoring.run import score_stale_days
from tests import making

TODAY = dt.date(2025, 5, 1)
# What lines are made of that are hard to read.
PARTS = ('"', "-", "#", "or", "us", "in", "2017", "2017-09", "since", "may", "pak-usa", "li")
Y2017 = (dt.date(2017, 1, 1), dt.date(2017, 12, 31))


@pytest.mark.parametrize(
    "line",
    [
        *("pak us", "PAK USA", "us pak", "Pakistan USA", "Pakistan, the United States", "U.S. - Pakistan"),
        *("Islamabad Washington", "pak-usa", "usa–pak", "Pakistani American", "Islamabad Washington, D.C."),
        *("relations between Pakistan and the US", "pakistan vs. america", "White House Islamabad", "  pak \x00 us "),
        "Pakistan Pakistani USA",
    ],
)
def test_two_countries_are_a_pair_however_they_are_called(line: str) -> None:
    understood = understand(line)
    assert understood.pairs == (("PAK", "USA"),) and understood.is_one_pair
    assert straight(understood) == "/pairs/pak-usa/"


@pytest.mark.parametrize(
    ("line", "pair"),
    [
        ("north korea south korea", ("KOR", "PRK")),
        ("the hague moscow", ("NLD", "RUS")),
        ("moscow washington", ("RUS", "USA")),
        ("moscow washington 1985", ("SUN", "USA")),
        ("can-usa", ("CAN", "USA")),
        ("can usa", ("CAN", "USA")),
        ("guinea-bissau senegal", ("GNB", "SEN")),
        ("south sudan sudan", ("SDN", "SSD")),
        ("cn jp", ("CHN", "JPN")),
        ("kuwait iraq", ("IRQ", "KWT")),
    ],
)
def test_names_that_look_like_others_are_told_apart(line: str, pair: tuple[str, str]) -> None:
    assert understand(line).pairs == (pair,)


@pytest.mark.parametrize(
    ("line", "since", "until"),
    [
        ("pak us 2017", *Y2017),
        ("2017 pak us", *Y2017),
        ("pak us in 2017", *Y2017),
        ("pak us september 2017", dt.date(2017, 9, 1), dt.date(2017, 9, 30)),
        ("pak us Sep 2017", dt.date(2017, 9, 1), dt.date(2017, 9, 30)),
        ("pak us 2017-09", dt.date(2017, 9, 1), dt.date(2017, 9, 30)),
        ("pak us 2016-02", dt.date(2016, 2, 1), dt.date(2016, 2, 29)),
        ("pak us 2017-09-05", dt.date(2017, 9, 5), dt.date(2017, 9, 5)),
        ("pak us, 5 September 2017", dt.date(2017, 9, 5), dt.date(2017, 9, 5)),
        ("pak us 2015-2017", dt.date(2015, 1, 1), dt.date(2017, 12, 31)),
        ("pak us 2015 2017", dt.date(2015, 1, 1), dt.date(2017, 12, 31)),
        ("pak us since 2015", dt.date(2015, 1, 1), None),
        ("pak us until may 2016", None, dt.date(2016, 5, 31)),
        ("pak us since 2015 until 2016", dt.date(2015, 1, 1), dt.date(2016, 12, 31)),
    ],
)
def test_dates_are_understood_beside_a_pair(line: str, since: dt.date | None, until: dt.date | None) -> None:
    understood = understand(line)
    assert (understood.since, understood.until) == (since, until)
    parts = [f"{name}={day}" for name, day in (("since", since), ("until", until)) if day]
    assert straight(understood) == "/pairs/pak-usa/?" + "&".join(parts)


@pytest.mark.parametrize("line", ["pak us 2017-13", "pak us 31 february 2017", "pak us 0000", "pak us 99999"])
def test_what_is_no_date_stays_words(line: str) -> None:
    understood = understand(line)
    assert understood.words and not understood.is_one_pair


@pytest.mark.parametrize(
    ("line", "slug"),
    [
        ("pak us visit postponed", "visit_postponed"),
        ("pak us visits postponed", "visit_postponed"),
        ("clashes pak us", "clash"),
        ("pak us sanctions imposed", "sanctions_imposed"),
    ],
)
def test_a_type_of_events_filters_the_timeline(line: str, slug: str) -> None:
    assert straight(understand(line)) == f"/pairs/pak-usa/?type={slug}"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("pak us nuclear deal", "nuclear deal"),
        ('pak us "nuclear deal"', '"nuclear deal"'),
        ("pak us -iran", "-iran"),
        ("crisis pak us", "crisis"),
    ],
)
def test_words_beside_a_pair_are_offered_and_never_jumped_to(line: str, words: str) -> None:
    understood = understand(line)
    assert understood.pairs == (("PAK", "USA"),) and understood.words == words
    assert straight(understood) == ""


@pytest.mark.parametrize(
    "line",
    ["tell us more", "is it", "can us help", "pak or us", "earthquake 2005", "st petersburg talks", "may 2017", ""],
)
def test_words_are_left_words(line: str) -> None:
    understood = understand(line)
    assert not understood.any and understood.words == line and not understood.since


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("pakistan", ("PAK",)),
        ("in Pakistan", ("PAK",)),
        ("us", ("USA",)),
        ("crisis in the US", ("USA",)),
        ("Pakistan tell us more", ("PAK",)),
        ("georgia", ("GEO", "USA")),
        ("korea", ("KOR", "PRK")),
        ("congo", ("COD", "COG")),
        ("guinea", ("GIN", "GNQ", "GNB", "PNG")),
        ("ireland", ("IRL", "GBR")),
        ("congolese", ("COD", "COG")),
        ("soviet union", ("SUN",)),
    ],
)
def test_a_country_alone_and_names_that_several_have(line: str, codes: tuple[str, ...]) -> None:
    understood = understand(line)
    assert understood.countries == codes
    alone = len(codes) == 1 and not understood.words
    assert straight(understood) == (f"/countries/{codes[0].lower()}/" if alone else "")


def test_a_pair_of_an_ambiguous_name_is_offered_both_ways() -> None:
    understood = understand("korea japan")
    assert understood.pairs == (("JPN", "KOR"), ("JPN", "PRK")) and straight(understood) == ""


def test_three_countries_are_three_pairs() -> None:
    assert understand("pak ind usa").pairs == (("IND", "PAK"), ("PAK", "USA"), ("IND", "USA"))


def test_an_event_is_named_by_its_number() -> None:
    assert understand("#123").event == understand("event 123").event == 123
    assert understand("#12 visits").event is None


@pytest.mark.django_db
def test_a_person_is_offered_with_what_they_were_then() -> None:
    found = offers(understand("Tillerson 2017"), TODAY)
    (person,) = found.people
    assert person.name == "Rex Tillerson" and not person.note
    assert person.offices == ["Secretary of State from 1 February 2017 until 31 March 2018"]
    assert person.events_url == "/search/?since=2017-01-01&until=2017-12-31&q=%22Rex+Tillerson%22"
    (early,) = offers(understand("Tillerson 1999"), TODAY).people
    assert "No office is known in 1999" in early.note and early.offices


@pytest.mark.django_db
def test_several_of_one_name_are_listed_and_a_year_tells_them_apart() -> None:
    names = {person.name for person in offers(understand("Khan"), TODAY).people}
    assert {"Imran Khan", "Yaqub Khan"} <= names
    assert [person.name for person in offers(understand("Khan 2020"), TODAY).people] == ["Imran Khan"]


@pytest.mark.django_db
def test_a_person_and_a_country_offer_the_pair_of_their_countries() -> None:
    (pair,) = offers(understand("Tillerson Pakistan 2017"), TODAY).pairs
    assert pair.label == "Pakistan – United States"
    assert pair.url == "/pairs/pak-usa/?since=2017-01-01&until=2017-12-31&q=Tillerson"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Pakistan foreign minister", "Ishaq Dar"),
        ("US secretary of state 2017", "Rex Tillerson"),
        ("British prime minister 1990", "Margaret Thatcher"),
    ],
)
def test_an_office_is_offered_with_who_held_it(line: str, name: str) -> None:
    assert name in [person.name for person in offers(understand(line), TODAY).people]


@pytest.mark.parametrize(
    ("dates", "words"),
    [
        (Y2017, "in 2017"),
        ((dt.date(2015, 1, 1), dt.date(2017, 12, 31)), "from 2015 to 2017"),
        ((dt.date(2017, 9, 1), dt.date(2017, 9, 30)), "in September 2017"),
        ((dt.date(2017, 9, 5), dt.date(2017, 9, 5)), "on 5 September 2017"),
        ((dt.date(2017, 9, 5), dt.date(2017, 9, 8)), "from 5 September 2017 to 8 September 2017"),
        ((dt.date(2017, 9, 5), None), "since 5 September 2017"),
        ((None, dt.date(2017, 9, 5)), "until 5 September 2017"),
        ((None, None), ""),
        ((dt.date(2017, 1, 1), dt.date.max), "from 2017 to 9999"),
    ],
)
def test_a_time_is_said_as_shortly_as_it_can_be(dates: tuple[Any, Any], words: str) -> None:
    assert dates_words(*dates) == words


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300) | st.lists(st.sampled_from(PARTS)))
def test_no_line_whatever_is_refused(line: str | list[str]) -> None:
    text = line if isinstance(line, str) else " ".join(line)
    understood = understand(text)
    assert understood.text == tidy(text)[:LONGEST]
    assert understood.any or understood.words == understood.text


def test_slips_and_beginnings_find_names() -> None:
    assert close_names("pakisten")[0] == "pakistan" and close_names("tilerson") == ["tillerson"]
    assert not any(map(close_names, ("nuclear", "visit", "summit", "agreement", "the")))
    assert completions("pakis", "countries")[0] == "pakistan" and not completions("p", "countries")


@pytest.mark.django_db
def test_did_you_mean() -> None:
    def meant(line: str) -> list[tuple[str, str]]:
        return [(offer.label, offer.url) for offer in perhaps_meant(understand(line), {})]

    assert meant("Pakisten Amerca") == [("Pakistan America", "/search/?q=Pakistan+America")]
    assert meant("Pakisten us talks") == [("Pakistan us talks", "/search/?q=Pakistan+us+talks")]
    assert ("Pakistan – United States", "/pairs/pak-usa/") in meant("pakis united st")
    assert meant("pak us") == [] and meant("earthquake relief") == []


def labels(groups: list[Group]) -> dict[str, list[str]]:
    return {group.slug: [offer.label for offer in group.offers] for group in groups}


@pytest.mark.django_db
def test_suggestions_are_few_grouped_and_end_with_the_words() -> None:
    for other in ("USA", "IND", "CHN", "IRN", "AFG", "RUS"):
        making.event("PAK", other, "clash")
    score_stale_days()
    groups = suggest("pak", {}, TODAY)
    found = labels(groups)
    assert len(found["pairs"]) == 4 and found["countries"] == ["Pakistan"] and found["people"]
    assert found["words"] == ["Search for “pak”"] and groups[-1].slug == "words"
    assert sum(map(len, found.values())) == 8
    assert groups[0].offers[0].detail.startswith("tension ") and "band" in groups[0].offers[0].detail
    assert groups[-1].offers[0].url == "/search/?q=pak&stay=1"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "slug", "first"),
    [
        ("pak us", "pairs", "Pakistan – United States"),
        ("pakis united sta", "pairs", "Pakistan – United States"),
        ("tille", "people", "Rex Tillerson"),
        ("visit post", "types", "Visit postponed"),
        ("georgia", "countries", "Georgia"),
        ("#12", "event", "Event 12"),
    ],
)
def test_beginnings_lead_to_what_they_begin(text: str, slug: str, first: str) -> None:
    assert labels(suggest(text, {}, TODAY))[slug][0] == first


@pytest.mark.django_db
def test_a_type_begun_beside_a_pair_is_completed() -> None:
    pairs = suggest("pak us vis", {}, TODAY)[0].offers
    assert "/pairs/pak-usa/?type=visit_postponed" in [offer.url for offer in pairs]
    assert any("Visit postponed" in offer.detail for offer in pairs)


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", " ", "p"])
def test_too_little_suggests_nothing(text: str) -> None:
    assert suggest(text, {}, TODAY) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ["pak", "pak us", "pakis uni", "korea japan", "tille", "pak us vis", "a b c d e f g h"]
)
def test_suggestions_ask_two_queries_at_most(text: str) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        suggest(text, added_names(), TODAY)
    assert len(asked) <= 2


@pytest.mark.django_db
def test_names_that_people_added_are_understood() -> None:
    load_codebook()
    ActorName.objects.create(actor=Actor.objects.get(key="PAK"), name="Quaidistan")
    ActorName.objects.create(actor=Actor.objects.get(key="USA:person:rex-tillerson"), name="T. Rex")
    added = added_names()
    assert understand("quaidistan us", added).pairs == (("PAK", "USA"),)
    assert understand("T. Rex", added).persons[0].of == ("USA:person:rex-tillerson",)
    assert understand("quaidistan us").pairs == ()


def test_nothing_understood_offers_nothing() -> None:
    assert not Understanding("").any and Understanding("").pairs == ()

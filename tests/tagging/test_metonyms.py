"""Seats of government, services, groups, land and leaders that stand for a country; words that refer back to one."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.tagging.test_ambiguous_names import acting, mentions


@pytest.mark.parametrize(
    ("name", "country"),
    [
        *(("The White House", "USA"), ("The Pentagon", "USA"), ("Foggy Bottom", "USA"), ("Capitol Hill", "USA")),
        *(("The FBI", "USA"), ("The CIA", "USA"), ("Immigration and Customs Enforcement", "USA"), ("CENTCOM", "USA")),
        *(
            ("The Kremlin", "RUS"),
            ("The Duma", "RUS"),
            ("The FSB", "RUS"),
            ("The GRU", "RUS"),
            ("Downing Street", "GBR"),
        ),
        *(("MI6", "GBR"), ("Whitehall", "GBR"), ("The Elysee", "FRA"), ("The Quai d'Orsay", "FRA")),
        *(("Zhongnanhai", "CHN"), ("The PLA", "CHN"), ("The Blue House", "KOR"), ("The Bundestag", "DEU")),
        *(
            ("The Knesset", "ISR"),
            ("Mossad", "ISR"),
            ("The Shin Bet", "ISR"),
            ("The IDF", "ISR"),
            ("The Majlis", "IRN"),
        ),
        *(("The Quds Force", "IRN"), ("The Lok Sabha", "IND"), ("The Rajya Sabha", "IND"), ("The Sejm", "POL")),
        *(("The ISI", "PAK"), ("The Verkhovna Rada", "UKR"), ("The SBU", "UKR"), ("Itamaraty", "BRA")),
        *(("Hezbollah", "LBN"), ("Hamas", "PSE"), ("The Houthis", "YEM"), ("The Taliban", "AFG"), ("Polisario", "ESH")),
    ],
)
def test_what_stands_for_a_country_acts_for_it(name: str, country: str) -> None:
    assert country in acting(f"{name} protested.")


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("Shells fell on Aleppo.", "SYR"),
        ("Tanks rolled through Donbas.", "UKR"),
        ("Militias fired at posts in Karabakh.", "AZE"),
        ("A mine went off near the Golan Heights.", "SYR"),
        ("Marines landed on Okinawa.", "JPN"),
        ("Guns were heard from Srinagar.", "IND"),
    ],
)
def test_land_and_cities_tell_where_and_never_who(text: str, country: str) -> None:
    (place,) = (mention for mention in mentions(text) if mention.country == country)
    assert place.place and not place.can_act


def test_a_city_with_an_institution_behind_it_acts() -> None:
    assert "PAK" in acting("Karachi police held nine sailors.")
    assert "PAK" not in acting("Rain flooded Karachi.")


@pytest.mark.parametrize(
    ("text", "countries"),
    [
        ("Armenian-backed militias fired.", {"ARM"}),
        ("Anglo-French ships sailed.", {"GBR", "FRA"}),
        ("Sino-Soviet talks failed.", {"CHN"}),
        ("The US-led coalition withdrew.", {"USA"}),
        ("U.S. and DPRK officials met.", {"USA", "PRK"}),
        ("Kampuchea and Burma protested.", {"KHM", "MMR"}),
    ],
)
def test_short_forms_old_names_and_compounds_are_read(text: str, countries: set[str]) -> None:
    assert countries <= {mention.country for mention in mentions(text, None)}


@pytest.mark.parametrize(
    ("text", "year", "country"),
    [
        ("Prime Minister Indira Gandhi objected.", 1982, "IND"),
        ("Brezhnev sent a letter.", 1981, "SUN"),
        ("Mugabe refused.", 2008, "ZWE"),
        ("Caspar Weinberger flew home.", 1984, "USA"),
        ("Ahmad Shah Massoud agreed.", 1999, "AFG"),
        ("Lloyd Austin called.", 2023, "USA"),
        ("Shoigu called.", 2022, "RUS"),
        ("Maia Sandu called.", 2022, "MDA"),
        ("Hun Sen called.", 2005, "KHM"),
    ],
)
def test_leaders_and_their_ministers_resolve_in_their_years(text: str, year: int, country: str) -> None:
    assert acting(text, dt.date(year, 6, 1)) == {country}
    assert acting(text, dt.date(1955, 6, 1)) == set()


def test_words_for_a_country_named_before_refer_to_it() -> None:
    (saudi, kingdom) = mentions("Saudi Arabia objected. The kingdom recalled its envoys.")[:2]
    assert (kingdom.country, kingdom.guessed) == ("SAU", True)
    assert saudi.country == "SAU"


def test_words_that_could_mean_two_countries_mean_none() -> None:
    found = mentions("Saudi Arabia and Jordan objected. The kingdom said nothing.")
    assert not [mention for mention in found if mention.words == "kingdom"]


def test_congress_is_the_american_one_unless_the_text_names_another() -> None:
    assert acting("Congress cut the funds.") == {"USA"}
    assert "USA" not in acting("The Tibetan Youth Congress met.")
    assert "USA" not in acting("Peru protested. Congress cut the funds.")


def test_a_service_behind_its_country_is_one_mention() -> None:
    (mention,) = mentions("The US Drug Enforcement Administration objected.")
    assert mention.country == "USA"


def test_the_north_is_north_korea_in_a_text_about_korea_only() -> None:
    assert "PRK" in acting("Seoul said that the North had fired twice.")
    assert "PRK" not in acting("Nigeria said that the North had voted late.")

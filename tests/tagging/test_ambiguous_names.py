"""Names that mean several things, each with a sentence where it is a country's and one where it is not."""

from __future__ import annotations

import datetime as dt

import pytest

from relations.tagging.actors import find_mentions
from relations.tagging.lexicon import Lexicon, compile_lexicon
from relations.tagging.mentions import Memory, Mention, setting_of
from relations.tagging.sentences import split

DAY = dt.date(2019, 5, 6)
WHOLE: list[Lexicon] = []


def mentions(text: str, day: dt.date | None = DAY) -> list[Mention]:
    """With the lexicon as installed, and the setting read from the whole text first."""
    if not WHOLE:
        WHOLE.append(compile_lexicon())
    memory = Memory(setting=setting_of(text))
    found = []
    for sentence in split(text):
        of_sentence = find_mentions(sentence, WHOLE[0], day, memory)
        memory.note(of_sentence)
        found.extend(of_sentence)
    return found


def acting(text: str, day: dt.date | None = DAY) -> set[str]:
    return {mention.country for mention in mentions(text, day) if mention.can_act}


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("Georgia recalled its ambassador from Moscow.", "GEO"),
        ("Jordan closed the crossing.", "JOR"),
        ("Chad expelled two envoys.", "TCD"),
        ("Turkey shut its airspace.", "TUR"),
        ("Niger closed its border.", "NER"),
        ("The Nigerien army crossed the river.", "NER"),
        ("The Nigerian army crossed the river.", "NGA"),
        ("Guinea protested.", "GIN"),
        ("Equatorial Guinea protested.", "GNQ"),
        ("Papua New Guinea protested.", "PNG"),
        ("The Republic of Congo protested.", "COG"),
        ("DR Congo protested.", "COD"),
        ("The Dominican Republic protested.", "DOM"),
        ("Dominica protested.", "DMA"),
        ("Micronesia protested.", "FSM"),
        ("South Korean troops fired warning shots.", "KOR"),
        ("The Korean government lodged a protest.", "KOR"),
    ],
)
def test_a_country_is_read_where_it_acts(text: str, country: str) -> None:
    assert country in acting(text)


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("Georgia's governor met growers in Atlanta and Savannah; the county gave them a grant.", "GEO"),
        ("Georgia Hartley opened her shop.", "GEO"),
        ("Marcus Jordan signed the lease.", "JOR"),
        ("They live on Jordan Street.", "JOR"),
        ("The bridge over the Jordan River was closed.", "JOR"),
        ("Chad Miller wrote the song.", "TCD"),
        ("Militants blew up a pipeline in the Niger Delta.", "NER"),
        ("She ordered Peking duck and Turkish delight.", "TUR"),
        ("The shop sells Persian rugs and Cuban cigars.", "CUB"),
        ("India beat Pakistan by four wickets in the test match.", "PAK"),
        ("China Meridian raised its bid for the plant.", "CHN"),
        ("Turkish Airlines ordered forty jets.", "TUR"),
        ("Bank of China opened a branch.", "CHN"),
        ("The road from Rome, N.Y. to Cairo, Ill. is long.", "ITA"),
        ("The mine in Moscow, Idaho was sold.", "RUS"),
        ("He was born in Santa Rosa de Lima.", "PER"),
        ("Three Italians fell from the ridge.", "ITA"),
        ("A French tourist was robbed.", "FRA"),
        ("A Saudi-owned weekly said so.", "SAU"),
        ("Ethnic Albanians fled the village.", "ALB"),
        ("Hurricane watchers from New Mexico went home.", "MEX"),
        ("He speaks fluent Russian and some Greek.", "GRC"),
        ("The pro-Russian party lost.", "RUS"),
        ("NATO Secretary General Jens Stoltenberg arrived.", "NOR"),
    ],
)
def test_a_name_of_something_else_is_no_countrys_actor(text: str, country: str) -> None:
    assert country not in acting(text)


def test_growers_in_towns_of_the_state_of_georgia_are_no_three_states() -> None:
    text = (
        "Growers in Athens, Cairo and Vienna met on Monday. Georgia sends more peaches to Atlanta than ever, and "
        "the county wants a second market. The governor was not there."
    )
    assert not {"GEO", "GRC", "EGY", "AUT"} & {mention.country for mention in mentions(text)}


def test_capitals_stay_capitals_in_a_text_about_states() -> None:
    text = "Athens recalled its ambassador. Cairo did not. Georgia, in the Caucasus, has an embassy in both."
    assert {"GRC", "EGY", "GEO"} <= {mention.country for mention in mentions(text)}


def test_a_county_and_its_sheriff_make_towns_of_capitals() -> None:
    text = "Moscow shut the old bridge. The county sheriff and the commissioners of the next township objected."
    assert "RUS" not in acting(text)
    assert "RUS" in acting("Moscow shut the gas pipeline. The foreign ministry and the ambassador objected.")


def test_a_surname_in_a_private_persons_name_is_not_the_office_holder() -> None:
    assert "USA" not in acting("The singer Joe Trump was arrested.")
    assert "USA" in acting("Mr Trump was pleased.")
    assert acting("Somali President Sheikh Sharif arrived.", dt.date(2010, 1, 1)) == {"SOM"}


def test_congo_was_brazzaville_beside_zaire() -> None:
    zaire = "Zaire closed the river to Congo."
    assert {mention.country for mention in mentions(zaire, dt.date(1985, 1, 1))} >= {"COD"}


def test_an_embassy_is_the_sending_countrys() -> None:
    (embassy, place) = mentions("The Indian embassy in Colombo protested.")
    assert (embassy.country, embassy.can_act, place.country, place.place) == ("IND", True, "LKA", True)
    assert "PAK" not in {m.country for m in mentions("The embassy in Islamabad stayed shut.") if m.can_act}
    ambassador = mentions("The US ambassador to Pakistan left.")[0]
    assert ambassador.country == "USA" and ambassador.can_act

"""Who is named: by country, adjective, capital, institution, office and person."""

from __future__ import annotations

import datetime as dt

import pytest

from relations.tagging.actors import find_mentions
from relations.tagging.lexicon import compile_lexicon
from relations.tagging.mentions import Memory, Mention
from relations.tagging.sentences import split
from tests.tagging.reading import held, lexicon

DAY = dt.date(2026, 3, 11)


def mentions(text: str, day: dt.date | None = DAY) -> list[Mention]:
    memory = Memory()
    found = []
    for sentence in split(text):
        of_sentence = find_mentions(sentence, lexicon(), day, memory)
        memory.note(of_sentence)
        found.extend(of_sentence)
    return found


def actors(text: str, day: dt.date | None = DAY) -> list[str]:
    return [mention.actor for mention in mentions(text, day) if mention.can_act]


@pytest.mark.parametrize(
    ("text", "actor"),
    [
        ("Pakistan protested.", "PAK"),
        ("Pakistan's foreign ministry protested.", "PAK:foreign_ministry"),
        ("The Japanese prime minister protested.", "JPN:head_of_government"),
        ("The foreign minister of Greece protested.", "GRC:foreign_ministry"),
        ("Turkey's deputy foreign minister protested.", "TUR:foreign_ministry"),
        ("The Peruvian navy protested.", "PER:armed_forces"),
        ("Chile's fisheries ministry protested.", "CHL:government"),
        ("Islamabad protested.", "PAK"),
        ("The White House protested.", "USA:head_of_state"),
        ("The foreign ministry in Athens protested.", "GRC:foreign_ministry"),
        ("In Athens, a government spokesperson protested.", "GRC:government"),
    ],
)
def test_an_actor_is_found_by_its_name(text: str, actor: str) -> None:
    assert actors(text) == [actor]


def test_the_longest_name_wins() -> None:
    assert actors("South Korea protested. Nigeria did not. Guinea-Bissau waited.") == ["KOR", "NGA", "GNB"]


@pytest.mark.parametrize(
    "text",
    [
        "Oman Air protests.",
        "The south china shop protested.",
        "Michael Jordan protested.",
        "Chad Miller protested.",
        "A ship entered the South China Sea.",
        "the united front of turkey farmers",
    ],
)
def test_a_name_that_only_looks_like_a_country_is_none(text: str) -> None:
    assert [actor for actor in actors(text) if actor not in {"OMN"}] == []


@pytest.mark.parametrize("text", ["They met in Islamabad.", "He flew from Oslo.", "Fighting went on near Kabul."])
def test_a_capital_behind_a_preposition_of_place_is_a_place(text: str) -> None:
    (mention,) = mentions(text)
    assert mention.place


def test_a_dateline_names_nobody() -> None:
    assert actors("MANILA: Peru protested.") == ["PER"]


def test_a_person_is_found_by_name_while_in_office() -> None:
    assert actors("Orla Winterbourne protested.") == ["USA:person:orla-winterbourne"]
    assert actors("Dale Hartigan protested.") == []
    assert actors("Dale Hartigan protested.", dt.date(2017, 6, 1)) == ["USA:person:dale-hartigan"]


def test_a_surname_resolves_by_the_date() -> None:
    assert actors("Mr Hartigan protested.", dt.date(2017, 6, 1)) == ["USA:person:dale-hartigan"]
    assert actors("President Hartigan protested.") == ["FRA:person:luc-hartigan"]


def test_a_title_and_a_name_are_one_mention() -> None:
    (mention,) = mentions("US Secretary of State Orla Winterbourne protested.")
    assert (mention.actor, mention.words) == (
        "USA:person:orla-winterbourne",
        "US Secretary of State Orla Winterbourne",
    )


def test_a_surname_in_another_persons_name_is_not_the_minister() -> None:
    assert actors("Tomas Winterbourne sang.") == []


def test_a_bare_institution_is_that_of_the_country_which_acted_last() -> None:
    assert actors("Peru protested. The foreign ministry gave no reason.") == ["PER", "PER:foreign_ministry"]


def test_a_bare_office_is_that_of_whoever_was_named_with_it() -> None:
    text = "The Japanese prime minister spoke to the president of Peru. The prime minister was pleased."
    assert actors(text)[-1] == "JPN:head_of_government"


def test_an_institution_of_nobody_in_particular_is_left_alone() -> None:
    assert actors("Peru protested. Other governments waited.") == ["PER"]


def test_firms_and_teams_do_not_act_for_their_country() -> None:
    (firm, player) = mentions("A Peruvian company sold shoes. The Chilean goalkeeper slept.")
    assert firm.private and player.private


def test_an_adjective_on_a_thing_only_tells_its_origin() -> None:
    (towels,) = mentions("Duties on Pakistani towels rose.")
    assert towels.origin and not towels.can_act


def test_names_joined_by_and_share_a_group() -> None:
    one, other, third = mentions("Peru, Chile and Bolivia protested.")
    assert one.group == other.group == third.group


@pytest.mark.parametrize(("day", "country"), [(dt.date(1985, 5, 1), "SUN"), (dt.date(2005, 5, 1), "RUS")])
def test_a_capital_stands_for_the_state_of_its_time(day: dt.date, country: str) -> None:
    found = {meaning.country for meaning in lexicon().find("Moscow")[0].meanings if meaning.holds_on(day)}
    assert country in found
    assert ("SUN" in found) == (country == "SUN")


def test_a_state_that_is_gone_is_not_read_in_later_texts() -> None:
    assert actors("Yugoslavia protested.", dt.date(1985, 5, 1)) == ["YUG"]
    assert actors("Yugoslavia protested.") == []


def test_names_added_by_people_join_the_lexicon_for_their_time() -> None:
    added = ("PER:foreign_ministry", "PER", "Torre Tagle House", dt.date(2020, 1, 1), dt.date(2024, 12, 31))
    extended = compile_lexicon([added], tenure_table=[held("PER", "head_of_state", "Ana Quispe", "2021-07-28", None)])
    (sentence,) = split("Torre Tagle House protested.")
    assert [found.actor for found in find_mentions(sentence, extended, dt.date(2023, 1, 1), Memory())] == [
        "PER:foreign_ministry"
    ]
    assert find_mentions(sentence, extended, DAY, Memory()) == []


def test_spans_are_the_words_in_the_sentence() -> None:
    text = "QUITO: Peru's foreign ministry told the Chilean ambassador that Lima would wait."
    for mention in mentions(text):
        assert text[mention.span.start : mention.span.end] == mention.words

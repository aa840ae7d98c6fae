"""The codebook as installed is whole, and rows that cannot be right are refused with file, line and remedy."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pycountry
import pytest

from relations.codebook.countries import COLUMNS as COUNTRY_COLUMNS
from relations.codebook.countries import countries, load_countries
from relations.codebook.describe import as_markdown
from relations.codebook.event_types import COLUMNS, GROUPS, event_types, load_event_types, types_in_group
from relations.codebook.institutions import institution_names, institutions, load_institution_names
from relations.codebook.keys import person_key
from relations.codebook.tables import CodebookError
from relations.codebook.tenures import COLUMNS as TENURE_COLUMNS
from relations.codebook.tenures import Tenure, load_tenures, tenures

GOOD = "visit_made,Visit,CONSULT,visit,042,1.9,1,diplomacy,30,false,A visit.,Someone visited."


def write(folder: Path, columns: tuple[str, ...], *rows: str) -> Path:
    path = folder / "table.csv"
    path.write_text("\n".join([",".join(columns), *rows]) + "\n", encoding="utf-8")
    return path


def test_the_codebook_has_fifty_one_types_in_six_groups() -> None:
    assert len(event_types()) == 51
    assert sum(len(types_in_group(group)) for group in GROUPS) == 51


def test_every_type_has_a_definition_and_an_example_of_its_own() -> None:
    for text in ("definition", "example"):
        values = [getattr(kind, text) for kind in event_types().values()]
        assert len(set(values)) == 51 and all(len(value) > 30 for value in values)


def test_codes_are_text() -> None:
    assert event_types()["statement_neutral"].cameo == "010"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("visit_made", "Visit Made", "small letters"),
        ("Visit,", ",", "name is empty"),
        ("CONSULT", "CONSULTING", "plover is 'CONSULTING'"),
        ("042", "42", "three or four digits"),
        ("1.9", "-1.9", "wrong sign"),
        ("1.9", "19", "between -10 and 10"),
        ("1.9", "nan", "between"),
        ("1.9", "much", "must be a number"),
        (",1,", ",5,", "quad is '5'"),
        ("diplomacy", "diplomats", "group is 'diplomats'"),
        (",30,", ",31,", "14, 30, 90"),
        ("false", "no", "symmetric is 'no'"),
        ("Someone visited.", "", "example is empty"),
        ("A visit.", "A visit, made.", "13 values for 12 columns"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_the_remedy(tmp_path: Path, old: str, new: str, says: str) -> None:
    path = write(tmp_path, COLUMNS, GOOD.replace("visit_made", "good_one"), GOOD.replace(old, new, 1))
    with pytest.raises(CodebookError, match=r"table\.csv, line 3") as refusal:
        load_event_types(path)
    assert says in str(refusal.value)


def test_a_slug_that_stands_twice_a_wrong_header_and_an_empty_table_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CodebookError, match="stands twice"):
        load_event_types(write(tmp_path, COLUMNS, GOOD, GOOD))
    with pytest.raises(CodebookError, match="the columns are slug; they must be slug,name"):
        load_event_types(write(tmp_path, ("slug",), "x"))
    with pytest.raises(CodebookError, match="no event types"):
        load_event_types(write(tmp_path, COLUMNS))


def test_all_of_iso_3166_is_there_and_the_places_news_treats_as_states() -> None:
    here = countries()
    assert {country.alpha_3 for country in pycountry.countries} <= set(here)
    assert all(here[country.alpha_3].alpha2 == country.alpha_2 for country in pycountry.countries)
    assert {"TWN", "PSE", "XKX", "HKG", "MAC"} <= set(here)


@pytest.mark.parametrize(
    ("code", "day", "existed"),
    [
        ("SUN", dt.date(1985, 1, 1), True),
        ("SUN", dt.date(1995, 1, 1), False),
        ("CSK", dt.date(1993, 1, 1), False),
        ("YUG", dt.date(1999, 4, 1), True),
        ("SSD", dt.date(2011, 7, 8), False),
        ("FRA", dt.date(1950, 1, 1), True),
    ],
)
def test_states_have_their_years(code: str, day: dt.date, existed: bool) -> None:
    assert countries()[code].existed_on(day) is existed


def test_a_name_has_its_article_in_a_sentence() -> None:
    called = {code: countries()[code].in_prose for code in ("USA", "NLD", "COK", "ISL", "SUN", "COD")}
    assert called == {
        "USA": "the United States",
        "NLD": "the Netherlands",
        "COK": "the Cook Islands",
        "ISL": "Iceland",
        "SUN": "the Soviet Union",
        "COD": "the DR Congo",
    }


def test_a_state_has_what_the_coder_needs() -> None:
    states = [country for country in countries().values() if country.kind == "state"]
    assert len(states) >= 195
    assert all(country.capital for country in states)
    # "Dominican" alone means the Dominican Republic; Dominica is found by its name.
    assert [country.code for country in states if not country.adjectives] == ["DMA"]


def test_a_name_stands_for_one_country(tmp_path: Path) -> None:
    rows = ("AAA,,Aland,Middle,,,,,state,,", "BBB,,Bland,Middle,,,,,state,,")
    with pytest.raises(CodebookError, match="'Middle' stands for AAA and for BBB"):
        load_countries(write(tmp_path, COUNTRY_COLUMNS, *rows))


def test_institutions_are_patterns_and_some_have_names() -> None:
    assert {"head_of_state", "foreign_ministry", "defence_ministry", "parliament", "armed_forces"} <= set(
        institutions()
    )
    assert {(name.country, name.institution) for name in institution_names() if name.name == "Knesset"} == {
        ("ISR", "parliament")
    }


def test_a_name_of_no_country_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, ("country", "institution", "name", "kind"), "QQQ,parliament,House,name")
    with pytest.raises(CodebookError, match="no country QQQ"):
        load_institution_names(path)


def test_office_holders_of_forty_countries_and_more() -> None:
    assert len({tenure.country for tenure in tenures()}) >= 40
    assert min(tenure.began for tenure in tenures()) < dt.date(1991, 1, 1)
    assert all(tenure.source for tenure in tenures())


@pytest.mark.parametrize(
    ("country", "office", "day", "person"),
    [
        ("PAK", "foreign_minister", dt.date(2017, 9, 1), "Khawaja"),
        ("USA", "head_of_state", dt.date(2017, 9, 1), "Donald Trump"),
        ("USA", "foreign_minister", dt.date(2017, 9, 1), "Rex Tillerson"),
        ("DEU", "head_of_government", dt.date(2010, 1, 1), "Angela Merkel"),
        ("SUN", "head_of_state", dt.date(1990, 6, 1), "Gorbachev"),
    ],
)
def test_an_office_resolves_by_the_date(country: str, office: str, day: dt.date, person: str) -> None:
    held = [item for item in tenures() if (item.country, item.office) == (country, office) and item.held_on(day)]
    assert len(held) == 1 and person in held[0].person


def test_a_tenure_that_ends_before_it_begins_is_refused(tmp_path: Path) -> None:
    write(tmp_path, TENURE_COLUMNS, "PAK,head_of_state,President,Some One,,2001-01-01,2000-01-01,day,somewhere")
    with pytest.raises(CodebookError, match="is before"):
        load_tenures(tmp_path)


def test_an_end_known_to_the_month_or_year_means_any_day_of_it() -> None:
    def ends(day: str, precision: str) -> dt.date | None:
        row = ("FRA", "head_of_state", "President", "Some One", ())
        return Tenure(*row, dt.date(1990, 1, 1), dt.date.fromisoformat(day), precision, "a test").ended_at_latest

    assert ends("1999-02-01", "month") == dt.date(1999, 2, 28)
    assert ends("1999-01-01", "year") == dt.date(1999, 12, 31)
    assert ends("1999-02-01", "day") == dt.date(1999, 2, 1)
    assert ends("1999-02-17", "month") == dt.date(1999, 2, 17)


def test_keys_of_persons_are_plain_letters() -> None:
    assert person_key("TUR", "Recep Tayyip Erdoğan") == "TUR:person:recep-tayyip-erdogan"


def test_the_documented_codebook_is_the_codebook() -> None:
    documented = Path(__file__).parents[2] / "docs" / "codebook.md"
    assert documented.read_text("utf-8") == as_markdown(), "run make docs"

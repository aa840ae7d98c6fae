"""Weight sets, states and close types as installed are whole; files that cannot be right are refused with a remedy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from relations.codebook.closeness import are_close, close_types, families, family_of, load_close_types
from relations.codebook.event_types import PLOVER_CLASSES, event_types
from relations.codebook.states import load_states, state_types, states
from relations.codebook.tables import CodebookError
from relations.codebook.weights import DEFAULT, default_weights, load_weight_sets, weight_sets

CLASSES = dict.fromkeys(PLOVER_CLASSES, -1.0)


def write_set(folder: Path, name: str, /, **changes: object) -> None:
    """A good weight set with a weight for every class, but for these changes; None leaves a key out."""
    values: dict[str, object] = {"name": f'"{name}"', "version": 3, "title": '"A set"', "source": '"a test"'}
    values |= {key: value for key, value in changes.items() if key != "by_class"}
    classes = CLASSES | changes.get("by_class", {})  # type: ignore[operator]
    lines = [f"{key} = {value}" for key, value in values.items() if value is not None]
    if "column" not in changes:
        lines += ["[by_class]", *(f'"{key}" = {value}' for key, value in classes.items() if value is not None)]
    (folder / f"{name}.toml").write_text("\n".join(lines) + "\n", "utf-8")


def write_table(folder: Path, columns: str, *rows: str) -> Path:
    path = folder / "table.csv"
    path.write_text("\n".join([columns, *rows]) + "\n", "utf-8")
    return path


# Weights


def test_every_type_has_a_weight_in_every_set() -> None:
    assert set(weight_sets()) == {"goldstein", "plover"}
    for one in weight_sets().values():
        assert set(one.weights) == set(event_types())
        assert all(-10 <= weight <= 10 for weight in one.weights.values())
        assert len(one.source) > 20 and one.title


def test_every_set_has_conflict_on_one_side_and_cooperation_on_the_other() -> None:
    for one in weight_sets().values():
        for slug, weight in one.weights.items():
            kind = event_types()[slug]
            assert weight <= 0 if kind.is_conflict else weight >= 0, (one.name, slug)


def test_a_set_is_called_by_name_and_version() -> None:
    assert default_weights().name == DEFAULT == "goldstein"
    assert [one.label for one in weight_sets().values()] == [f"{n}/{one.version}" for n, one in weight_sets().items()]
    assert all(re.fullmatch(r"[a-z]+/[1-9]\d*", one.label) for one in weight_sets().values())


def test_the_goldstein_set_is_the_codebooks_column_and_the_other_goes_by_class() -> None:
    assert default_weights().weights == {slug: kind.goldstein for slug, kind in event_types().items()}
    by_class: dict[str, set[float]] = {}
    for slug, kind in event_types().items():
        by_class.setdefault(kind.plover, set()).add(weight_sets()["plover"].weights[slug])
    assert all(len(weights) == 1 for weights in by_class.values())


def test_sets_are_read_from_a_folder(tmp_path: Path) -> None:
    write_set(tmp_path, "goldstein", column='"goldstein"')
    write_set(tmp_path, "mine", by_class={"ASSAULT": -10, "CONSULT": 2.5})
    found = load_weight_sets(tmp_path)
    assert found["mine"].label == "mine/3"
    assert (found["mine"].weights["clash"], found["mine"].weights["meeting"]) == (-10.0, 2.5)


@pytest.mark.parametrize("key", ["name", "version", "title", "source"])
def test_a_set_without_its_name_version_title_or_source_is_refused(tmp_path: Path, key: str) -> None:
    write_set(tmp_path, "mine", **{key: None})
    with pytest.raises(CodebookError, match=rf"mine\.toml: '{key}' is missing"):
        load_weight_sets(tmp_path)


@pytest.mark.parametrize("weight", [None, 10.5, -11, '"much"', "nan", "inf"])
def test_a_class_without_a_weight_or_one_out_of_range_is_refused(tmp_path: Path, weight: object) -> None:
    write_set(tmp_path, "mine", by_class={"ASSAULT": weight})
    with pytest.raises(CodebookError, match=r"mine\.toml: the class ASSAULT needs a weight between -10 and 10"):
        load_weight_sets(tmp_path)


def test_a_truth_value_is_no_weight(tmp_path: Path) -> None:
    write_set(tmp_path, "mine", by_class={"ASSAULT": "true"})
    with pytest.raises(CodebookError, match=r"mine\.toml: the class ASSAULT needs a weight"):
        load_weight_sets(tmp_path)


def test_a_class_that_plover_does_not_have_is_refused(tmp_path: Path) -> None:
    write_set(tmp_path, "mine", by_class={"ASSAULTS": -9})
    with pytest.raises(CodebookError, match=r"mine\.toml: ASSAULTS is no PLOVER class"):
        load_weight_sets(tmp_path)


def test_a_column_that_the_codebook_does_not_have_is_refused_with_the_one_it_has(tmp_path: Path) -> None:
    write_set(tmp_path, "mine", column='"goldberg"')
    with pytest.raises(CodebookError, match=r"mine\.toml: column is 'goldberg'; .*goldstein"):
        load_weight_sets(tmp_path)


def test_neither_weights_nor_a_column_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('name = "mine"\nversion = 1\ntitle = "A set"\nsource = "a test"\n', "utf-8")
    with pytest.raises(CodebookError, match=r"mine\.toml: .*by_class"):
        load_weight_sets(tmp_path)


@pytest.mark.parametrize("text", ["name = ", 'name = "mine"\nname = "mine"\n'])
def test_what_is_no_toml_is_refused_with_the_files_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "mine.toml").write_text(text, "utf-8")
    with pytest.raises(CodebookError, match=r"mine\.toml"):
        load_weight_sets(tmp_path)


def test_a_version_that_is_no_number_is_refused_with_the_files_name(tmp_path: Path) -> None:
    write_set(tmp_path, "mine", version='"two"')
    with pytest.raises(CodebookError, match=r"mine\.toml"):
        load_weight_sets(tmp_path)


def test_a_name_that_stands_twice_or_the_default_missing_is_refused(tmp_path: Path) -> None:
    write_set(tmp_path, "mine")
    with pytest.raises(CodebookError, match="no weight set named goldstein"):
        load_weight_sets(tmp_path)
    write_set(tmp_path, "more", name='"mine"')
    with pytest.raises(CodebookError, match=r"more\.toml: the name mine stands twice"):
        load_weight_sets(tmp_path)


# States


def test_states_are_acts_of_conflict_and_cooperation_ends_them() -> None:
    assert {"border_closed", "sanctions_imposed", "relations_severed"} <= set(states())
    for kind, ends in states().items():
        assert event_types()[kind].is_conflict and ends
        assert not any(event_types()[end].is_conflict for end in ends)
    assert state_types() == set(states()) | {end for ends in states().values() for end in ends}
    assert not set(states()) & {end for ends in states().values() for end in ends}


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("border_shut,border_opened,why", "type is 'border_shut'; it must be one of"),
        ("border_closed,border_open,why", "ended_by is 'border_open'; it must name types of the codebook"),
        ("border_closed,border_opened|unknown,why", "it must name types of the codebook"),
        ("border_closed,,why", "ended_by is ''; it must name types of the codebook"),
        ("border_closed,border_opened", "2 values for 3 columns"),
        ("route_closed,concession,why", "stands twice"),
    ],
)
def test_a_bad_state_is_refused_with_its_line_and_the_remedy(tmp_path: Path, row: str, says: str) -> None:
    path = write_table(tmp_path, "type,ended_by,why", "route_closed,border_opened,why", row)
    with pytest.raises(CodebookError, match=r"table\.csv, line 3") as refusal:
        load_states(path)
    assert says in str(refusal.value)


# Close types


def test_to_be_close_is_mutual() -> None:
    assert are_close("clash", "strike") and are_close("strike", "clash")
    assert not are_close("clash", "clash") and not are_close("clash", "apology")
    assert all(len(pair) == 2 for pair in close_types())


def test_families_partition_the_types() -> None:
    assert set(families()) == set(event_types())
    for slug, name in families().items():
        assert slug in family_of(slug) and families()[name] == name
        assert family_of(slug) == {other for other, of in families().items() if of == name}
    assert sum(len(family_of(name)) for name in set(families().values())) == len(event_types())


def test_a_family_is_what_chains_of_close_types_connect_and_no_more() -> None:
    for pair in close_types():
        one, other = pair
        assert family_of(one) == family_of(other)
    for slug in event_types():
        reached, new = {slug}, {slug}
        while new:
            new = {other for pair in close_types() for other in pair if pair & new} - reached
            reached |= new
        assert family_of(slug) == reached


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("clash,stryke,why", "other is 'stryke'; it must be one of"),
        ("klash,strike,why", "one is 'klash'; it must be one of"),
        ("clash,clash,why", "a type is always close to itself"),
    ],
)
def test_a_bad_pair_of_close_types_is_refused_with_its_line_and_the_remedy(tmp_path: Path, row: str, says: str) -> None:
    path = write_table(tmp_path, "one,other,why", "meeting,negotiation,why", row)
    with pytest.raises(CodebookError, match=r"table\.csv, line 3") as refusal:
        load_close_types(path)
    assert says in str(refusal.value)

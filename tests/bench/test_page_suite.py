from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import page_suite
from bench.page_suite import Score, Unusable, count, main, measured, page_of, pages_of, read_data
from tests.ingest.texts import BRIDGE, FERRY

URL = "https://courier.example/ferry"
MENU = "Weather Sports Crosswords and puzzles for subscribers"
HTML = f"""<!DOCTYPE html><html lang="en"><head><title>Ferry sails again</title></head><body>
<nav><ul><li><a href="/w">{MENU}</a></li></ul></nav>
<article><h1>Ferry sails again</h1><p>{FERRY}</p>
<p>{BRIDGE}</p></article><footer>All rights reserved by the Courier</footer></body></html>"""
ENTRY = {"file": "ferry.html", "with": ["let the night\n ferry sail again", "two small republics"], "without": [MENU]}


def suite(folder: Path, data: object = None, subfolder: str = "") -> Path:
    """A folder with one page, beside other data where they are given."""
    (folder / subfolder).mkdir(exist_ok=True)
    (folder / subfolder / "ferry.html").write_text(HTML)
    (folder / "evaldata.json").write_text(json.dumps({URL: ENTRY} if data is None else data))
    return folder


def line_of(name: str, told: str) -> list[str]:
    """The figures behind a name in what was printed."""
    return next(line.split()[1:] for line in told.splitlines() if line.startswith(name))


@pytest.mark.parametrize("subfolder", ["", "eval", "cache", "pages", "test"])
def test_a_page_is_read_by_us_and_by_trafilatura(tmp_path, capsys, subfolder):
    assert main([str(suite(tmp_path, subfolder=subfolder))]) == 0
    told = capsys.readouterr().out
    for name in ("Dyad", "trafilatura"):
        precision, recall, f1, accuracy, seconds, found, missed, taken, avoided, empty = line_of(name, told)
        assert (precision, recall, f1, accuracy) == ("1.000",) * 4
        assert (found, missed, taken, avoided, empty) == ("2", "0", "0", "1", "0")
        assert 0 < float(seconds) < 10


def test_phrases_are_counted_whatever_the_white_space_between_their_words(tmp_path):
    entry = {"file": "ferry.html", "with": ["night \n ferry", "steam engine"], "without": ["quay in", "crossword"]}
    page = page_of(suite(tmp_path), URL, entry)
    score = Score()
    count(score, page, "The night ferry waits on the quay in the rain.")
    assert (score.found, score.missed, score.taken, score.avoided) == (1, 1, 1, 1)
    assert score.failures == ["missed: ferry.html: 'steam engine'", "taken for the story: ferry.html: 'quay in'"]
    assert measured([page], lambda page: "night\n\n \tferry").found == 1


def test_the_figures():
    score = Score(found=6, missed=3, taken=2, avoided=8)
    assert score.precision == 6 / 8
    assert score.recall == 6 / 9
    assert score.f1 == pytest.approx(2 * (6 / 8) * (6 / 9) / (6 / 8 + 6 / 9))
    assert score.accuracy == 14 / 19
    nothing = Score()
    assert (nothing.precision, nothing.recall, nothing.f1, nothing.accuracy) == (0, 0, 0, 0)


def test_failures_are_shown_as_many_as_asked_for(tmp_path, capsys):
    wrong = {**ENTRY, "with": ["a brass trumpet", "a wooden drum"]}
    assert main([str(suite(tmp_path, {URL: wrong})), "--failures", "1"]) == 0
    told = capsys.readouterr().out
    assert line_of("Dyad", told)[1] == "0.000"
    assert "missed: ferry.html: 'a brass trumpet'" in told and "wooden drum" not in told


def test_data_in_a_python_file_are_read_and_never_run(tmp_path):
    suite(tmp_path)
    (tmp_path / "evaldata.json").unlink()
    trace = tmp_path / "trace"
    python = tmp_path / "evaldata.py"
    lines = f"# pages\nopen({str(trace)!r}, 'w')\nOTHER = {{}}\nEVAL_PAGES = {{{URL!r}: {ENTRY!r}}}\n"
    python.write_text(lines)
    assert read_data(tmp_path) == {URL: ENTRY}
    python.write_text(f"EVAL_PAGES = {{{URL!r}: open({str(trace)!r}, 'w')}}")
    with pytest.raises(Unusable, match=r"evaldata\.py can't be read"):
        read_data(tmp_path)
    assert not trace.exists()


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({**ENTRY, "file": "gone.html"}, "there is no file gone.html"),
        ({**ENTRY, "file": "../ferry.html"}, "outside"),
        ({**ENTRY, "file": "/etc/hostname"}, "outside"),
        ({**ENTRY, "file": "x" * 5000}, "can't be read"),
        ({**ENTRY, "file": ""}, "names no file"),
        ({"with": ["a"]}, "names no file"),
        ({"file": "ferry.html"}, "no phrases"),
        ({**ENTRY, "with": "night ferry"}, "“with” is not a list of phrases"),
        ({**ENTRY, "without": [" "]}, "“without” is not a list of phrases"),
        ({**ENTRY, "without": [None]}, "“without” is not a list of phrases"),
        (["ferry.html"], "no address with a file"),
    ],
)
def test_an_entry_that_cannot_be_measured_is_told_and_the_others_are(tmp_path, capsys, entry, reason):
    data = {"https://courier.example/bad": entry, URL: ENTRY}
    pages, left_out = pages_of(suite(tmp_path), data)
    assert [page.url for page in pages] == [URL]
    assert len(left_out) == 1 and reason in left_out[0]
    assert main([str(suite(tmp_path, data))]) == 0
    told = capsys.readouterr().out
    assert "1 pages, 1 entries left out" in told and f"left out: {left_out[0]}" in told


@pytest.mark.parametrize(
    ("name", "words", "reason"),
    [
        ("evaldata.json", "{", "can't be read"),
        ("evaldata.json", "[]", "lists no pages"),
        ("evaldata.json", "\xff", "can't be read"),
        ("evaldata.py", "EVAL_PAGES = {", "can't be read"),
        ("evaldata.py", "EVAL_PAGES = 5", "lists no pages"),
        ("evaldata.py", "EVAL_PAGES = {{}: 1}", "can't be read"),
        ("other.txt", "", "neither evaldata.json nor evaldata.py"),
    ],
)
def test_a_folder_that_cannot_be_measured(tmp_path, capsys, name, words, reason):
    (tmp_path / name).write_bytes(words.encode("latin-1"))
    assert main([str(tmp_path)]) == 2
    assert reason in capsys.readouterr().out


def test_a_suite_of_which_nothing_is_left(tmp_path, capsys):
    assert main([str(suite(tmp_path, {URL: {**ENTRY, "file": "gone.html"}}))]) == 2
    assert "No page is left" in capsys.readouterr().out


def test_a_fault_of_ours_is_told_and_counts_as_no_text(tmp_path, monkeypatch, capsys):
    def breaks(*given):
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(page_suite, "extract", breaks)
    assert main([str(suite(tmp_path))]) == 0
    told = capsys.readouterr().out
    assert "a fault of ours: ferry.html: ZeroDivisionError('oh')" in told
    assert line_of("Dyad", told)[5:] == ["0", "2", "0", "1", "1"]
    assert line_of("trafilatura", told)[5] == "2"

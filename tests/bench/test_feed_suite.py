from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bench import feed_suite
from bench.expectations import Malformed, claims_of, read_expectation
from bench.feed_suite import main, run_folder

ITEM = """<item><title>Ferry sails again</title><link>https://courier.example/1</link><guid>ferry-1</guid>
<pubDate>Tue, 04 Mar 2031 10:00:00 +0200</pubDate><description>&lt;p&gt;The &lt;b&gt;night&lt;/b&gt; ferry.&lt;/p&gt;
</description></item>"""
RSS = f"<rss version='2.0'><channel><title>The Courier</title>{ITEM}</channel></rss>"
HOLDING = [
    ("items", "len(entries) == 1"),
    ("title", "entries[0]['title'] == 'Ferry sails again'"),
    ("title", "'Ferry sails again' == entries[0].title_detail.value"),
    ("title", "entries[0].get('title') == 'Ferry <i>sails</i> ' + 'again'"),
    ("link", "entries[-1]['link'] == u'https://courier.example/1'"),
    ("guid", "entries[0]['id'] == 'ferry-1'"),
    ("date", "entries[0]['published_parsed'] == (2031, 3, 4, 8, 0, 0, 1, 63, 0)"),
    ("content", "entries[0]['description'] == '<p>The <b>night</b> ferry.</p>'"),
    ("content", "entries[0]['content'][0]['value'] == 'The night ferry.'"),
]


def write_test(folder: Path, name: str, expectation: str, feed: str = RSS, more: str = "") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"<!--\nDescription: {name}\n{more}Expect:      {expectation}\n-->\n{feed}", "utf-8")
    return path


def outcome(folder: Path, expectation: str, feed: str = RSS, more: str = "") -> list[str]:
    write_test(folder, "one.xml", expectation, feed, more)
    return [verdict.outcome for verdict in run_folder(folder).verdicts]


@pytest.mark.parametrize(("field", "expectation"), HOLDING)
def test_an_expectation_that_holds(tmp_path, field, expectation):
    write_test(tmp_path, "one.xml", f"not bozo and {expectation}")
    other, verdict = run_folder(tmp_path).verdicts
    assert (other.outcome, verdict.outcome, verdict.field) == ("other", "held", field)


@pytest.mark.parametrize(
    "expectation",
    [
        "len(entries) == 2",
        "entries[0]['title'] == 'Ferry sails'",
        "entries[1]['title'] == 'Ferry sails again'",
        "entries[0]['link'] == ''",
        "entries[0].get('link') is None",
        "'link' not in entries[0]",
        "not entries[0].has_key('link')",
        "entries[0]['id'] == 'https://courier.example/1'",
        "entries[0]['published_parsed'] == (2031, 3, 4, 10, 0, 0, 1, 63, 0)",
        "entries[0]['published_parsed'] == None",
        "entries[0]['summary'] == 'The night ferry'",
    ],
)
def test_an_expectation_that_fails(tmp_path, expectation):
    assert outcome(tmp_path, expectation) == ["failed"]


@pytest.mark.parametrize("form", ["{} is None", "{} == None", "'link' not in entries[0]"])
def test_a_field_that_is_expected_to_be_missing(tmp_path, form):
    without = RSS.replace("<link>https://courier.example/1</link>", "").replace("<guid>", "<guid isPermaLink='false'>")
    assert outcome(tmp_path, form.format("entries[0]['link']"), without) == ["held"]


@pytest.mark.parametrize(
    "expectation",
    [
        *("bozo", "not bozo", "feed['title'] == 'Something else'", "encoding == 'koi8-r'", "'x' not in feed", "1"),
        *("entries[0]['author'] == 'Nobody'", "entries[0]['title_detail']['type'] == 'text/plain'"),
        *("entries[0]['content'][0]['language'] == 'de'", "entries[0]['source']['title'] == 'Elsewhere'"),
        *("len(entries[0]['links']) == 3", "entries[0].media_title == 'x'", "feed['a'] == 1 or feed['b'] == 2"),
    ],
)
def test_what_is_about_something_else_is_not_asked_of_us(tmp_path, expectation):
    assert outcome(tmp_path, expectation) == ["other"]


@pytest.mark.parametrize(
    "expectation",
    [
        *("entries[0]['title'].upper() == 'FERRY SAILS AGAIN'", "entries[0]['title']", "entries", "().__class__"),
        *(
            "entries[0]['title'] != 'Ferry'",
            "entries[0]['title'] == feed['title']",
            "'a' == entries[0]['title'] == 'Ferry sails again'",
            "entries[0]['title'] > ''",
        ),
        *("entries[0]['title'] == 'a' or entries[0]['title'] == 'b'", "not entries[0]['title'] == 'a'"),
        *("[one for one in entries]", "entries[0]['title_detail'] == {'value': 'Ferry sails again'}"),
        *("entries[0]['title'] == 5", "entries[0]['published_parsed'] == 'Tuesday'", "title == 'Ferry sails again'"),
        *("entries[0]['published_parsed'] == (2031, 3, 4)", "len(entries) == '1'", "entries['title'] == 'a'"),
        *(
            "entries[0].has_key() == 1",
            "not entries[0].has_key('title')",
            "entries[0].get() == 'x'",
            "entries[0].keys() == ['title']",
        ),
    ],
)
def test_what_is_not_understood_is_told_and_never_passes(tmp_path, capsys, expectation):
    assert outcome(tmp_path, expectation) == ["unclear"]
    assert main([str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "not understood                   1" in told and "because it " in told and f": {expectation}" in told


def test_nothing_of_an_expectation_is_run(tmp_path):
    trace = tmp_path / "trace"
    calls = [
        f"__import__('os').system('touch {trace}') == 0",
        f"entries[0]['title'] == __import__('os').system('touch {trace}')",
        f"entries[__import__('os').system('touch {trace}')]['title'] == 'a'",
        f"entries[0].get('title', open({str(trace)!r}, 'w')) == 'Ferry sails again'",
        f"[open({str(trace)!r}, 'w') for _ in 'a'] and not bozo",
        f"feed.__class__.__base__.__subclasses__()[0](open({str(trace)!r}, 'w'))",
    ]
    for number, call in enumerate(calls):
        write_test(tmp_path, f"{number}.xml", call)
    outcomes = [one.outcome for one in run_folder(tmp_path).verdicts]
    assert not trace.exists()
    assert outcomes == ["unclear"] * 5 + ["other", "unclear"]


def test_each_part_that_and_joins_is_asked(tmp_path):
    parts = "bozo and (entries[0]['title'] == 'Other' and (entries[0]['id'] == 'ferry-1'))\n and feed['x'] == 1"
    assert outcome(tmp_path, parts) == ["other", "failed", "held", "other"]
    assert outcome(tmp_path, "entries[0]['id'] == entries[1]['id'] == 'ferry-1'") == ["held", "failed"]


def test_of_two_dates_the_day_of_publication_is_asked_and_of_two_texts_the_longest():
    claims = claims_of(
        "entries[0]['updated_parsed'] == (2031, 3, 5, 0, 0, 0, 2, 64, 0)"
        " and entries[0]['published_parsed'] == (2031, 3, 4, 0, 0, 0, 1, 63, 0)"
        " and entries[0]['summary'] == 'short' and entries[0]['content'][0]['value'] == 'rather longer'"
        " and entries[1]['updated_parsed'] == (2031, 3, 5, 0, 0, 0, 2, 64, 0)"
    )
    assert [claim.field for claim in claims] == ["", "date", "", "content", "date"]


@pytest.mark.parametrize(
    ("kind", "title", "expected", "fits"),
    [
        ("type='text'", "The &lt;p&gt; tag", "The <p> tag", ["held"]),
        ("", "The &lt;p&gt; tag", "The <p> tag", ["held"]),
        ("type='text'", "The tag", "The <p> tag", ["failed"]),
        ("", "The tag", "The <p> tag", ["held"]),
        ("type='html'", "The &lt;p&gt; tag", "The <p> tag", ["held"]),
        ("type='html'", "The &amp;lt;p&amp;gt; tag", "The <p> tag", ["failed"]),
    ],
)
def test_words_of_atom_are_read_as_the_feed_says(tmp_path, kind, title, expected, fits):
    feed = f"<feed xmlns='http://www.w3.org/2005/Atom'><entry><title {kind}>{title}</title></entry></feed>"
    assert outcome(tmp_path, f"entries[0]['title'] == {expected!r}", feed) == fits


def test_words_of_atom_that_stand_in_an_element_of_another_format(tmp_path):
    description = "<d:description xmlns:d='http://search.yahoo.com/mrss/'>The night ferry.</d:description>"
    feed = f"<feed xmlns='http://www.w3.org/2005/Atom'><entry>{description}</entry></feed>"
    assert outcome(tmp_path, "entries[0]['description'] == 'The <b>night</b> ferry.'", feed) == ["held"]


def test_tags_that_stay_in_a_text_fail_it(tmp_path, monkeypatch):
    real = feed_suite.parse

    def leaves_tags(*given):
        feed = real(*given)
        return replace(feed, items=(replace(feed.items[0], text="<p>The <b>night</b> ferry.</p>"),))

    monkeypatch.setattr(feed_suite, "parse", leaves_tags)
    assert outcome(tmp_path, "entries[0]['description'] == '<p>The <b>night</b> ferry.</p>'") == ["failed"]


def test_headers_and_the_address_reach_the_reader(tmp_path, monkeypatch):
    given = []
    monkeypatch.setattr(feed_suite, "parse", lambda *arguments: given.append(arguments))
    path = write_test(tmp_path, "sub folder/one.xml", "1", more="Header:   Content-type: text/xml; charset=koi8-r\n")
    run_folder(tmp_path, "https://courier.example/tests/")
    address = "https://courier.example/tests/sub%20folder/one.xml"
    assert given == [(path.read_bytes(), "text/xml; charset=koi8-r", address)]


def test_a_feed_that_cannot_be_read_fails_all_that_is_asked_of_it(tmp_path):
    expectation = "not bozo and entries[0]['title'] == 'a' and entries[0]['link'] == 'b'"
    assert outcome(tmp_path, expectation, "<html><body>No feed</body></html>") == ["other", "failed", "failed"]
    assert run_folder(tmp_path).faults == {}
    assert run_folder(tmp_path).verdicts[1].reason.startswith("NotAFeed: ")


def test_a_fault_of_ours_is_told_and_the_rest_goes_on(tmp_path, monkeypatch, capsys):
    real = feed_suite.parse

    def breaks(body, *rest):
        if b"Break" in body:
            raise ZeroDivisionError("oh")
        return real(body, *rest)

    monkeypatch.setattr(feed_suite, "parse", breaks)
    write_test(tmp_path, "a.xml", "entries[0]['id'] == 'Break'")
    write_test(tmp_path, "b.xml", "entries[0]['id'] == 'ferry-1'")
    assert main([str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "guid                      1      2   50.0%" in told
    assert "a fault of ours: a.xml: ZeroDivisionError('oh')" in told


def test_encodings_that_are_not_like_ascii():
    words = "<?xml version='1.0'?>\n<!--\nDescription: b\nExpect: entries[0]['title'] == 'a'\n-->\n<rss/>"
    for encoding in ("utf-16", "utf-16-be", "utf-32", "utf-32-le", "cp037"):
        expectation = read_expectation(words.encode(encoding))
        assert expectation is not None
        assert [(claim.field, claim.expected) for claim in expectation.claims] == [("title", "a")], encoding


@pytest.mark.parametrize(
    ("comment", "reason"),
    [
        ("Description: nothing more", "no expectation"),
        ("Expect: entries[0]['title' == ", "no Python expression"),
        ("Expect: " + "(" * 5000, "no Python expression"),
        ("Expect: " + "not " * 15_000 + "bozo", "longer than"),
        ("Expect: x = 1", "no Python expression"),
    ],
)
def test_a_malformed_expectation_is_told(tmp_path, capsys, comment, reason):
    with pytest.raises(Malformed, match=reason):
        read_expectation(f"<!-- {comment} -->{RSS}".encode())
    (tmp_path / "bad.xml").write_text(f"<!-- {comment} -->{RSS}")
    assert main([str(tmp_path)]) == 0
    assert "malformed: bad.xml: its " in capsys.readouterr().out


@pytest.mark.parametrize(
    "body", [b"", b"\xff\x00", RSS.encode(), b"<!-- a remark -->", b"# Expect: 1\n<!--\nExpect: 1\n-->"]
)
def test_other_files_are_no_test_files(body):
    assert read_expectation(body) is None


def test_a_folder_without_any_test_file(tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("Nothing here")
    assert main([str(tmp_path)]) == 2
    assert "nothing was measured" in capsys.readouterr().out
    with pytest.raises(SystemExit) as stop:
        main([str(tmp_path / "missing")])
    assert stop.value.code == 2


def test_failures_and_the_file_of_verdicts(tmp_path, capsys):
    write_test(tmp_path, "deep/er/a.xml", "entries[0]['title'] == 'Bridge closed' and bozo")
    write_test(tmp_path, "b.xml", "entries[0]['title'] == 'Mast fell'")
    written = tmp_path / "verdicts.json"
    assert main([str(tmp_path), "--failures", "1", "--json", str(written)]) == 0
    told = capsys.readouterr().out
    assert "Mast fell" in told and "Ferry sails again" in told and "Bridge closed" not in told
    assert "in all                    0      2    0.0%" in told
    verdicts = json.loads(written.read_text())["verdicts"]
    assert [(one["file"], one["outcome"]) for one in verdicts] == [
        ("b.xml", "failed"),
        ("deep/er/a.xml", "failed"),
        ("deep/er/a.xml", "other"),
    ]

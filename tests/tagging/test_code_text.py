"""The command that codes texts without a database."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

FIELDS = {
    *("source", "target", "type", "plover", "mode", "cameo", "quad", "symmetric", "date", "precision", "stage"),
    *("confidence", "source_actor", "target_actor", "quote", "because"),
}
LINE = {"id": "a", "text": "Peru closed its border with Chile on Monday.", "date": "2026-03-11"}


def run(tmp_path: Path, lines: list[str], **options: object) -> tuple[list[dict], str, int]:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("\n".join(lines) + "\n", "utf-8")
    errors = io.StringIO()
    code = 0
    try:
        call_command("code_text", str(source), str(target), stderr=errors, **options)
    except SystemExit as stop:
        code = int(stop.code or 0)
    return [json.loads(line) for line in target.read_text("utf-8").splitlines()], errors.getvalue(), code


def test_each_line_gives_its_events(tmp_path: Path) -> None:
    rows, errors, code = run(tmp_path, [json.dumps(LINE), "", json.dumps({"id": 2, "text": "Rain fell."})])
    assert (errors, code) == ("", 0)
    assert [row["id"] for row in rows] == ["a", 2]
    (event,) = rows[0]["events"]
    assert set(event) == FIELDS
    assert (event["source"], event["target"], event["type"], event["date"]) == (
        *("PER", "CHL", "border_closed", "2026-03-09"),
    )
    assert rows[1]["events"] == []


def test_the_time_of_publication_is_a_date_too(tmp_path: Path) -> None:
    line = {"id": "a", "text": LINE["text"], "published_at": "2026-03-11T06:00:00Z"}
    rows, _, code = run(tmp_path, [json.dumps(line)])
    assert code == 0 and rows[0]["events"][0]["date"] == "2026-03-09"


def test_bad_lines_are_told_by_number_and_the_rest_go_on(tmp_path: Path) -> None:
    bad = ["{", "[1]", '{"id": 1}', '{"id": 1, "text": "x", "date": "soon"}', '{"id": 1, "text": "x", "date": 7}']
    rows, errors, code = run(tmp_path, [json.dumps(LINE), *bad, json.dumps(LINE | {"id": "z"})])
    assert code == 1
    assert [row["id"] for row in rows] == ["a", "z"]
    assert [line.split(":")[0] for line in errors.splitlines()] == [f"line {number}" for number in range(2, 7)]


def test_a_line_in_another_encoding_spoils_no_other(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    latin = json.dumps(LINE | {"text": "Rain fell in Málaga."}, ensure_ascii=False).encode("latin-1")
    source.write_bytes(b"\n".join([latin, json.dumps(LINE).encode()]))
    errors = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("code_text", str(source), str(target), stderr=errors)
    assert errors.getvalue().startswith("line 1: not JSON")
    assert len(target.read_text("utf-8").splitlines()) == 1


def test_explain_shows_the_parse_and_every_frame_tried(tmp_path: Path) -> None:
    _, errors, _ = run(tmp_path, [json.dumps(LINE)], explain=True)
    assert "names: Peru (PER), Chile (CHL)" in errors
    assert "nsubj: Peru" in errors and "obj: border" in errors
    assert "closed: border closed: PER > CHL border_closed held" in errors
    assert "closed: mission closed: no, no such object" in errors


def test_what_cannot_be_opened_or_does_not_exist_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"nowhere\.jsonl: No such file"):
        call_command("code_text", str(tmp_path / "nowhere.jsonl"), "-")
    (tmp_path / "in.jsonl").write_text("", "utf-8")
    with pytest.raises(CommandError, match="no coder 'magic'; there are: grammar"):
        call_command("code_text", str(tmp_path / "in.jsonl"), "-", coder="magic")


def test_it_reads_and_writes_streams(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(LINE | {"date": None}) + "\n"))
    call_command("code_text", "-", "-")
    (event,) = json.loads(capsys.readouterr().out)["events"]
    assert event["date"] is None


def test_an_act_of_cooperation_to_come_is_agree(tmp_path: Path) -> None:
    rows, _, _ = run(tmp_path, [json.dumps({"id": 1, "text": "Jordan will send tents to Nepal."})])
    assert [(event["type"], event["plover"]) for event in rows[0]["events"]] == [("aid_given", "AGREE")]

"""The file of many answers to a status round: what it takes, and what it tells of each bad row."""

from pathlib import Path
from typing import Any

import pytest

from adapters.files.yaml_file import FileFault
from cli.files.answers_file import read_answers
from models.messages.acts import ProgressState


def read(tmp_path: Path, text: str | bytes) -> Any:
    path = tmp_path / "answers.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_answers(path)


@pytest.mark.parametrize(
    "text",
    [
        "item,state,note\nc,limited,one\nd,complete,\n",
        "c,limited,one\n\nd,complete\n",
        "\n note , ITEM ,State\none,c,Limited\n,d,COMPLETE\n",
        b"\xef\xbb\xbfState,Item,Note\r\nlimited,c,one\r\ncomplete,d,\r\n",
    ],
    ids=["as ever", "no header", "another order", "a spreadsheet's"],
)
def test_columns_are_found_by_their_names_or_stand_in_their_order(tmp_path: Path, text: str | bytes) -> None:
    rows, faults = read(tmp_path, text)
    assert [row[1:] for row in rows] == [("c", ProgressState.LIMITED, "one"), ("d", ProgressState.COMPLETE, "")]
    assert faults == []


@pytest.mark.parametrize("note", ["=1+1", "+1", "- two exchanges", "@lao-mict", "'=1+1", "a=b"])
def test_a_note_is_kept_as_it_is_written(tmp_path: Path, note: str) -> None:
    """Also one that a spreadsheet would compute, and one with the apostrophe that keeps it from that."""
    rows, faults = read(tmp_path, f"item,state,note\nc,limited,{note}\n")
    assert [row.note for row in rows] == [note] and faults == []


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("Not started", "not-started"),
        ("NOT-STARTED", "not-started"),
        ("not_started", "not-started"),
        ("Substantial", "substantial"),
        ("no evidence available", "no-evidence"),
        ("No-Evidence-Available", "no-evidence"),
        ("no  evidence", "no-evidence"),
    ],
)
def test_the_words_of_a_round_are_taken_however_they_are_written(tmp_path: Path, words: str, state: str) -> None:
    for text in (f"item,state\nc,{words}\n", f"c,{words}\n"):
        [row], faults = read(tmp_path, text)
        assert (row.state, faults) == (state, [])


def test_a_text_in_quotes_keeps_its_line_breaks_and_the_next_row_its_line(tmp_path: Path) -> None:
    rows, _ = read(tmp_path, 'item,state,note\nc,limited,"two teams,\r\nand a third"\nd,complete,\n')
    assert [(row.line, row.note) for row in rows] == [(2, "two teams,\nand a third"), (4, "")]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("item;state;note\nc;limited;a, b\n", 1, "separated by semicolons; save the table with commas"),
        ("c;limited;a, b\n", 1, "separated by semicolons"),
        ("item\tstate\nc\tlimited\n", 1, "separated by tabs"),
        ("item,note\nc,x\n", 1, "the column state is missing"),
        ("item,state,remark\nc,limited,x\n", 1, "there is no such column"),
        ("item,state,State\nc,limited,x\n", 1, "is there twice"),
        ("", None, "the file is empty"),
        (b"item,state\nc\xe9,limited\n", 2, "save the table as CSV UTF-8"),
    ],
)
def test_what_is_no_such_table_is_told(tmp_path: Path, text: str | bytes, line: int | None, said: str) -> None:
    with pytest.raises(FileFault) as told:
        read(tmp_path, text)
    assert told.value.faults[0].line == line and said in told.value.faults[0].message


def test_every_bad_row_is_named(tmp_path: Path) -> None:
    rows, faults = read(tmp_path, 'item,state,note\nc,done\n,limited\nd,limited,a,b\ne,\nf,limited\ng,complete,"open\n')
    assert [(fault.line, fault.field) for fault in faults] == [
        (2, "state"),
        (3, "item"),
        (4, ""),
        (5, "state"),
        (7, ""),
    ]
    assert "write one of not-started, limited" in faults[0].message and "holds a comma in quotes" in faults[2].message
    assert [row.item for row in rows] == ["c", "e", "f"], "what these name is looked for, too"
    rows, [fault] = read(tmp_path, "item,state,note\n")
    assert (rows, fault.message) == ([], "the file has no rows; write rows of item,state,note")

"""The history file: what it takes, what it tells of each bad row, and a launch from it."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.files.yaml_file import FileFault
from cli import launching
from cli.files.history_file import COLUMNS, load_history
from models.governance.launch import Launch
from models.items.past_sessions import AdoptedSession
from models.plan.windows import resolve_windows
from tests.support.builders import DAY, launch_of, obligation
from tests.support.takeovers import AS_OF, GOOD, HEADER, YEARS, plan
from tests.support.worlds import Life


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str | bytes], tuple[AdoptedSession, ...]]:
    def read(text: str | bytes) -> tuple[AdoptedSession, ...]:
        path = tmp_path / "history.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        taken = plan(
            obligation("fixed", kind="meeting_series", cadence="annual", window=YEARS, host_rule="fixed", host="LAO"),
            obligation("undated", kind="exchange", cadence="unspecified", window=None),
            obligation("mou", kind="instrument", cadence="unspecified", window=None),
        )
        return load_history(path, taken, resolve_windows(taken, AS_OF), AS_OF)

    return read


def test_a_good_history(read: Any) -> None:
    found = {(each.obligation, each.session): each for each in read(GOOD)}
    assert {key: each.state.value for key, each in found.items()} == {
        ("s", "2023"): "held",
        ("s", "2024"): "missed",
        ("s", "2025"): "excused",
        ("v", ""): "held",
        ("Mixed-Case", ""): "unknown",
        ("adhoc", "2024-1"): "held",
    }
    first = found["s", "2023"]
    assert first.date is not None and (first.date.local, first.date.place) == ("2023-11-04T00:00:00", "Pakse")
    assert first.date.start == datetime(2023, 11, 3, 17, tzinfo=UTC), "a day in the plan's zone"
    assert (first.host, first.note) == ("LAO", "first of its kind")
    assert first.words == "it was held on 2023-11-04 in Pakse, hosted by LAO (first of its kind)"


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n", "\r"),
        GOOD.replace("\n", "\n\n , ,,,,,\n\n"),
        "\n\n" + GOOD + "\n\n",
        GOOD.rstrip("\n"),
        GOOD.replace(",", " , "),
        GOOD.replace("held", "Held").replace("missed", "MISSED").replace("LAO", "lao").replace("KHM", "Khm"),
        GOOD.replace("obligation,session,state", "Obligation, SESSION ,State"),
        GOOD.replace("\n", ",,\n").replace("note,,", "note"),
        GOOD.replace("\ns,", "\nt/s,"),
        GOOD.replace("Pakse", '"Pakse"').replace("floods", '"floods"'),
    ],
)
def test_a_messy_file_reads_the_same(read: Any, text: str | bytes) -> None:
    assert read(text) == read(GOOD)


def test_columns_in_another_order_and_columns_left_out(read: Any) -> None:
    found = read("state,host,obligation,session\nheld,LAO,s,2023\nmissed,,s,2024\nheld,,v\n")
    assert [(each.obligation, each.session, each.state.value, each.host) for each in found] == [
        ("s", "2023", "held", "LAO"),
        ("s", "2024", "missed", None),
        ("v", "", "held", None),
    ]


@pytest.mark.parametrize(
    ("row", "field", "said"),
    [
        ("sx,2023,held,,,,", "obligation", "did you mean s?"),
        ("zzzzz,2023,held,,,,", "obligation", "`register` lists them"),
        (",2023,held,,,,", "obligation", "name the obligation"),
        ("MIXED-CASE,,held,,,,", "obligation", "there is no obligation"),
        ("also,,held,,,,", "obligation", "is followed by the item of v"),
        ("s,2023,done,,,,", "state", "write one of held, missed, excused, unknown"),
        ("s,2023,,,,,", "state", "nothing is written here"),
        ("s,,held,,,,", "session", "say which"),
        ("s,2022,held,,,,", "session", "there are: 2023, 2024, 2025, 2026, 2027"),
        ("s,2027,held,,,,", "session", "leave the row out: it is not past"),
        ("s,2026,missed,,,,", "state", "the program follows the session"),
        ("s,2026,unknown,,,,", "state", "the program follows the session"),
        ("two,,missed,,,,", "state", "is open until 2026-12-31"),
        ("v,2024,held,,,,", "session", "leave this empty"),
        ("s,2023,held,04.11.2023,,,", "date", "write it as 2024-05-03"),
        ("s,2023,held,2023-02-30,,,", "date", "is no date"),
        ("s,2023,held,20231104,,,", "date", "write it as"),
        ("s,2023,held,2023-W44-6,,,", "date", "write it as"),
        ("s,2026,held,2026-06-02,,,", "date", "correct the date, or leave the row out"),
        ("s,2023,missed,2023-11-04,,,", "date", "has no date"),
        ("s,2023,held,,Pakse,,", "place", "write the day"),
        ("s,2023,held,,,VNM,", "host", "write one of LAO, KHM, or nothing"),
        ("fixed,2023,held,,,KHM,", "host", "the text names LAO as the host"),
        ("c,,held,,,,", "state", "leave the row out"),
        ("c,,missed,,,,", "state", "only windows, sessions and one-off items have a past"),
        ("undated,,held,,,,", "state", "status rounds ask about the others"),
        ("adhoc,../2024,held,,,,", "session", "cannot name a session"),
        ("adhoc,first one,held,,,,", "session", "cannot name a session"),
        ("adhoc," + "9" * 80 + ",held,,,,", "session", "cannot name a session"),
        ("s,2023,held,2023-11-04,,," + "x" * 4001, "note", "it has 4,001 characters"),
        ("s,2023,held,2023-11-04,P\x00kse,,", "place", "the character U+0000"),
        ("s,2023,held,,,,a,b", "", "put a text that holds a comma in quotes"),
        ('s,2023,held,,,,"open', "", "close every quote"),
        ('s,2023,held,,,,"x" y', "", "close every quote"),
    ],
)
def test_every_bad_row_is_named_by_its_line_with_what_to_do(read: Any, row: str, field: str, said: str) -> None:
    text = HEADER + "v,,held,,,,\n\n" + row + "\n"
    with pytest.raises(FileFault) as told:
        read(text)
    [fault] = told.value.faults
    assert (fault.line, fault.field) == (4, field) and said in fault.message, fault
    assert fault.file.endswith("history.csv") and f":4: {field}" in str(fault)


def test_all_bad_rows_are_told_at_once(read: Any) -> None:
    with pytest.raises(FileFault) as told:
        read(HEADER + "s,2023,done,03.04.2023,,VNM,\nx,,held,,,,\ns,2024,held,,,,\ns,2024,missed,,,,\n")
    lines = [(fault.line, fault.field) for fault in told.value.faults]
    assert lines == [(2, "state"), (2, "host"), (3, "obligation"), (5, "session")]
    assert "line 4 has this session already" in told.value.faults[-1].message


def test_a_row_of_other_length_hides_no_other_fault(read: Any) -> None:
    rows = ("s,2023,held,,,,a,b", "s,2024", "x,,held,,,,", 's,2025,held,,,,"open', "s,2022,held,,,,")
    with pytest.raises(FileFault) as told:
        read(HEADER + "\n".join(rows) + "\n")
    lines = [(fault.line, fault.field) for fault in told.value.faults]
    assert lines == [(2, ""), (3, "state"), (4, "obligation"), (5, "")]
    assert "could not be read" in told.value.faults[-1].message


def test_what_was_done_once_has_a_past_also_where_nothing_dates_it(read: Any) -> None:
    found = read(HEADER + "mou,,held,2024-05-03,,,\nfixed,2023,held,,,LAO,\nfixed,2024,held,,,,\nc,,unknown,,,,\n")
    assert [(each.obligation, each.state.value) for each in found] == [
        ("mou", "held"),
        ("fixed", "held"),
        ("fixed", "held"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", None, "the file is empty; its first line is obligation,session,state"),
        ("\n \n", None, "the file is empty"),
        ("obligation,session\ns,2023\n", 1, "the column state is missing"),
        ("\nobligation,state,status\ns,held,x\n", 2, "there is no such column"),
        ("obligation,state,state\ns,held,held\n", 1, "is there twice"),
        ("s,2023,held\n", 1, "there is no such column"),
        (HEADER.encode() + b"s,2023,held,,,,caf\xe9\n", 2, "save the table as CSV UTF-8"),
        (GOOD.encode("utf-16"), 1, "save the table as CSV UTF-8"),
        (b"x" * 5_000_001, None, "is it the right file?"),
    ],
)
def test_what_is_no_table_of_ours_is_told(read: Any, text: str | bytes, line: int | None, said: str) -> None:
    with pytest.raises(FileFault) as told:
        read(text)
    assert said in told.value.faults[0].message and told.value.faults[0].line == line


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileFault, match="cannot be read"):
        load_history(tmp_path / "none.csv", plan(), {}, AS_OF)


def test_with_a_bad_row_nothing_is_launched(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.write_text(HEADER + "s,2023,done,,,,\n")
    with pytest.raises(FileFault):
        launching.launch_of(plan(), date(2026, 6, 1), path, AS_OF)


cells = st.one_of(
    st.sampled_from(
        ["s", "e", "v", "adhoc", "two", "c", "also", "", "held", "missed", "unknown", "2023", "2024", "2026"]
    ),
    st.text(max_size=8),
    st.sampled_from(["LAO", "khm", "2024-05-03", "..", 'a"b', "a,b", "a\nb", "\x00", "\ufeff"]),
)


@given(st.lists(st.lists(cells, min_size=1, max_size=8), max_size=5), st.booleans())
def test_whatever_is_in_the_file_it_is_taken_or_told(
    tmp_path_factory: Any, rows: list[list[str]], quoted: bool
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
    writer.writerow(COLUMNS)
    text = out.getvalue()
    if quoted:
        writer.writerows(rows)
        text = out.getvalue()
    else:
        text += "".join(",".join(row) + "\n" for row in rows)
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    windows = resolve_windows(plan(), AS_OF)
    try:
        found = load_history(path, plan(), windows, AS_OF)
    except FileFault as told:
        assert all(fault.message and (fault.line is None or fault.line >= 1) for fault in told.faults)
        return
    keys = [(each.obligation, each.session) for each in found]
    assert len(keys) == len(set(keys))
    for each in found:
        assert plan().obligation(each.obligation) is not None
        assert each.date is None or each.date.start <= AS_OF
    life = Life(launch=launch_of(plan(), AS_OF, history=found))
    assert life.status("t") == "in-force"


def test_a_launch_repeated_comes_to_the_same(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.write_text(GOOD)
    launches = [launching.launch_of(plan(), date(2026, 6, 1), path, AS_OF) for _ in range(2)]
    assert launches[0] == launches[1] == Launch.model_validate_json(launches[0].model_dump_json())
    lives = [Life(launch=each).pass_on(30 * DAY) for each in launches]
    assert lives[0].world.items == lives[1].world.items
    assert lives[0].world.notices == lives[1].world.notices and lives[0].world.letters == lives[1].world.letters


def test_quotes_may_hold_commas_quotes_and_newlines_and_lines_are_still_counted(read: Any) -> None:
    text = HEADER + 's,2023,held,,,LAO,"said ""twice"",\nover\nthree lines"\ns,2024,hold,,,,\n'
    with pytest.raises(FileFault) as told:
        read(text)
    [fault] = told.value.faults
    assert (fault.line, fault.field) == (5, "state"), "the row begins on the fifth line of the file"
    [found] = read(text.replace("hold", "unknown"))[:1]
    assert found.note == 'said "twice",\nover\nthree lines'

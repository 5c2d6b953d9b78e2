"""YAML files: what is wrong is told by file, line, field and what to do."""

from itertools import pairwise
from pathlib import Path

import pytest

from adapters.files.yaml_file import MAX_BYTES, SHOWN
from cli.files.plan_file import load_plan
from tests.support.plan_files import DEMO, FIELD, both_loaders, change, check_told, line_of, refusal

# What stands in the file, what it is changed to, where the fault is told, what the message says.
BAD = [
    ("cadence: annual", "cadence: anual", f"{FIELD}.cadence", "there is no 'anual'; write one of annual, biennial,"),
    ("cadence: annual", "cadance: annual", f"{FIELD}.cadance", "did you mean cadence?"),
    ("cadence: annual", "cadence:", f"{FIELD}.cadence", "nothing is written here; write one of annual,"),
    ("pillar: D", "pillars: D", "provisions[0].pillars", "did you mean pillar?"),
    ("evidence: m", "frobnicate: m", f"{FIELD}.frobnicate", "there are: also, basis, cadence,"),
    ("period: PT5S", "period: 5", "despatch.period", "write it as ISO 8601, like P30D"),
    ("period: PT5S", "period: 5 seconds", "despatch.period", "write it as ISO 8601, like P30D"),
    ("period: PT5S", "period: P1M", "despatch.period", "write it as ISO 8601, like P30D"),
    ("period: PT5S", "period: [PT5S]", "despatch.period", "this is a list; write a duration as ISO 8601"),
    ("period: PT5S", "period: PT0S", "despatch.period", "PT0S is out of range; write more than 0"),
    ("period: PT5S", "period: PT5S\n  ceiling: 0", "despatch.ceiling", "0 is out of range; write at least 1"),
    ("count: 2", "count: 0", f"{FIELD}.window.count", "0 is out of range; write at least 1"),
    ("count: 2", "count: two", f"{FIELD}.window.count", "write a whole number"),
    ("by: offset", "by: ofset", f"{FIELD}.window.by", "there is no 'ofset'; write one of year, offset"),
    ("by: offset, ", "", f"{FIELD}.window.by", "missing; write one of year, offset"),
    ("length: PT26S, ", "", f"{FIELD}.window.length", "missing; add it"),
    ('ref: "1.1"', "ref: 1.1", "provisions[0].ref", "YAML reads this as the number 1.1; put it in quotes"),
    ('ref: "1.1"', "ref: one", "provisions[0].ref", "write ARTICLE.BULLET in quotes, like '16.3'"),
    ("id: demo-review", "id: joint review", f"{FIELD}.id", "use letters, digits, dots and hyphens only"),
    ("adjective: Lao", "adjective: no", "sides.LAO.adjective", "YAML reads this as false; put the word in quotes"),
    ("adjective: Lao", "adjective: 2023-02-13", "sides.LAO.adjective", "YAML reads this as a date; put it in quotes"),
    ("plan: demo", "plan: demo\nsigned: 2023-02-30", "signed", "no date or number that exists"),
    ("plan: demo", "plan: demo\nsigned: soon", "signed", "write a date like 2023-02-13"),
    ("plan: demo", "plan: demo\nvalid_for_years: 99", "valid_for_years", "99 is out of range; write at most 50"),
    ("rank: 4", "rank: 5", "ladders.to-minister.rungs[3].rank", "there is no 5; write one of 1, 2, 3, 4"),
    ("4: Minister", "5: Minister", "offices.lao-demo.titles.5", "there is no 5; write one of 1, 2, 3, 4"),
    ("sides: [LAO, KHM]", "sides: LAO", f"{FIELD}.sides", "this is 'LAO'; write a list here"),
    ("sides: [LAO, KHM]", "sides: []", f"{FIELD}.sides", "the list is empty; write at least one entry"),
    ("despatch:", "despatch: weekly\nplan2:", "despatch", "this is 'weekly'; write a mapping here"),
    ("plan: demo", "plan: demo\n1: x", "1", "a field's name is a word"),
    # the YAML itself
    ("host: LAO", "host: LAO\n        host: KHM", f"{FIELD}.host", "written twice, first on line"),
    ("4: Minister", "04: M, 4: Minister", "offices.lao-demo.titles.4", "written twice"),
    ("short: Demo", "short: !secret Demo", "short", "the tag !secret means nothing here; remove it"),
    ("short: Demo", "short: !!python/name:os.system Demo", "short", "the tag !!python/name:os.system means nothing"),
    ("sides: [LAO, KHM]", "sides: !!set {LAO, KHM}", f"{FIELD}.sides", "the tag !!set means nothing here"),
    ("short: Demonstration Plan", "short: =", "short", "'=' has a special meaning in YAML; put it in quotes"),
    ("short: Demo", "short: Demo: ", "", "quote a text that holds a colon"),
    ("short: Demo", "short: *nobody # Demo", "", "undefined alias"),
    ("short: Demo", "? [a]\n: b\nshort: Demo", "", "a list or mapping cannot be a key"),
    ("provisions:", "---\nprovisions:", "", "keep one document in a file"),
    ("  period: PT5S", "\tperiod: PT5S", "", "a tab; indent with spaces"),
]


@both_loaders
@pytest.mark.parametrize(("old", "new", "field", "message"), BAD, ids=[f"{new!r:.30}" for _, new, _, _ in BAD])
def test_a_bad_plan_is_told_by_line_field_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loader: str, old: str, new: str, field: str, message: str
) -> None:
    check_told(tmp_path, monkeypatch, loader, old, new, field, message)


def test_only_the_fault_itself_is_told(tmp_path: Path) -> None:
    """Pydantic counts a list of one faulty entry as too short; that is no second fault."""
    path = change(tmp_path, "cadence: annual", "cadence: anual")
    assert str(refusal(path)) == (
        f"{path}:{line_of(path, 'anual')}: provisions[0].obligations[0].cadence: there is no 'anual'; "
        "write one of annual, biennial, regular, once, continuous, on_trigger, unspecified"
    )


def test_a_missing_field_is_told_at_the_part_that_misses_it(tmp_path: Path) -> None:
    path = change(tmp_path, "        cadence: annual\n", "")
    (fault,) = refusal(path).faults
    assert (fault.line, fault.field) == (line_of(path, "id: demo-review"), "provisions[0].obligations[0].cadence")


def laughs() -> bytes:
    lines = ["a: &a [" + "x, " * 9 + "x]"]
    lines += [f"{name}: &{name} [" + f"*{below}, " * 9 + f"*{below}]" for below, name in pairwise("abcdefghi")]
    return "\n".join(lines).encode()


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"", 1, "the file is empty"),
        (b"# nothing yet\n", 1, "the file is empty"),
        (b"- a\n- b\n", 1, "the file must be a mapping"),
        (b"hello", 1, "the file must be a mapping"),
        (b"plan: x\ntitle: \xe9t\xe9\n", 2, "this is not UTF-8 text; save the file as UTF-8"),
        ("plan: x".encode("utf-16"), 1, "this is not UTF-8 text; save the file as UTF-8"),
        (b"plan: x\ntitle: \x00\n", 2, "the control character '\\x00'; remove it"),
        (b"plan: " + b"[" * 100_000, 1, "nested more than 40 deep"),
        (b"#" + b"x" * MAX_BYTES, None, "larger than 2 MB"),
        (laughs(), 6, "aliases of aliases"),
        (b"plan: x\nsides: &s\n  LAO: *s\n", 2, "an alias to a part that contains it"),
    ],
    ids=["empty", "comment", "list", "word", "latin-1", "utf-16", "nul", "deep", "large", "laughs", "cycle"],
)
def test_a_file_that_is_no_plain_yaml(tmp_path: Path, content: bytes, line: int | None, message: str) -> None:
    path = tmp_path / "plan.yaml"
    path.write_bytes(content)
    (fault,) = refusal(path).faults
    assert (fault.line, fault.field == "" or line != 1) == (line, True)
    assert message in fault.message


def test_no_file_at_all(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere.yaml"
    assert str(refusal(missing)).startswith(f"{missing}: no such file; check the path")
    assert str(refusal(tmp_path)) == f"{tmp_path}: cannot be read: this is a folder; name the file in it"


def test_at_most_twenty_faults_are_printed(tmp_path: Path) -> None:
    fault = refusal(change(tmp_path, "plan: demo", "plan: demo\n" + "".join(f"x{n}: 1\n" for n in range(SHOWN + 7))))
    lines = str(fault).splitlines()
    assert len(fault.faults) == SHOWN + 7
    assert len(lines) == SHOWN + 1
    assert lines[-1] == "and 7 more"


def test_aliases_and_merged_keys_are_fine(tmp_path: Path) -> None:
    own = "    side: KHM\n    name: Demonstration Ministry\n    titles: *ministry\n"
    merged = "    <<: {side: LAO, name: Demonstration Ministry, titles: *ministry}\n    side: KHM\n"
    path = change(tmp_path, own, merged)
    assert load_plan(path) == load_plan(DEMO)
    path = change(tmp_path, own, merged.replace("KHM", "THA"))
    told = {fault.field: fault.line for fault in refusal(path).faults}
    assert told["offices.khm-demo.side"] == line_of(path, "side: THA")


@pytest.mark.parametrize(
    ("line", "field", "message"),
    [
        (f"title: {'x' * 4001}", "title", "it has 4,001 characters; up to 4,000 are allowed; shorten or correct it"),
        ('title: "a\\0b"', "title", "the character U+0000, which no mail or calendar can carry"),
        ('title: ["a\\eb"]', "title[0]", "the character U+001B"),
    ],
    ids=["long", "nul", "escape"],
)
def test_a_text_that_no_letter_can_carry_is_refused(tmp_path: Path, line: str, field: str, message: str) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(f"plan: x\n{line}\n")
    [fault] = refusal(path).faults
    assert (fault.line, fault.field) == (2, field) and message in fault.message

"""Plan files and contacts files: the shipped ones load, and a bad one is told by file, line, field and what to do."""

import io
import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.console import Console

import activities.yaml_file
from activities.yaml_file import MAX_BYTES, SHOWN, FileFault, load_yaml
from cli.plan_file import differences, digest, load_plan, missing_contacts, office_ids
from cli.register import register_document, register_table
from models.contacts import Contacts
from models.plan import Cadence, Kind, Obligation, OfficeEntry, Plan, Provision, Rank, Readings, SideEntry, Strength

PLANS = Path(__file__).resolve().parent.parent / "plans"
ACTION_PLAN = PLANS / "lao-cambodia-2023-2027.yaml"
DEMO = PLANS / "a-year-in-a-minute.yaml"
SHIPPED = [ACTION_PLAN, DEMO]


def change(tmp_path: Path, old: str, new: str, source: Path = DEMO) -> Path:
    """A copy of a plan file with one place changed."""
    text = source.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "plan.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def line_of(path: Path, text: str) -> int:
    """The line, from 1, on which a text first stands."""
    return path.read_text(encoding="utf-8").partition(text)[0].count("\n") + 1


def refusal(path: Path) -> FileFault:
    with pytest.raises(FileFault) as caught:
        load_plan(path)
    return caught.value


# The shipped files


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_plan_loads_and_every_office_has_an_address(path: Path) -> None:
    plan = load_plan(path)
    contacts = load_yaml(path.with_suffix(".contacts.yaml"), Contacts)
    assert missing_contacts(plan, contacts) == []
    assert set(contacts.offices) == set(office_ids(plan))
    addresses = [contact.address for contact in contacts.offices.values()]
    assert len(set(addresses)) == len(addresses)
    assert all(address.endswith(".example") for address in (*addresses, contacts.organizer.address))


def test_the_action_plan_holds_the_famous_obligations() -> None:
    plan = load_plan(ACTION_PLAN)
    by_id = {obligation.id: (provision.ref, obligation) for provision, obligation in plan.obligations()}
    stated = {
        name: (ref, each.cadence.value, each.years, each.host_rule.value, each.host)
        for name, (ref, each) in by_id.items()
    }
    assert stated == {
        "5.7-border-security": ("5.7", "unspecified", (), "rotating", None),
        "6.2-drugs-provincial": ("6.2", "annual", (), "rotating", None),
        "6.2-drugs-district": ("6.2", "annual", (), "rotating", None),
        "8.4-prosecutor-visit": ("8.4", "once", (2023,), "fixed", "KHM"),
        "8.4-trilateral-seminar": ("8.4", "once", (2024,), "unstated", None),
        "8.4-extradition-conference": ("8.4", "once", (), "unstated", None),
        "8.7-judicial-conference": ("8.7", "biennial", (), "rotating", None),
        "8.9-mou-review": ("8.9", "once", (2024,), "unstated", None),
        "8.9-border-prosecutors": ("8.9", "once", (), "fixed", "KHM"),
        "16.3-jtc": ("16.3", "annual", (2023,), "unstated", None),
        "17.1-central-banks": ("17.1", "annual", (), "unstated", None),
        "17.7-lsco-serc-mou": ("17.7", "once", (2023,), "unstated", None),
    }
    assert by_id["8.7-judicial-conference"][1].all_sides == ("LAO", "KHM", "VNM")


def test_the_action_plan_presumes_no_first_host_and_states_no_window() -> None:
    for _, obligation in load_plan(ACTION_PLAN).obligations():
        assert obligation.window is None
        if obligation.kind is Kind.MEETING_SERIES:
            assert obligation.readings.first_host is not None
            assert obligation.working_first_host is None


def test_annual_and_biennial_series_climb_to_the_top_and_the_undated_stay_in_the_letter() -> None:
    plan = load_plan(ACTION_PLAN)
    for _, obligation in plan.obligations():
        top = plan.ladder_of(obligation).rungs[-1].rank
        if obligation.cadence in (Cadence.ANNUAL, Cadence.BIENNIAL):
            assert top is Rank.MINISTER
        if obligation.working_windows is None:
            assert top is Rank.COORDINATOR
        if obligation.ladder:
            assert "ladder" in obligation.assumed


def test_every_stated_cadence_year_and_host_has_its_words() -> None:
    for _, obligation in load_plan(ACTION_PLAN).obligations():
        stated = {"cadence"} if obligation.cadence is not Cadence.UNSPECIFIED else set()
        optional = ("years", "host", "offices", "format", "level", "third_states", "first_title", "report_to_higher")
        stated |= {field for field in optional if getattr(obligation, field)}
        assert stated <= set(obligation.basis), obligation.id


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_plan_survives_json(path: Path) -> None:
    plan = load_plan(path)
    again = Plan.model_validate_json(plan.model_dump_json())
    assert again == plan
    assert digest(again) == digest(plan)
    assert all(isinstance(rank, Rank) for office in again.offices.values() for rank in office.titles)


def test_the_examples_of_the_docs_load_and_every_field_is_explained(tmp_path: Path) -> None:
    text = (PLANS.parent / "docs" / "plan-files.md").read_text(encoding="utf-8")
    _, plan_example, contacts_example = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "plan.yaml").write_text(plan_example, encoding="utf-8")
    (tmp_path / "contacts.yaml").write_text(contacts_example, encoding="utf-8")
    plan = load_plan(tmp_path / "plan.yaml")
    assert missing_contacts(plan, load_yaml(tmp_path / "contacts.yaml", Contacts)) == []
    for model in (Plan, SideEntry, OfficeEntry, Provision, Obligation, Readings):
        assert [name for name in model.model_fields if f"`{name}`" not in text] == []


# Bad files. Each: what stands in the file, what it is changed to, where the fault is told, what the message says.

FIELD = "provisions[0].obligations[0]"
BAD = [
    ("cadence: annual", "cadence: anual", f"{FIELD}.cadence", "there is no 'anual'; write one of annual, biennial,"),
    ("cadence: annual", "cadance: annual", f"{FIELD}.cadance", "did you mean cadence?"),
    ("cadence: annual", "cadence:", f"{FIELD}.cadence", "nothing is written here; write one of annual,"),
    ("pillar: D", "pillars: D", "provisions[0].pillars", "did you mean pillar?"),
    ("evidence: m", "frobnicate: m", f"{FIELD}.frobnicate", "there are: basis, cadence,"),
    ("period: PT5S", "period: 5", "despatch.period", "write it as ISO 8601, like P30D"),
    ("period: PT5S", "period: 5 seconds", "despatch.period", "write it as ISO 8601, like P30D"),
    ("period: PT5S", "period: P1M", "despatch.period", "write it as ISO 8601, like P30D"),
    ("period: PT5S", "period: [PT5S]", "despatch.period", "this is a list; write a duration as ISO 8601"),
    ("period: PT5S", "period: PT0S", "despatch.period", "PT0S is out of range; write more than 0"),
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
    # what no single field can know
    ("sides: [LAO, KHM]", "sides: [LAO, KMH]", f"{FIELD}.sides[1]", "no side 'KMH' is defined; there are: KHM, LAO"),
    ("undated_ladder: l", "undated_ladder: x", "undated_ladder", "no ladder 'xetter-only' is defined"),
    ("  may: letter-only\n", "", "ladder_by_strength", "say which ladder 'may' follows"),
    ("after: PT10S", "after: PT8S", "ladders.to-minister.rungs[2].after", "never closer than one despatch period"),
    ("rank: 2", "rank: 1", "ladders.to-minister.rungs[1].rank", "names a higher rank than the one below"),
    ("after: PT0S", "after: PT1S", "ladders.to-minister.rungs[0]", "the first rung is the coordinator's"),
    ("host: LAO", "host: THA", f"{FIELD}.host", "the host is one of the sides that take part: LAO, KHM"),
    ("LAO: lao-demo", "LAO: khm-demo", f"{FIELD}.offices.LAO", "khm-demo is an office of KHM, not of LAO"),
    ("{LAO: lao-demo, ", "{", f"{FIELD}.offices", "no office of LAO; state it"),
    ("  lao-demo:", "  khm-demo-dg:", "offices.khm-demo-dg", "khm-demo-dg is rank 2 of khm-demo"),
    ("id: demo-review", "id: office", f"{FIELD}.id", "is taken; give each obligation an id of its own"),
    ("short: Joint", "basis: {hots: x}\n        short: Joint", f"{FIELD}.basis.hots", "no field of an obligation"),
    ("title: Meet", "operative: false\n    title: Meet", "provisions[0].operative", "a recital holds no obligations"),
    # zones
    ("\nzone: Asia/Vientiane", "\nzone: Asia/Vientianne", "zone", "did you mean Asia/Vientiane?"),
    ("zone: Asia/Phnom_Penh", "zone: ../../etc", "sides.KHM.zone", "there is no time zone '../../etc'"),
    (
        "titles: *ministry",
        "titles: *ministry\n    zone: localtime",
        "offices.khm-demo.zone",
        "no time zone 'localtime'",
    ),
]


@pytest.mark.parametrize("loader", ["libyaml", "python"])
@pytest.mark.parametrize(("old", "new", "field", "message"), BAD, ids=[f"{new!r:.30}" for _, new, _, _ in BAD])
def test_a_bad_plan_is_told_by_line_field_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loader: str, old: str, new: str, field: str, message: str
) -> None:
    if loader == "python":
        monkeypatch.setattr(activities.yaml_file, "Loader", yaml.SafeLoader)
    path = change(tmp_path, old, new)
    told = [fault for fault in refusal(path).faults if message in fault.message]
    assert [fault.field for fault in told[:1]] == [field], str(refusal(path))
    first = line_of(DEMO, old)
    told_at_its_parent = field == "ladder_by_strength"
    assert told_at_its_parent or first <= (told[0].line or 0) <= first + new.count("\n")
    assert str(told[0]) == f"{path}:{told[0].line}: " + (f"{field}: " if field else "") + told[0].message


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


def test_a_provision_stands_once(tmp_path: Path) -> None:
    path = change(tmp_path, 'ref: "6.2"', 'ref: "5.7"', ACTION_PLAN)
    (fault,) = refusal(path).faults
    assert (fault.field, fault.message) == (
        "provisions[1].ref",
        "5.7 is there already; put its obligations together there",
    )


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
    assert str(refusal(tmp_path)) == f"{tmp_path}: this is a folder; name the file in it"


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
    ("old", "new", "field", "message"),
    [
        ("dg@demo.lao.example", "the director", "offices.lao-demo-dg.address", "write it as name@host.example"),
        ("{address: dg@demo.lao.example}", "dg@x.example", "offices.lao-demo-dg", "write a mapping here"),
        ("dg@demo.lao.example", "dg@x.example, language: EN", "offices.lao-demo-dg.language", "like en"),
        ("dg@demo.lao.example", "dg@x.example, secnd: a@b.example", "offices.lao-demo-dg.secnd", "mean second?"),
        ("  lao-demo-dg:", "  lao-demo:", "offices.lao-demo", "written twice"),
        ("organizer:", "organiser:", "organiser", "did you mean organizer?"),
    ],
)
def test_a_bad_contacts_file(tmp_path: Path, old: str, new: str, field: str, message: str) -> None:
    path = change(tmp_path, old, new, DEMO.with_suffix(".contacts.yaml"))
    with pytest.raises(FileFault) as caught:
        load_yaml(path, Contacts)
    (told,) = [fault for fault in caught.value.faults if message in fault.message]
    assert (told.field, told.line) == (field, line_of(DEMO.with_suffix(".contacts.yaml"), old))


def test_missing_contacts_are_named(tmp_path: Path) -> None:
    old = "  khm-demo-minister: {address: minister@demo.khm.example}\n"
    contacts = load_yaml(change(tmp_path, old, "", DEMO.with_suffix(".contacts.yaml")), Contacts)
    assert missing_contacts(load_plan(DEMO), contacts) == ["khm-demo-minister"]


# What differs from the plan in force

CHANGES = [
    ("cadence: annual", "cadence: biennial", ["demo-review: cadence: annual -> biennial"]),
    ("host: LAO", "host: KHM", ["demo-review: host: LAO -> KHM"]),
    ("        host: LAO\n", "", ["demo-review: host: LAO -> (nothing)"]),
    ("every: PT30S", "every: PT40S", ["demo-review: window.every: PT30S -> PT40S"]),
    ("id: demo-review", "id: review", ["demo-review: removed", "review: added"]),
    ('ref: "1.1"', 'ref: "1.2"', ["provision 1.1: removed", "provision 1.2: added", "demo-review: provision: 1.1"]),
    ("period: PT5S", "period: PT4S", ["plan: despatch.period: PT5S -> PT4S"]),
    ("short: Demonstration Plan", "short: Demo", ["plan: short: Demonstration Plan -> Demo"]),
    ("title: from", "title: up from", ["ladder to-minister: title: from the"]),
    ("adjective: Lao", "adjective: Laotian", ["side LAO: adjective: Lao -> Laotian"]),
    ("offices:\n", "offices:\n  lao-x: {side: LAO, name: X, titles: {1: C}}\n", ["office lao-x: added"]),
    ("sides:\n", "readings: {year: {why: x}}\nsides:\n", ["reading year: added"]),
    ("4: Minister", "4: Secretary", ["office lao-demo: titles.4: Minister -> Secretary", "office khm-demo: titles.4:"]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), CHANGES, ids=[new[:20] for _, new, _ in CHANGES])
def test_differences_in_words(tmp_path: Path, old: str, new: str, expected: list[str]) -> None:
    in_force, ours = load_plan(DEMO), load_plan(change(tmp_path, old, new))
    told = differences(ours, in_force)
    assert len(told) == len(expected)
    assert all(line.startswith(start) for line, start in zip(told, expected, strict=True)), told
    assert digest(ours) != digest(in_force)
    assert differences(in_force, ours)


def test_layout_is_no_difference(tmp_path: Path) -> None:
    path = change(tmp_path, "period: PT5S", "period: PT0M5S # five seconds")
    path = change(tmp_path, "{LAO: lao-demo, KHM: khm-demo}", "{KHM: khm-demo, LAO: lao-demo}", path)
    ours, in_force = load_plan(path), Plan.model_validate_json(load_plan(DEMO).model_dump_json())
    assert (differences(ours, in_force), digest(ours)) == ([], digest(in_force))


def test_another_order_is_told() -> None:
    plan = load_plan(ACTION_PLAN)
    turned = plan.model_copy(update={"provisions": plan.provisions[::-1]})
    assert differences(turned, plan) == ["provisions: the same, in another order"]


def test_a_field_added_to_the_schema_changes_no_digest() -> None:
    class Later(Plan):
        remark: str = ""

    plan = load_plan(DEMO)
    assert digest(Later.model_validate(plan.model_dump())) == digest(plan)


# The register


def refs_and_ids(document: dict[str, Any]) -> list[tuple[str, list[str]]]:
    return [(each["ref"], [entry["id"] for entry in each["obligations"]]) for each in document["provisions"]]


def test_the_register_document_holds_the_contract() -> None:
    document = json.loads(json.dumps(register_document(load_plan(ACTION_PLAN))))
    assert document["plan"] == "lao-khm"
    provision = next(each for each in document["provisions"] if each["ref"] == "8.7")
    assert set(provision) == {"ref", "pillar", "article", "title", "operative", "obligations"}
    (conference,) = provision["obligations"]
    assert set(conference) >= {
        *("id", "title", "kind", "strength", "cadence", "years", "window", "host_rule", "host", "format", "level"),
        *("sides", "offices", "third_states", "quantity", "condition", "evidence", "basis", "readings", "assumed"),
    }
    assert (conference["window"], conference["host"], conference["offices"]) == (None, None, {})
    assert conference["assumed"] == list(conference["readings"])
    assert conference["readings"]["first_host"]["chosen"] is None
    assert conference["readings"]["windows"]["chosen"] == {"by": "year", "first": 2023, "last": 2027, "every": 2}
    assert all(set(reading) == {"chosen", "others", "why"} for reading in conference["readings"].values())


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"ref": "16.3"}, [("16.3", ["16.3-jtc"])]),
        ({"kind": "instrument"}, [("17.7", ["17.7-lsco-serc-mou"])]),
        ({"office": "khm-moi"}, [("6.2", ["6.2-drugs-provincial", "6.2-drugs-district"])]),
        ({"office": "lao-moic-minister"}, [("16.3", ["16.3-jtc"])]),
        ({"office": "vnm-prosecutor", "kind": "seminar"}, [("8.4", ["8.4-trilateral-seminar"])]),
        ({"ref": "5.7", "kind": "visit"}, []),
        ({"ref": "99.9"}, []),
    ],
)
def test_the_register_is_filtered(asked: dict[str, str], expected: list[tuple[str, list[str]]]) -> None:
    assert refs_and_ids(register_document(load_plan(ACTION_PLAN), **asked)) == expected


def printed(plan: Plan, width: int = 80, **asked: str) -> str:
    out = io.StringIO()
    Console(file=out, width=width).print(register_table(plan, **asked))
    return out.getvalue()


def test_the_table_marks_what_is_assumed_and_what_is_to_be_agreed() -> None:
    text = printed(load_plan(ACTION_PLAN), width=160, ref="8.7")
    for expected in (
        *("windows: every 2 years 2023-2027 (assumed)", "counted from: 2023 (assumed)", "first host: to be agreed"),
        *("order: KHM, LAO, VNM (assumed)", "ladder: to-minister", "vnm-supreme-court (assumed)"),
    ):  # fmt: skip
        assert expected in text
    assert "first host: LAO" not in text


def test_the_table_does_not_mark_what_is_stated() -> None:
    text = printed(load_plan(ACTION_PLAN), width=160, ref="17.7")
    assert re.search(r"KHM: khm-serc\s*$", text, re.MULTILINE)
    assert "year in the text: 2023" in text
    demo = printed(load_plan(DEMO), width=200)
    assert "(assumed)" not in demo
    assert "host by turns, first LAO" in demo
    assert "2 windows of PT26S, every PT30S, the first PT1S after launch" in demo


def test_in_80_columns_every_id_stays_in_one_piece() -> None:
    plan = load_plan(ACTION_PLAN)
    text = printed(plan)
    assert all(re.search(rf"\s{re.escape(each.id)}\s", text) for _, each in plan.obligations())
    assert text.count("(assumed)") == printed(plan, width=200).count("(assumed)")


def test_brackets_in_a_plan_are_no_markup(tmp_path: Path) -> None:
    plan = load_plan(change(tmp_path, "title: Joint Review", 'title: "Joint [red] Review [/]"'))
    assert "Joint [red] Review [/]" in printed(plan, width=160)


def test_all_strengths_have_a_ladder() -> None:
    assert all(set(load_plan(path).ladder_by_strength) == set(Strength) for path in SHIPPED)

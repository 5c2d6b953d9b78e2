"""Plan files: the shipped ones load, a fault in a part is told in that part, what differs from the plan in force."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.files.yaml_file import load_yaml
from adapters.program_folders import PLANS
from cli.files.history_file import load_history
from cli.files.plan_file import differences, digest, load_plan, missing_contacts, office_ids
from cli.files.scenario_file import ScenarioAct, load_scenario, play
from cli.launching import launch_at
from models.plan.plan import (
    Cadence,
    Obligation,
    OfficeEntry,
    OffsetRound,
    OffsetWindows,
    Plan,
    Provision,
    Rank,
    Readings,
    SideEntry,
    YearRound,
    YearWindows,
)
from models.plan.windows import resolve_windows
from models.post.contacts import Contacts
from models.rehearsal.world import World
from tests.support.plan_files import (
    ACTION_PLAN,
    DEMO,
    FIELD,
    SHIPPED,
    both_loaders,
    change,
    change_part,
    check_told,
    line_of,
    refusal,
)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_plan_loads_and_every_office_has_an_address(path: Path) -> None:
    plan = load_plan(path)
    contacts = load_yaml(path.with_suffix(".contacts.yaml"), Contacts)
    assert missing_contacts(plan, contacts) == []
    assert set(contacts.offices) == set(office_ids(plan))
    addresses = [contact.address for contact in contacts.offices.values()]
    assert len(set(addresses)) == len(addresses)
    assert all(address.endswith(".example") for address in (*addresses, contacts.organizer.address))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_plan_survives_json(path: Path) -> None:
    plan = load_plan(path)
    again = Plan.model_validate_json(plan.model_dump_json())
    assert again == plan
    assert digest(again) == digest(plan)
    assert all(isinstance(rank, Rank) for office in again.offices.values() for rank in office.titles)


def test_the_examples_of_the_docs_load_and_every_field_is_explained(tmp_path: Path) -> None:
    text = (PLANS.parent / "docs" / "plan-files.md").read_text(encoding="utf-8")
    _, plan_example, contacts_example, _, scenario_example = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "slip.yaml").write_text(scenario_example, encoding="utf-8")
    start = datetime(2026, 1, 1, tzinfo=UTC)
    scenario = load_scenario(tmp_path / "slip.yaml")
    world = World(launch_at(load_plan(ACTION_PLAN), start, start, None))
    play(world, scenario, load_plan(ACTION_PLAN))
    assert world.run(datetime(2027, 1, 1, tzinfo=UTC)).refused == []
    assert world.items["lao-khm/16.3-jtc/2026"].entries and "held" in str(world.items["lao-khm/16.3-jtc/2026"].ledger)
    history = re.search(r"```csv\n(.*?)```", text, re.DOTALL)
    assert history is not None
    (tmp_path / "history.csv").write_text(history[1], encoding="utf-8")
    action_plan, as_of = load_plan(ACTION_PLAN), datetime(2026, 11, 24, tzinfo=UTC)
    windows = resolve_windows(action_plan, as_of)
    assert len(load_history(tmp_path / "history.csv", action_plan, windows, as_of)) == 5
    for field in ScenarioAct.model_fields:
        assert f"`{field}`" in text or f"{field}:" in scenario_example, field
    (tmp_path / "plan.yaml").write_text(plan_example, encoding="utf-8")
    (tmp_path / "contacts.yaml").write_text(contacts_example, encoding="utf-8")
    plan = load_plan(tmp_path / "plan.yaml")
    assert missing_contacts(plan, load_yaml(tmp_path / "contacts.yaml", Contacts)) == []
    assert "`parts`" in text
    for model in (Plan, SideEntry, OfficeEntry, Provision, Obligation, Readings):
        assert [name for name in model.model_fields if f"`{name}`" not in text] == []
    for entry in (YearWindows, OffsetWindows, YearRound, OffsetRound):
        written = re.findall(r"`\{(by: .*?)\}`", text)
        assert any(all(f"{name}: " in each for name in entry.model_fields) for each in written), entry


def test_the_example_of_a_refusal_in_the_docs_lists_the_cadences_there_are() -> None:
    text = (PLANS.parent / "docs" / "plan-files.md").read_text(encoding="utf-8")
    assert f"write one of {', '.join(Cadence)}" in text


def test_the_parts_follow_each_other_in_the_order_in_which_they_are_named(tmp_path: Path) -> None:
    first, last = "  - lao-cambodia-2023-2027/1-political.yaml\n", "  - lao-cambodia-2023-2027/6-implementation.yaml\n"
    path, _ = change_part(tmp_path, "1-political.yaml", "# Articles", "# Articles")
    assert load_plan(path) == load_plan(ACTION_PLAN)
    text = path.read_text(encoding="utf-8")
    assert text.endswith(last)
    path.write_text(text.replace(last, "").replace(first, last + first), encoding="utf-8")
    refs = [provision.ref for provision in load_plan(path).provisions]
    assert (refs[0], refs[8], refs[-1], len(refs)) == ("B.1", "1.1", "V.c.2", 148)


def test_what_the_plan_file_itself_holds_comes_before_its_parts(tmp_path: Path) -> None:
    source = DEMO.read_text(encoding="utf-8")
    part = "offices:\n  lao-y: {side: LAO, name: Y, titles: {1: C}}\n" + source[source.index("provisions:") :]
    part = part.replace('ref: "1.1"', 'ref: "1.2"').replace("id: demo-review", "id: second")
    (tmp_path / "more.yaml").write_text(part.replace("lao-demo", "lao-y"), encoding="utf-8")
    (tmp_path / "plan.yaml").write_text(source.rstrip("\n") + "\nparts: [more.yaml]\n", encoding="utf-8")
    plan = load_plan(tmp_path / "plan.yaml")
    assert [provision.ref for provision in plan.provisions] == ["1.1", "1.2"]
    assert list(plan.offices) == ["lao-demo", "khm-demo", "lao-y"]


PART_FAULTS = [
    ("1-political", "offices: {LAO: lao-mfa", "offices: {LAO: lao-mfx", "offices.LAO", "no office 'lao-mfx' is"),
    ("5-multilateral", "kind: standing", "kind: standng", "kind", "there is no 'standng'; write one of"),
    ("5-multilateral", "evidence:", "evidance:", "evidance", "did you mean evidence?"),
    ("5-multilateral", "id: V.a.1-un", "id: 1.5-principles", "id", "is taken; give each obligation an id"),
    ("6-implementation", "cadence: continuous", "cadence: on_trigger", "cadence", "nobody calls a standing commitment"),
    ("6-implementation", "sides: [", "item: B.9\n        sides: [", "item", "there is no other obligation 'B.9'"),
    (
        "6-implementation",
        "sides: [",
        "item: 8.4-mou\n        sides: [",
        "item",
        "of 8.8-mou follows 8.4-mou already",
    ),
    (
        "6-implementation",
        "sides: [",
        "triggers: [LAO]\n        sides: [",
        "triggers",
        "on_trigger has triggers; set",
    ),
    (
        "6-implementation",
        "triggers: [LAO, KHM]",
        "triggers: [VNM]",
        "triggers[0]",
        "part here; name one of LAO, KHM",
    ),
    ("6-implementation", "sides: [", "also: {KHM: [x]}\n        sides: [", "also.KHM[0]", "no office 'x' is defined"),
    ("6-implementation", "sides: [", "also: {LAO: [khm-na]}\n        sides: [", "also.LAO[0]", "not of LAO"),
]


@pytest.mark.parametrize(("part", "old", "new", "field", "message"), PART_FAULTS)
def test_a_fault_in_a_part_is_told_in_that_part_at_its_line(
    tmp_path: Path, part: str, old: str, new: str, field: str, message: str
) -> None:
    path, changed = change_part(tmp_path, f"{part}.yaml", old, new)
    (fault,) = refusal(path).faults
    assert message in fault.message
    assert re.fullmatch(rf"provisions\[\d\]\.obligations\[0\]\.{re.escape(field)}", fault.field)
    assert (Path(fault.file), fault.line) == (changed, line_of(changed, new.partition("\n")[0]))


def test_a_bullet_stands_in_one_part_only(tmp_path: Path) -> None:
    path, changed = change_part(tmp_path, "5-multilateral.yaml", 'ref: "V.a.1"', 'ref: "8.7"')
    (fault,) = refusal(path).faults
    assert (Path(fault.file), fault.line, fault.field) == (changed, line_of(changed, 'ref: "8.7"'), "provisions[0].ref")
    assert fault.message == "provision 8.7 is here twice; put its obligations together"


def test_a_fault_in_an_office_of_a_part_is_told_there(tmp_path: Path) -> None:
    offices = "offices:\n  lao-x: {side: THA, name: X, titles: {1: Coordinator}}\n\nprovisions:"
    path, changed = change_part(tmp_path, "5-multilateral.yaml", "provisions:", offices)
    (fault,) = refusal(path).faults
    assert (Path(fault.file), fault.line) == (changed, line_of(changed, "side: THA"))
    assert (fault.field, "no side 'THA' is defined" in fault.message) == ("offices.lao-x.side", True)


@pytest.mark.parametrize("field", ["ladders: {}", "parts: [1-political.yaml]", "plan: x"])
def test_a_part_holds_offices_and_provisions_and_nothing_else(tmp_path: Path, field: str) -> None:
    path, changed = change_part(tmp_path, "5-multilateral.yaml", "provisions:", f"{field}\nprovisions:")
    (fault,) = refusal(path).faults
    assert (Path(fault.file), fault.line, fault.field) == (changed, line_of(changed, field), field.partition(":")[0])
    assert fault.message == "a part holds offices and provisions only; write this in the plan file itself"


def test_an_office_is_written_once_in_all_the_files(tmp_path: Path) -> None:
    again = "offices:\n  khm-moh: {side: KHM, name: Ministry of Health, titles: {1: Coordinator}}\n\nprovisions:"
    path, changed = change_part(tmp_path, "5-multilateral.yaml", "provisions:", again)
    (fault,) = refusal(path).faults
    assert (Path(fault.file), fault.line) == (changed, line_of(changed, "khm-moh:"))
    assert (fault.field, fault.message) == (
        "offices.khm-moh",
        f"khm-moh is in {path} already; keep one of them",
    )


def test_a_part_that_is_not_there_is_named(tmp_path: Path) -> None:
    path, part = change_part(tmp_path, "5-multilateral.yaml", "provisions:", "provisions:")
    part.unlink()
    assert str(refusal(path)).startswith(f"{part}: no such file; check the path")


def test_parts_are_a_list_of_names(tmp_path: Path) -> None:
    (fault,) = refusal(change(tmp_path, "plan: demo", "parts: more.yaml\nplan: demo")).faults
    assert (fault.line, fault.field) == (line_of(tmp_path / "plan.yaml", "parts:"), "parts")
    assert fault.message == "write a list of file names, beside this file"


def test_a_provision_stands_once(tmp_path: Path) -> None:
    path, part = change_part(tmp_path, "2-defense-security.yaml", 'ref: "6.2"', 'ref: "5.7"')
    (fault,) = refusal(path).faults
    assert (Path(fault.file), fault.field, fault.message) == (
        part,
        "provisions[10].ref",
        "provision 5.7 is here twice; put its obligations together",
    )


def test_missing_contacts_are_named(tmp_path: Path) -> None:
    old = "  khm-demo-minister: {address: minister@demo.khm.example}\n"
    contacts = load_yaml(change(tmp_path, old, "", DEMO.with_suffix(".contacts.yaml")), Contacts)
    assert missing_contacts(load_plan(DEMO), contacts) == ["khm-demo-minister"]


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


# What stands in the file, what it is changed to, where the fault is told, what the message says.
BAD = [
    ("\nzone: Asia/Vientiane", "\nzone: Asia/Vientianne", "zone", "did you mean Asia/Vientiane?"),
    ("zone: Asia/Phnom_Penh", "zone: ../../etc", "sides.KHM.zone", "there is no time zone '../../etc'"),
    (
        "titles: *ministry",
        "titles: *ministry\n    zone: localtime",
        "offices.khm-demo.zone",
        "no time zone 'localtime'",
    ),
]


@both_loaders
@pytest.mark.parametrize(("old", "new", "field", "message"), BAD, ids=[f"{new!r:.30}" for _, new, _, _ in BAD])
def test_a_bad_plan_is_told_by_line_field_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loader: str, old: str, new: str, field: str, message: str
) -> None:
    check_told(tmp_path, monkeypatch, loader, old, new, field, message)


NO_REMINDER = [
    ("3", "3 is no duration; write it as ISO 8601, like P30D (days)"),
    ("P1M", "'P1M' is no duration"),
    ("-P3D", "'-P3D' is no duration"),
    ("three days", "'three days' is no duration"),
    ("[P3D]", "this is a list; write a duration as ISO 8601"),
    ("PT0S", "PT0S is out of range; write more than PT0S and at most P366D"),
    ("P367D", "P367D is out of range; write more than PT0S and at most P366D"),
    ("P9999999D", "P9999999D is out of range"),
]


@both_loaders
@pytest.mark.parametrize(("written", "message"), NO_REMINDER, ids=[written for written, _ in NO_REMINDER])
def test_a_bad_time_before_a_date_is_told_by_line_field_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loader: str, written: str, message: str
) -> None:
    check_told(tmp_path, monkeypatch, loader, "remind: PT2S", f"remind: {written}", "remind", message)
    own = f"remind: {written}\n        cadence: annual"
    check_told(tmp_path, monkeypatch, loader, "cadence: annual", own, f"{FIELD}.remind", message)


def test_another_time_before_a_date_is_a_difference(tmp_path: Path) -> None:
    in_force = load_plan(DEMO)
    ours = load_plan(change(tmp_path, "cadence: annual", "remind: PT36H\n        cadence: annual"))
    assert differences(ours, in_force) == ["demo-review: remind: (nothing) -> P1DT43200S"]
    silent = load_plan(change(tmp_path, "remind: PT2S", "# remind: PT2S"))
    assert differences(silent, in_force) == ["plan: remind: PT2S -> (nothing)"]

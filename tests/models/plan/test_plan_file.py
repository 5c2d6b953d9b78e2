"""Plan files and contacts files: the shipped ones load, and a bad one is told by file, line, field and what to do."""

import io
import json
import re
import shutil
from datetime import UTC, datetime
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.console import Console

from adapters.files import yaml_file
from adapters.files.yaml_file import MAX_BYTES, SHOWN, FileFault, load_yaml
from adapters.shipped import PLANS
from cli.display.register import register_document
from cli.display.register_table import register_table
from cli.files.history_file import load_history
from cli.files.plan_file import differences, digest, load_plan, missing_contacts, office_ids
from cli.files.scenario_file import ScenarioAct, load_scenario, play
from cli.launching import launch_at
from models.plan.kinds import Kind
from models.plan.plan import (
    Cadence,
    HostRule,
    Obligation,
    OfficeEntry,
    OffsetRound,
    OffsetWindows,
    Plan,
    Provision,
    Quantity,
    Rank,
    Reading,
    Readings,
    SideEntry,
    Strength,
    YearRound,
    YearWindows,
)
from models.plan.windows import resolve_windows
from models.post.contacts import Contacts
from models.rehearsal.world import World

ACTION_PLAN = PLANS / "lao-cambodia-2023-2027.yaml"
PARTS = PLANS / "lao-cambodia-2023-2027"
DEMO = PLANS / "a-year-in-a-minute.yaml"
SHIPPED = [ACTION_PLAN, DEMO]


def change(tmp_path: Path, old: str, new: str, source: Path = DEMO) -> Path:
    """A copy of a plan file with one place changed."""
    text = source.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "plan.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def change_part(tmp_path: Path, part: str, old: str, new: str) -> tuple[Path, Path]:
    """A copy of the action plan with one place of one part changed: the plan file, and that part."""
    shutil.copytree(PARTS, tmp_path / PARTS.name)
    path = Path(shutil.copy(ACTION_PLAN, tmp_path))
    changed = tmp_path / PARTS.name / part
    text = changed.read_text(encoding="utf-8")
    assert old in text
    changed.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path, changed


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


# The register of the action plan

BULLETS = {
    "1": 5, "2": 7, "3": 3, "4": 2,
    "5": 9, "6": 5, "7": 2, "8": 9,
    "9": 6, "10": 6, "11": 4, "12": 5, "13": 9, "14": 4, "15": 2, "16": 9, "17": 8, "18": 4,
    "19": 7, "20": 3, "21": 4, "22": 11, "23": 3, "24": 4, "25": 3, "26": 2,
    "V.a": 1, "V.b": 1, "V.c": 2,
    "B": 8,
}  # fmt: skip
"""Bullets of each article of the text, in its order. Section B is counted by sentence."""


@pytest.fixture(scope="module")
def register() -> dict[str, Obligation]:
    """The obligations of the action plan, by id."""
    return {obligation.id: obligation for _, obligation in load_plan(ACTION_PLAN).obligations()}


def test_every_bullet_of_the_text_is_there_once_and_in_its_order() -> None:
    refs = [provision.ref for provision in load_plan(ACTION_PLAN).provisions]
    assert refs == [f"{article}.{n + 1}" for article, count in BULLETS.items() for n in range(count)]
    assert len(refs) == 148


def test_the_bullets_of_an_article_share_its_heading_and_pillar() -> None:
    provisions = load_plan(ACTION_PLAN).provisions
    headings = {each.ref.rpartition(".")[0]: (each.pillar, each.article) for each in provisions}
    assert len(set(headings.values())) == len(headings) == len(BULLETS)
    assert all(headings[each.ref.rpartition(".")[0]] == (each.pillar, each.article) for each in provisions)
    pillars = [pillar for pillar, _ in groupby(provisions, key=lambda each: each.pillar)]
    assert pillars == [
        "Political Cooperation",
        "Defense and Security Cooperation",
        "Economic and Technical Cooperation",
        "Socio-Cultural Cooperation",
        "Multilateral Cooperation",
        "Implementation Mechanism",
    ]


def test_what_asks_for_nothing_is_a_recital_and_everything_else_holds_an_obligation() -> None:
    provisions = load_plan(ACTION_PLAN).provisions
    assert [each.ref for each in provisions if not each.operative] == ["3.1", "B.4", "B.8"]
    assert [each.ref for each in provisions if not each.obligations] == ["3.1", "B.4", "B.8"]


def test_every_obligation_is_named_after_its_bullet() -> None:
    obligations = list(load_plan(ACTION_PLAN).obligations())
    assert all(each.id.startswith(f"{provision.ref}-") for provision, each in obligations)
    assert len(obligations) == 202


def test_the_famous_obligations_are_as_the_text_has_them(register: dict[str, Obligation]) -> None:
    """All that the text dates, repeats, places or makes depend on an event, and nothing else."""
    stated = {
        name: (each.cadence.value, each.years, each.host_rule.value, each.host)
        for name, each in register.items()
        if each.cadence in (Cadence.ANNUAL, Cadence.BIENNIAL, Cadence.REGULAR, Cadence.ON_TRIGGER)
        or each.years
        or each.host_rule is not HostRule.UNSTATED
    }
    assert stated == {
        "1.1-high-level-meetings": ("regular", (), "unstated", None),
        "1.2-deputy-ministers": ("regular", (), "unstated", None),
        "5.7-border-security": ("unspecified", (), "rotating", None),
        "6.1-visits": ("regular", (), "unstated", None),
        "6.2-drugs-provincial": ("annual", (), "rotating", None),
        "6.2-drugs-district": ("annual", (), "rotating", None),
        "6.2-drugs-adhoc": ("on_trigger", (), "unstated", None),
        "8.2-border-provincial-meeting": ("once", (), "fixed", "LAO"),
        "8.4-prosecutor-visit": ("once", (2023,), "fixed", "KHM"),
        "8.4-trilateral-seminar": ("once", (2024,), "unstated", None),
        "8.6-local-delegations": ("unspecified", (), "rotating", None),
        "8.7-judicial-conference": ("biennial", (), "rotating", None),
        "8.9-mou-review": ("once", (2024,), "unstated", None),
        "8.9-border-prosecutors": ("once", (), "fixed", "KHM"),
        "16.3-jtc": ("annual", (2023,), "unstated", None),
        "17.1-central-banks": ("annual", (), "unstated", None),
        "17.7-lsco-serc-mou": ("once", (2023,), "unstated", None),
        "17.7-study-visit": ("unspecified", (2023, 2024), "unstated", None),
        "19.3-scholarships": ("annual", (), "unstated", None),
        "B.3-consultations": ("on_trigger", (), "unstated", None),
        "B.5-new-plan": ("on_trigger", (), "unstated", None),
        "B.6-amendment": ("on_trigger", (), "unstated", None),
        "B.7-effect": ("on_trigger", (), "unstated", None),
    }


def test_a_bare_noun_states_no_cadence(register: dict[str, Obligation]) -> None:
    exercise = register["24.2-exercise"]
    assert exercise.cadence is Cadence.UNSPECIFIED, "the text says neither one exercise nor several"
    assert "cadence" not in exercise.basis and not exercise.recurs


def test_the_meetings_that_recur_are_these(register: dict[str, Obligation]) -> None:
    assert [name for name, each in register.items() if each.kind is Kind.MEETING_SERIES] == [
        *("1.1-high-level-meetings", "1.2-deputy-ministers", "1.3-dg-consultation", "5.7-border-security"),
        *("6.2-drugs-provincial", "6.2-drugs-district", "6.2-drugs-adhoc", "8.7-judicial-conference"),
        *("16.1-meetings", "16.3-jtc", "17.1-central-banks"),
    ]


def test_viet_nam_takes_part_where_the_text_names_it(register: dict[str, Obligation]) -> None:
    assert {name: each.third_states for name, each in register.items() if each.third_states} == {
        "4.2-trilateral-audit": ("VNM",),
        "8.2-border-provincial-meeting": ("VNM",),
        "8.4-trilateral-seminar": ("VNM",),
        "8.7-judicial-conference": ("VNM",),
        "12.3-trilateral-road": ("VNM",),
    }
    assert {each.sides for each in register.values()} == {("LAO", "KHM")}
    assert register["8.7-judicial-conference"].all_sides == ("LAO", "KHM", "VNM")


def test_the_text_prints_two_target_numbers(register: dict[str, Obligation]) -> None:
    assert {name: each.quantity for name, each in register.items() if each.quantity} == {
        "6.5-scholarships": Quantity(value=2, unit="undergraduate scholarship places in linguistics"),
        "19.3-scholarships": Quantity(value=15, unit="students", per="year"),
    }


def test_one_instrument_that_two_bullets_name_is_followed_once(register: dict[str, Obligation]) -> None:
    assert {name: each.item for name, each in register.items() if each.item} == {
        "8.4-mou": "8.8-mou",
        "22.4-tourism-mou": "22.3-tourism-mou",
        "B.6-amendment": "plan",
        "B.7-effect": "plan",
    }


def test_an_institution_that_the_text_names_beside_another_may_act_too(register: dict[str, Obligation]) -> None:
    assert {name: each.also for name, each in register.items() if each.also} == {
        "2.1-parliamentary-visits": {"KHM": ("khm-senate",)},
        "6.5-scholarships": {"LAO": ("lao-mps",), "KHM": ("khm-moi",)},
        "8.1-justice": {"LAO": ("lao-supreme-court",), "KHM": ("khm-supreme-court",)},
        "8.3-border-provinces": {"LAO": ("lao-attapeu",)},
        "19.4-provincial-services": {"LAO": ("lao-attapeu",), "KHM": ("khm-stung-treng", "khm-ratanakiri")},
    }


def test_only_the_drug_meetings_are_reported_to_a_higher_authority(register: dict[str, Obligation]) -> None:
    reported = {name: each.report_to_higher for name, each in register.items() if each.reports_to_higher}
    assert reported == {"6.2-drugs-provincial": False, "6.2-drugs-district": False, "6.2-drugs-adhoc": True}
    for name in ("6.2-drugs-provincial", "6.2-drugs-district"):
        assert "report_to_higher" in register[name].assumed


def test_every_obligation_has_evidence_and_a_short_name(register: dict[str, Obligation]) -> None:
    assert [name for name, each in register.items() if not each.evidence.strip()] == []
    assert [name for name, each in register.items() if not 0 < len(each.short) <= 30] == []


def test_what_is_triggered_is_a_procedure_or_a_meeting_and_both_sides_may_call_for_it(
    register: dict[str, Obligation],
) -> None:
    triggered = {name: each for name, each in register.items() if each.cadence is Cadence.ON_TRIGGER}
    assert {each.kind for each in triggered.values()} == {Kind.PROCEDURE, Kind.MEETING_SERIES}
    assert {each.triggers for each in triggered.values()} == {(), ("LAO", "KHM")}
    assert [name for name, each in register.items() if each.triggers and name not in triggered] == []


def test_a_series_without_a_frequency_presumes_none(register: dict[str, Obligation]) -> None:
    open_ended = (Cadence.REGULAR, Cadence.UNSPECIFIED)
    series = [each for each in register.values() if each.kind is Kind.MEETING_SERIES and each.cadence in open_ended]
    assert len(series) == 5
    for each in series:
        assert each.readings.cadence is not None, each.id
        assert (each.readings.cadence.chosen, each.readings.cadence.others) == (None, ("annual", "biennial"))
        assert each.working_windows is None


def test_only_what_the_text_dates_has_a_window_and_it_is_that_of_the_text(register: dict[str, Obligation]) -> None:
    for each in register.values():
        window = each.working_windows
        assert isinstance(window, YearWindows | None)
        if each.cadence in (Cadence.ANNUAL, Cadence.BIENNIAL):
            every = 2 if each.cadence is Cadence.BIENNIAL else 1
            assert window == YearWindows(by="year", first=2023, last=2027, every=every), each.id
        elif each.years:
            assert window == YearWindows(by="year", first=each.years[0], last=each.years[-1]), each.id
        else:
            assert window is None, each.id


def test_every_reading_says_why() -> None:
    plan = load_plan(ACTION_PLAN)
    readings: dict[str, Reading] = dict(plan.readings)
    for _, each in plan.obligations():
        readings |= {f"{each.id}: {field}": reading for field, reading in each.readings.named().items()}
    assert [name for name, reading in readings.items() if not reading.why.strip()] == []


def test_where_no_host_is_stated_the_sides_are_asked(register: dict[str, Obligation]) -> None:
    single = (Kind.MEETING, Kind.VISIT, Kind.SEMINAR)
    for each in register.values():
        if each.host_rule is HostRule.ROTATING:
            assert each.readings.first_host is not None, each.id
        if each.kind in single and each.host is None:
            assert each.readings.host is not None, each.id


def test_the_action_plan_presumes_no_first_host_and_states_no_window() -> None:
    for _, obligation in load_plan(ACTION_PLAN).obligations():
        assert obligation.window is None
        if obligation.kind is Kind.MEETING_SERIES or obligation.host_rule is HostRule.ROTATING:
            assert obligation.readings.first_host is not None
            assert obligation.readings.first_host.chosen is None
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


def test_every_stated_cadence_year_and_host_has_its_words(register: dict[str, Obligation]) -> None:
    optional = (
        *("years", "host", "offices", "also", "format", "level", "third_states", "quantity", "condition", "triggers"),
        *("first_title", "report_to_higher", "not_before"),
    )
    for obligation in register.values():
        stated = {"kind", "strength"} | {field for field in optional if getattr(obligation, field)}
        stated |= {"cadence"} if obligation.cadence is not Cadence.UNSPECIFIED else set()
        stated |= {"host_rule"} if obligation.host_rule is not HostRule.UNSTATED else set()
        assert stated <= set(obligation.basis), obligation.id
        assert set(obligation.basis) <= stated | {"sides"}, obligation.id


def test_the_words_are_few_and_hold_what_they_are_given_for(register: dict[str, Obligation]) -> None:
    """The text itself is not in the repository: what the words must hold is said here."""
    words = {
        Cadence.ANNUAL: r"once a year|[Aa]nnual|each year",
        Cadence.BIENNIAL: r"every two years",
        Cadence.REGULAR: r"regular",
    }
    for each in register.values():
        for field, basis in each.basis.items():
            assert 0 < len(basis.split()) <= 14, (each.id, field)
        assert re.search(words.get(each.cadence, ""), each.basis.get("cadence", "")), each.id
        assert [int(year) for year in re.findall(r"\b20\d\d\b", each.basis.get("years", ""))] == list(each.years), (
            each.id
        )
        assert all(2023 <= year <= 2024 for year in each.years), each.id
        if each.host_rule is HostRule.ROTATING:
            assert re.search(r"rotat", each.basis["host_rule"]), each.id
        if each.third_states:
            assert re.search(r"Viet ?[Nn]am", each.basis["third_states"]), each.id


def test_equal_verbs_have_equal_strength(register: dict[str, Obligation]) -> None:
    """The verb of the text decides. A deed has no verb of its own in this list."""
    verbs = {
        Strength.MAINTAIN: r"^(Maintaining|Continuing|Upholding|Reiterating)\b",
        Strength.PROMOTE: r"^(Further )?(promot|enhanc|strengthen|support|facilitat|deepen|expand|elevat|assist)ing\b",
        Strength.ENCOURAGE: r"^(Actively )?encouraging (?!further discussion)",
        Strength.DISCUSS: r"^(Further |to )?(exploring|discuss(ing)?|reviewing the renewal|continue the discussion)\b",
        Strength.SHALL: r"\bshall\b",
        Strength.MAY: r"\b(may|can)\b",
    }
    for strength, verb in verbs.items():
        found = {each.id: each.strength for each in register.values() if re.search(verb, each.basis["strength"], re.I)}
        assert found, strength
        assert set(found.values()) == {strength}, {name: told for name, told in found.items() if told is not strength}


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


# Parts


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
    ("6-implementation", "cadence: continuous", "cadence: on_trigger", "cadence", "is never triggered; write it as"),
    ("6-implementation", "sides: [", "item: B.9\n        sides: [", "item", "no other obligation 'B.9'"),
    ("6-implementation", "sides: [", "item: 8.4-mou\n        sides: [", "item", "followed by 8.8-mou; name that one"),
    ("6-implementation", "sides: [", "triggers: [LAO]\n        sides: [", "triggers", "only what is on_trigger has"),
    ("6-implementation", "triggers: [LAO, KHM]", "triggers: [VNM]", "triggers[0]", "is pulled by one of LAO, KHM"),
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
    assert fault.message == "8.7 is there already; put its obligations together there"


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
        f"khm-moh stands in {path} already; keep one of them",
    )


def test_a_part_that_is_not_there_is_named(tmp_path: Path) -> None:
    path, part = change_part(tmp_path, "5-multilateral.yaml", "provisions:", "provisions:")
    part.unlink()
    assert str(refusal(path)).startswith(f"{part}: no such file; check the path")


def test_parts_are_a_list_of_names(tmp_path: Path) -> None:
    (fault,) = refusal(change(tmp_path, "plan: demo", "parts: more.yaml\nplan: demo")).faults
    assert (fault.line, fault.field) == (line_of(tmp_path / "plan.yaml", "parts:"), "parts")
    assert fault.message == "write a list of file names, beside this file"


# Bad files. Each: what stands in the file, what it is changed to, where the fault is told, what the message says.

FIELD = "provisions[0].obligations[0]"
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
        monkeypatch.setattr(yaml_file, "Loader", yaml.SafeLoader)
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
    path, part = change_part(tmp_path, "2-defense-security.yaml", 'ref: "6.2"', 'ref: "5.7"')
    (fault,) = refusal(path).faults
    assert (Path(fault.file), fault.field, fault.message) == (
        part,
        "provisions[10].ref",
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
        *("item", "also", "triggers", "report_to_higher"),
    }
    assert (conference["window"], conference["host"], conference["offices"]) == (None, None, {})
    assert conference["assumed"] == list(conference["readings"])
    assert conference["readings"]["first_host"]["chosen"] is None
    assert conference["readings"]["windows"]["chosen"] == {"by": "year", "first": 2023, "last": 2027, "every": 2}
    assert all(set(reading) == {"chosen", "others", "why", "settled"} for reading in conference["readings"].values())


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"ref": "16.3"}, [("16.3", ["16.3-agreement", "16.3-jtc"])]),
        ({"ref": "3.1"}, [("3.1", [])]),
        ({"kind": "visit"}, [("8.4", ["8.4-prosecutor-visit"])]),
        (
            {"kind": "instrument"},
            [
                *(("3.2", ["3.2-anti-corruption-mou"]), ("5.9", ["5.9-defence-mou"]), ("8.2", ["8.2-judicial-mou"])),
                *(("8.5", ["8.5-judicial-agreement"]), ("9.1", ["9.1-mou"])),
                *(("10.6", ["10.6-mou-environment", "10.6-mou-water"]), ("13.3", ["13.3-postal-mou"])),
                *(("17.6", ["17.6-double-taxation"]), ("17.7", ["17.7-lsco-serc-mou"]), ("17.8", ["17.8-lsx-csx-mou"])),
                *(("18.2", ["18.2-social-security-mou"]), ("18.4", ["18.4-social-welfare-mou"])),
                *(("19.6", ["19.6-sports-mou"]), ("24.4", ["24.4-health-mou"])),
            ],
        ),
        (
            {"office": "khm-moi", "kind": "meeting_series"},
            [("6.2", ["6.2-drugs-provincial", "6.2-drugs-district", "6.2-drugs-adhoc"])],
        ),
        (
            {"office": "lao-moic-minister"},
            [
                *(
                    ("14.1", ["14.1-industry", "14.1-impact-evaluation"]),
                    ("14.2", ["14.2-linkages", "14.2-productivity"]),
                ),
                *(("14.3", ["14.3-standards"]), ("14.4", ["14.4-practices"]), ("16.1", ["16.1-meetings"])),
                *(("16.3", ["16.3-agreement", "16.3-jtc"]), ("16.5", ["16.5-trade-fairs"])),
                *(
                    ("16.7", ["16.7-border-trade"]),
                    ("16.8", ["16.8-consumers"]),
                    ("16.9", ["16.9-intellectual-property"]),
                ),
            ],
        ),
        ({"office": "vnm-prosecutor"}, [("8.4", ["8.4-trilateral-seminar"])]),
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

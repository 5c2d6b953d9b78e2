"""The action plan as the text has it: every bullet, cadence, host and window, and what is assumed about them."""

import re
from itertools import groupby

import pytest

from cli.files.plan_file import load_plan
from models.plan.kinds import Kind
from models.plan.plan import Cadence, HostRule, Obligation, Quantity, Rank, Reading, Strength, YearWindows
from tests.support.plan_files import ACTION_PLAN, SHIPPED

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


def test_all_strengths_have_a_ladder() -> None:
    assert all(set(load_plan(path).ladder_by_strength) == set(Strength) for path in SHIPPED)

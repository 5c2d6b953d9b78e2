"""What is wrong with a plan that no single field can know, told at its line."""

from pathlib import Path
from typing import Any

import pytest

from cli.files.plan_file import load_plan
from models.plan.faults import PLAN_ITSELF, RESERVED, faults
from models.plan.plan import Plan
from tests.support.builders import obligation, plan_of
from tests.support.plan_files import ACTION_PLAN, FIELD, both_loaders, check_told

# What stands in the file, what it is changed to, where the fault is told, what the message says.
BAD = [
    ("sides: [LAO, KHM]", "sides: [LAO, KMH]", f"{FIELD}.sides[1]", "no side 'KMH' is defined; defined are: KHM, LAO"),
    ("undated_ladder: l", "undated_ladder: x", "undated_ladder", "no ladder 'xetter-only' is defined"),
    ("  may: letter-only\n", "", "ladder_by_strength", "name the ladder for the strength 'may'"),
    ("after: PT10S", "after: PT8S", "ladders.to-minister.rungs[2].after", "at least one despatch period after the one"),
    ("rank: 2", "rank: 1", "ladders.to-minister.rungs[1].rank", "must name a higher rank than the one below"),
    ("after: PT0S", "after: PT1S", "ladders.to-minister.rungs[0]", "the first rung must be the coordinator's"),
    ("host: LAO", "host: THA", f"{FIELD}.host", "the host must be one of the sides that take part: LAO, KHM"),
    ("LAO: lao-demo", "LAO: khm-demo", f"{FIELD}.offices.LAO", "khm-demo is an office of KHM, not of LAO"),
    ("{LAO: lao-demo, ", "{", f"{FIELD}.offices", "LAO has no office here; name one"),
    ("  lao-demo:", "  khm-demo-dg:", "offices.khm-demo-dg", "khm-demo-dg means rank 2 of khm-demo"),
    ("id: demo-review", "id: office", f"{FIELD}.id", "is taken; give each obligation an id of its own"),
    ("short: Joint", "basis: {hots: x}\n        short: Joint", f"{FIELD}.basis.hots", "not a field of an obligation"),
    ("title: Meet", "operative: false\n    title: Meet", "provisions[0].operative", "a recital holds no obligations"),
]


@both_loaders
@pytest.mark.parametrize(("old", "new", "field", "message"), BAD, ids=[f"{new!r:.30}" for _, new, _, _ in BAD])
def test_a_bad_plan_is_told_by_line_field_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loader: str, old: str, new: str, field: str, message: str
) -> None:
    check_told(tmp_path, monkeypatch, loader, old, new, field, message)


# Of a plan that no file holds


def found(plan: Plan) -> dict[str, str]:
    """By path in the plan all that is wrong there."""
    told: dict[str, list[str]] = {}
    for path, message in faults(plan):
        told.setdefault(".".join(map(str, path)), []).append(message)
    return {path: "; ".join(messages) for path, messages in told.items()}


def changed(*obligations: dict[str, Any], **more: Any) -> Plan:
    """A plan with some of its own fields otherwise, however deep they lie: `sides__LAO__focal_point`."""
    document = plan_of(*obligations, third=True).model_dump(mode="json", by_alias=True)
    for path, value in more.items():
        *parents, last = path.split("__")
        place = document
        for parent in parents:
            place = place[parent]
        place[last] = value
    return Plan.model_validate(document)


def test_a_plan_that_can_be_followed_has_none() -> None:
    assert found(changed(obligation("m", sides=("LAO", "KHM", "VNM")))) == {}
    assert list(faults(load_plan(ACTION_PLAN))) == []


@pytest.mark.parametrize(
    ("more", "path", "said"),
    [
        ({"sides__LAO__focal_point": "lao-x"}, "sides.LAO.focal_point", "no office 'lao-x' is defined; defined are: "),
        ({"offices__lao-moc__side": "THA"}, "offices.lao-moc.side", "no side 'THA' is defined; defined are: KHM, LAO"),
        ({"offices__lao-moc__titles": {2: "Director"}}, "offices.lao-moc.titles", "name the coordinator (rank 1)"),
        ({"ladder_by_strength__may": "up"}, "ladder_by_strength.may", "no ladder 'up' is defined; defined are: letter"),
        ({"undated_ladder": "up"}, "undated_ladder", "no ladder 'up' is defined"),
        ({"despatch__period": "P31D"}, "ladders.top.rungs.1.after", "at least one despatch period after the one below"),
    ],
)  # fmt: skip
def test_what_the_plan_itself_names_is_defined(more: dict[str, Any], path: str, said: str) -> None:
    told = found(changed(obligation("m"), **more))
    assert said in told[path], told


@pytest.mark.parametrize(
    ("more", "path", "said"),
    [
        ({"third_states": ["THA"]}, "third_states.0", "no side 'THA' is defined"),
        ({"third_states": ["KHM"]}, "third_states.0", "KHM is also in sides; name it in sides or"),
        ({"window": {"by": "year", "first": 2027, "last": 2026}}, "window.last", "the last year must not lie before"),
        ({"ladder": "up"}, "ladder", "no ladder 'up' is defined"),
        ({"offices": {"LAO": "lao-x", "KHM": "khm-moc"}}, "offices.LAO", "no office 'lao-x' is defined"),
        ({"offices": {"LAO": "lao-moc"}}, "offices", "KHM has no office here; name one"),
        ({"item": "m"}, "item", "there is no other obligation 'm' in the plan"),
        ({"item": "follower"}, "item", "the item of other follows follower already; name other"),
        ({"cadence": "on_trigger", "kind": "standing"}, "cadence", "nobody calls a standing commitment"),
        ({"triggers": ["LAO"]}, "triggers", "only an obligation with cadence: on_trigger has triggers"),
        ({"cadence": "on_trigger", "triggers": ["VNM"]}, "triggers.0", "VNM takes no part here; name one of LAO, KHM"),
        ({"not_before": "expiry"}, "not_before", "only an obligation with cadence: on_trigger waits for a call"),
        ({"cadence": "on_trigger", "not_before": "expiry"}, "not_before", "the plan states no end of its validity"),
        ({"kind": "instrument", "remind": "P3D"}, "remind", "only a meeting has a date to remind of"),
        ({"readings": {"order": {"chosen": ["LAO", "VNM"]}}}, "readings.order.chosen", "must name each side"),
        ({"readings": {"first_host": {"chosen": "VNM"}}}, "readings.first_host.chosen", "host must be one of LAO, KHM"),
        (
            {"window": None, "readings": {"windows": {"chosen": {"by": "year", "first": 2027, "last": 2026}}}},
            "readings.windows.chosen.last",
            "the last year must not lie before the first",
        ),
    ],
)  # fmt: skip
def test_what_an_obligation_names_is_there_and_fits_it(more: dict[str, Any], path: str, said: str) -> None:
    told = found(changed(obligation("m", **more), obligation("other"), obligation("follower", item="other")))
    assert said in told[f"provisions.0.obligations.0.{path}"], told
    assert all(each.startswith("provisions.0.obligations.0.") for each in told), "the others are not blamed for it"


def test_what_the_plan_itself_follows_and_what_another_item_follows_is_no_fault() -> None:
    assert found(changed(obligation("m"), obligation("shared", item="m"), obligation("plans", item=PLAN_ITSELF))) == {}
    waits = obligation("p", kind="procedure", cadence="on_trigger", not_before="expiry", window=None)
    assert found(changed(waits, valid_from="2023-01-01", valid_for_years=5)) == {}


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_an_id_that_means_something_else_is_taken_and_each_is_given_once(name: str) -> None:
    told = found(changed(obligation(name), obligation("m"), obligation("m")))
    assert list(told) == ["provisions.0.obligations.0.id", "provisions.0.obligations.2.id"]
    assert told["provisions.0.obligations.2.id"] == "'m' is taken; give each obligation an id of its own"

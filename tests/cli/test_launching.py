"""What is refused before a plan is launched."""

import pytest

from cli.errors import Refused
from cli.launching import LARGEST_LAUNCH, launch_at, launched_plan, told_differences
from cli.plan_diff import diff_text, document_of
from models.governance.plan_state import PlanState
from models.messages import acts
from models.plan.plan import Plan
from tests.support.builders import START, obligation, plan_of
from tests.support.worlds import KHM, LAO, Life, amend


def test_a_plan_that_fits_into_no_workflow_is_refused_before_its_launch() -> None:
    many = [obligation(f"m{n}", evidence="x" * 3_900) for n in range(150)]
    launch_at(plan_of(*many), START, START, None)
    more = [obligation(f"n{n}", evidence="x" * 3_900) for n in range(50)]
    with pytest.raises(Refused, match=f"at most {LARGEST_LAUNCH:,} fit into a workflow; write a part") as refused:
        launch_at(plan_of(*many, *more), START, START, None)
    assert refused.value.code == "too-large"


def amended() -> tuple[Plan, PlanState]:
    """A plan as it was launched, and its state after an amendment of m and the drop of n."""
    life = Life(obligation("m"), obligation("n"), obligation("o"))
    launched = life.plan.plan
    for number, terms in enumerate((amend("change", "m", fields={"evidence": "minutes"}), amend("drop", "n")), start=1):
        assert life.act("t", acts.Propose, LAO, terms=terms) is None
        assert life.act("t", acts.Accept, KHM, proposal=number) is None
    assert len(life.plan.amendments) == 2
    return launched, life.plan


def test_what_both_sides_have_agreed_since_the_launch_is_no_difference() -> None:
    file, state = amended()
    assert launched_plan(state) == file
    assert told_differences(file, state) == []
    assert told_differences(state.plan, state) == [], "a file that was brought up to date is none either"


def with_evidence(plan: Plan, name: str, evidence: str) -> Plan:
    [provision] = plan.provisions
    changed = tuple(
        each.model_copy(update={"evidence": evidence}) if each.id == name else each for each in provision.obligations
    )
    return plan.model_copy(update={"provisions": (provision.model_copy(update={"obligations": changed}),)})


def test_anything_else_is_told_the_plan_in_force_on_the_left() -> None:
    file, state = amended()
    assert told_differences(with_evidence(file, "o", "a letter"), state) == ["o: evidence: (nothing) -> a letter"]
    assert told_differences(with_evidence(file, "m", "a letter"), state) == ["m: evidence: minutes -> a letter"]


def test_the_register_shows_the_file_on_the_left_and_what_was_agreed() -> None:
    file, state = amended()
    document = document_of(with_evidence(file, "o", "a letter"), state)
    assert diff_text(document).splitlines() == [
        "t: in the file -> in force",
        "  m: evidence: (nothing) -> minutes (agreed since the launch)",
        "  n: removed (agreed since the launch)",
        "  o: evidence: a letter -> (nothing)",
    ]
    [changed, dropped, own] = document["differences"]
    assert (changed["file"], changed["in_force"], changed["agreed"]) == ("", "minutes", True)
    assert dropped["file"]["id"] == "n" and dropped["in_force"] is None and not own["agreed"]
    assert diff_text(document_of(state.plan, state)) == "the file reads like the plan t in force"

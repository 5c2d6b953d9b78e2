"""Values for tests of a plan as an item: rounds, validity, a series, a standing commitment, consent."""

from datetime import UTC, datetime
from typing import Any

from models.governance.amended_items import started
from models.governance.opening import openings
from models.governance.plan_state import PlanState, plan_state
from models.machine.draft import Draft
from models.messages import acts
from models.messages.acts import Terms
from models.plan.windows import resolve_windows
from tests.support.builders import START, launch_of, obligation, plan_of
from tests.support.worlds import KHM, LAO, Life

ROUND: dict[str, Any] = {"by": "year", "day": "01-15", "first": 2026, "last": 2029}
TERM: dict[str, Any] = {"valid_from": "2025-01-01", "valid_for_years": 3}
"""A validity until the end of 2027."""
END = datetime(2027, 12, 31, 17, tzinfo=UTC)
YEARLY: dict[str, Any] = {"cadence": "annual", "window": {"by": "year", "first": 2026, "last": 2027}}
UNDATED: dict[str, Any] = {"cadence": "continuous", "window": None}


def series(oid: str = "s", **more: Any) -> dict[str, Any]:
    return obligation(oid, kind="meeting_series", **{**YEARLY, **more})


def standing(oid: str = "c", **more: Any) -> dict[str, Any]:
    return obligation(oid, kind="standing", **{**UNDATED, **more})


def agree(life: Life, terms: Terms, proposer: str = LAO, item: str = "t") -> None:
    """One signatory proposes, and the other consents at once."""
    other = KHM if proposer == LAO else LAO
    assert life.act(item, acts.Propose, proposer, terms=terms) is None
    assert life.act(item, acts.Accept, other, proposal=life.plan.last_proposal) is None


def plan_now(*obligations: dict[str, Any], **more: Any) -> PlanState:
    launch = launch_of(plan_of(*obligations, **more))
    windows = resolve_windows(launch.plan, launch.launched)
    state = plan_state(launch, windows).model_copy(update={"launching": False, "entries": 1})
    draft = Draft(state, START)
    started(draft, openings(launch, windows))
    return draft.state

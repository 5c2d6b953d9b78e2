"""A plan that is taken over in the middle of its validity, with a history file."""

from datetime import UTC, datetime
from typing import Any

from models.plan.plan import Plan
from tests.support.builders import obligation, plan_of

AS_OF = datetime(2026, 6, 1, tzinfo=UTC)
TERM: dict[str, Any] = {"valid_from": "2023-02-13", "valid_for_years": 5}
YEARS: dict[str, Any] = {"by": "year", "first": 2023, "last": 2027}


def plan(*more: dict[str, Any]) -> Plan:
    return plan_of(
        obligation("s", kind="meeting_series", cadence="annual", window=YEARS, host_rule="rotating"),
        obligation("e", kind="exchange", cadence="annual", window=YEARS),
        obligation("v", kind="visit", window={"by": "year", "first": 2024, "last": 2024}),
        obligation("two", kind="seminar", window={"by": "year", "first": 2025, "last": 2026}),
        obligation("Mixed-Case", kind="instrument", window={"by": "year", "first": 2023, "last": 2023}),
        obligation("adhoc", kind="meeting_series", cadence="on_trigger", window=None),
        obligation("c", kind="standing", cadence="continuous", window=None),
        obligation("also", kind="seminar", item="v"),
        *more,
        third=True,
        round={"by": "year", "day": "01-15", "first": 2024, "last": 2028},
        **TERM,
    )


HEADER = "obligation,session,state,date,place,host,note\n"

GOOD = (
    HEADER
    + "s,2023,held,2023-11-04,Pakse,LAO,first of its kind\n"
    + "s,2024,missed,,,KHM,floods\n"
    + "s,2025,excused,,,,\n"
    + "v,,held,2024-05-03,,,\n"
    + "Mixed-Case,,unknown,,,,\n"
    + "adhoc,2024-1,held,,,KHM,\n"
)

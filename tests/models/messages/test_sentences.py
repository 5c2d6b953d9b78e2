"""Words for what the core knows by codes."""

from datetime import UTC, datetime

from models.messages import acts
from models.messages.sentences import _INFINITIVES, _STATUS
from tests.support.builders import DAY, date_terms, obligation
from tests.support.meetings import KHM, LAO
from tests.support.plan_lives import UNDATED
from tests.support.rounds import ASKS, ROUND, TRIGGER
from tests.support.worlds import Life
from workflows.details import details_of


def test_every_status_and_every_awaited_act_has_its_words() -> None:
    life = Life(
        obligation("m", report_to_higher=True, host_rule="rotating"),
        obligation("c", kind="standing", **UNDATED),
        obligation("s", kind="meeting_series", cadence="annual", readings={"pairs": {}}),
        obligation("p", kind="procedure", **TRIGGER),
        round=ROUND,
        valid_from="2024-01-01",
        valid_for_years=4,
    )
    seen: set[str] = set()
    asked: set[str] = set()

    def look() -> None:
        for name, state in life.world.items.items():
            seen.add(life.status(name))
            asked.update(act for _, act, _ in life.awaited(name))
            assert details_of(life.machine(name), state) and life.machine(name).view(state)

    look()
    at = life.now + 5 * DAY
    life.act("t/m", acts.Propose, LAO, terms=date_terms(at))
    look()
    life.act("t/m", acts.Accept, KHM, proposal=1)
    look()
    life.until(ASKS + DAY)
    look()
    life.act("t/m", acts.Held, LAO)
    look()
    life.act("t/m", acts.Dispute, KHM, reason="x")
    look()
    life.act("t/m", acts.Held, KHM)
    life.act("t/m", acts.Outcome, LAO, text="x")
    look()
    for office in (LAO, KHM):
        life.act("t/m", acts.Evidence, office, text="x")
    look()
    life.act("t/p", acts.Call, LAO, reason="x")
    life.act("t/m", acts.Agree, KHM)
    look()
    life.until(datetime(2028, 2, 1, tzinfo=UTC))
    look()
    assert seen <= set(_STATUS), seen - set(_STATUS)
    assert asked <= set(_INFINITIVES), asked - set(_INFINITIVES)
    assert len(seen) >= 12 and len(asked) >= 9
    assert {"launching", "excused", "missed", "unknown", "settled"} <= set(_STATUS)

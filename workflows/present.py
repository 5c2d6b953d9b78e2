"""The present, as the loops of workflows see it."""

from datetime import datetime

from temporalio import workflow


def now_after(waited_until: datetime | None) -> datetime:
    """Returns the present, but never an instant before `waited_until`, for which a timer has waited. None: no timer has
    ended yet.

    The clocks of a cluster may differ, so the clock of a task may be behind the clock that ended the timer.
    """
    now = workflow.now()
    return now if waited_until is None else max(now, waited_until)

"""What a launch, real or rehearsed, starts with."""

from datetime import datetime
from pathlib import Path

from cli.history_file import load_history
from models.opening import EDITION, Launch
from models.plan import Plan
from models.zones import clock_of, end_of_validity, resolve_windows


def launch_at(plan: Plan, launched: datetime, as_of: datetime, history: Path | None) -> Launch:
    """A launch at this instant, with the history that it takes over. Raises FileFault for a bad row of it."""
    past = load_history(history, plan, resolve_windows(plan, launched), as_of) if history else ()
    return Launch(
        plan=plan,
        launched=launched,
        as_of=as_of,
        valid_until=end_of_validity(plan),
        clock=clock_of(plan, launched),
        edition=EDITION,
        history=past,
    )

"""Makes refusals. A refusal says why an item refuses an act, and which acts are awaited now."""

from models.machine.draft import S
from models.machine.ladders import awaiting
from models.machine.rules import Rules
from models.machine.status import next_moment
from models.messages.views import Refusal


def refusal(rules: Rules[S], state: S, code: str, message: str) -> Refusal:
    """Returns a refusal with the acts that are awaited now. If no act is awaited, its message also says what happens
    next, and when."""
    rows = awaiting(state)
    if not rows and (moment := next_moment(rules, state)):
        message = f"{message}; nothing is awaited now; next: {moment.words} {state.setup.clock.moment(moment.at)}"
    return Refusal(code=code, message=message, awaiting=rows)

"""What the mailbox workflow of a plan carries, asks of its activity and hears from it."""

from models.common.values import Duration, Instant, Value


class MailboxState(Value):
    """What was taken in so far."""

    plan: str
    plan_title: str
    taken: int = 0
    needed: int = 0
    """How many of them needed a person."""
    fault: str = ""
    """Why a mailbox cannot be read, or a message not taken in, at present."""
    since: Instant | None = None
    """When that began."""


class Collect(Value):
    """Take in what comes, until something has come or the time is over."""

    plan: str
    watch: Duration
    fault: str = ""
    """What is known already: a change of it is told at once."""


class Collected(Value):
    taken: int = 0
    needed: int = 0
    fault: str = ""


def collected(state: MailboxState, found: Collected, now: Instant) -> MailboxState:
    """The state after one collection."""
    changes = {
        "taken": state.taken + found.taken,
        "needed": state.needed + found.needed,
        "fault": found.fault,
        "since": (state.since if state.fault else now) if found.fault else None,
    }
    return state.model_copy(update=changes)


def in_words(state: MailboxState) -> str:
    """The page in the Temporal UI."""
    lines = [
        f"Messages taken in: {state.taken}; {state.needed} of them needed a person when they came.",
        "`starter.py inbox` lists what still does.",
    ]
    if state.fault:
        lines.append(f"**Not read now:** {state.fault}")
    return "\n\n".join(lines)

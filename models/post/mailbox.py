"""The state of the mailbox workflow of a plan, and what its activity `collect` takes and returns."""

from models.common.values import Duration, Instant, Value


class MailboxState(Value):
    """The state of the mailbox workflow: how many messages it has taken in, and whether it can read its mailboxes."""

    plan: str
    plan_title: str
    taken: int = 0
    """How many messages were taken in."""
    needed: int = 0
    """How many of these messages needed a person when they came."""
    fault: str = ""
    """Why a mailbox cannot be read now, or why a message cannot be taken in now. Empty if there is no fault."""
    since: Instant | None = None
    """When the fault began. None if there is no fault."""


class Collect(Value):
    """The argument of the activity `collect`: watch the mailboxes of a plan, and take in the messages that come."""

    plan: str
    watch: Duration
    """How long to watch. The activity returns earlier if a message comes."""
    fault: str = ""
    """The fault that the workflow knows. If the fault changes, the activity returns at once."""


class Collected(Value):
    """The result of the activity `collect`. The fields have the same names as in `MailboxState`."""

    taken: int = 0
    needed: int = 0
    fault: str = ""


def collected(state: MailboxState, found: Collected, now: Instant) -> MailboxState:
    """Gives the state after the activity `collect` has returned `found`."""
    changes = {
        "taken": state.taken + found.taken,
        "needed": state.needed + found.needed,
        "fault": found.fault,
        "since": (state.since if state.fault else now) if found.fault else None,
    }
    return state.model_copy(update=changes)


def in_words(state: MailboxState) -> str:
    """The page of the mailbox in the Temporal UI, as Markdown."""
    lines = [
        f"Messages taken in: {state.taken}; {state.needed} of them needed a person when they came.",
        "`starter.py inbox` lists the messages that still need a person.",
    ]
    if state.fault:
        lines.append(f"**Not read now:** {state.fault}")
    return "\n\n".join(lines)

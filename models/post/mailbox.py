"""The state of the mailbox workflow of a plan, and the argument and the result of its activity `collect`."""

from models.common.values import Duration, Instant, Value


class MailboxState(Value):
    """The state of the mailbox workflow: how many messages it has put into the inbox, and whether it can read
    its mailboxes."""

    plan: str
    plan_title: str
    epoch: int = 0
    """The epoch of the engine on which the workflow runs. 0: a release that knew no epochs."""
    taken: int = 0
    """How many messages the workflow has put into the inbox."""
    needed: int = 0
    """How many of these messages needed a person when they came."""
    fault: str = ""
    """Why the program cannot read a mailbox now, or cannot put a message into the inbox. Empty if there is no fault."""
    since: Instant | None = None
    """When the fault began. None if there is no fault."""


class Collect(Value):
    """The argument of the activity `collect`, which watches the mailboxes of a plan and puts new messages into the
    inbox."""

    plan: str
    epoch: int = 0
    """The epoch of the engine that reads the mail."""
    watch: Duration
    """How long the activity watches the mailboxes. It returns earlier if a message comes."""
    fault: str = ""
    """The fault that the workflow already knows. Empty if it knows none. If the fault changes, the activity returns at
    once."""


class Collected(Value):
    """The result of one run of the activity `collect`. The fields mean the same as in `MailboxState`, but count only
    the messages of this run."""

    taken: int = 0
    needed: int = 0
    fault: str = ""


def collected(state: MailboxState, found: Collected, now: Instant) -> MailboxState:
    """Returns the new state of the mailbox workflow, after the activity `collect` has returned `found`."""
    changes = {
        "taken": state.taken + found.taken,
        "needed": state.needed + found.needed,
        "fault": found.fault,
        "since": (state.since if state.fault else now) if found.fault else None,
    }
    return state.model_copy(update=changes)


def in_words(state: MailboxState) -> str:
    """Returns the text about the mailbox that the Temporal UI shows, as Markdown."""
    lines = [
        f"Messages taken in: {state.taken}; {state.needed} of them needed a person when they came.",
        "`starter.py inbox` lists the messages that still need a person.",
    ]
    if state.fault:
        lines.append(f"**Not read now:** {state.fault}")
    return "\n\n".join(lines)

"""Finds the session or procedure that the act `call` has opened."""

from collections.abc import Iterable

from temporalio.service import RPCError

from cli.errors import CommandError
from cli.session import Session, answered
from models.messages.acts import Call
from models.messages.views import ItemView, LedgerEntry


async def opened_by(here: Session, item: str, act: Call) -> str | None:
    """Returns the id of the session or procedure that the call `act` has opened. None if the call woke the item itself
    and opened nothing, or if no worker answers."""
    handle = here.client.get_workflow_handle(item)
    try:
        view: ItemView = await answered(handle.query("view", result_type=ItemView))
    except (CommandError, RPCError):
        return None
    session = session_of(view.ledger, act.office)
    return f"{item}/{session}" if session else None


def session_of(ledger: Iterable[LedgerEntry], office: str) -> str | None:
    """Returns the name of the session that the last call of an office has opened, as the ledger says. None if that call
    has opened none, or if the office made no call."""
    session, called = None, False
    for entry in ledger:
        if entry.verb == "call" and entry.office == office:
            session, called = None, True
        elif called and session is None and entry.verb == "opened":
            session = entry.data.get("session")
    return session

"""Finds the item that an act has opened: a session or procedure (`call`), or a rectification (`rectify`)."""

from collections.abc import Iterable

from temporalio.service import RPCError

from cli.answers import asked
from cli.errors import CommandError
from cli.session import Session
from models.messages.acts import Act, Rectify
from models.messages.views import ItemView, LedgerEntry


async def opened_by(here: Session, item: str, act: Act) -> str | None:
    """Returns the id of the session, procedure or rectification that the act has opened. None if a call woke the item
    itself and opened nothing, or if no worker answers."""
    try:
        view = await asked(here.client, item, "view", ItemView)
    except (CommandError, RPCError):
        return None
    if isinstance(act, Rectify):
        lines = (entry for entry in reversed(view.ledger) if entry.verb == "rectify" and entry.office == act.office)
        return next((str(entry.data["opened"]) for entry in lines), None)
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

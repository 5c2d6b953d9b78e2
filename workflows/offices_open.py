"""Tells running post rooms that every office is open day and night, if the setting AIDE_OFFICE_HOURS is off."""

import logging

from temporalio.client import Client
from temporalio.service import RPCError

from models.post.office_hours import AlwaysOpen

_log = logging.getLogger(__name__)

_ROOMS = "ItemKind='secretariat' AND ExecutionStatus='Running'"

ALWAYS_OPEN = "always_open"
"""The name of the signal that tells a post room."""


async def open_offices(client: Client) -> None:
    """Tells every post room that runs that its office is open now. A worker with AIDE_OFFICE_HOURS=off calls this
    function when it starts. Without it, a post room would wait for the opening that it knows.

    Nobody needs to tell the post rooms that the setting is on again: the activity `despatch` looks before each mail. It
    raises no error if Temporal or a post room does not answer.
    """
    try:
        rooms = [each.id async for each in client.list_workflows(_ROOMS)]
    except RPCError as error:
        _log.warning("mail that waits for office hours still waits: %s", error.message)
        return
    for room in rooms:
        try:
            await client.get_workflow_handle(room).signal(ALWAYS_OPEN, AlwaysOpen())
        except RPCError as error:  # it has ended since
            _log.warning("post room %s was not told that its office is open: %s", room, error.message)

"""The activity `look_for_objections`: before silence closes an item, it looks for messages that wait for a person."""

import asyncio
from datetime import datetime

from temporalio import activity

from activities.collect import has_mailbox
from adapters.files.inbox_file import Inbox, inboxes
from adapters.files.record_file import RecordFault
from adapters.settings import Settings
from models.messages.effects import LookForObjections, Objections
from models.post.incoming import MessageKind, TakenIn

PATIENCE = 12
"""The most seconds for which the activity waits until the mailbox has been read once more."""


class ObjectionActivities:
    """The activity `look_for_objections`. It reads the inbox of a plan for an item whose time to object is over."""

    def __init__(self, settings: Settings) -> None:
        self._record = settings.record
        self._reads_mail = has_mailbox(settings)

    @activity.defn(name="look_for_objections")
    async def look_for_objections(self, look: LookForObjections) -> Objections:
        """Return the reason why the silence may not end yet. `why` of the result is empty if the silence may end.

        The silence may not end while a message that may come from one of the offices waits for a person. If a mailbox
        is set, it must first be read once more. An inbox that cannot be read is also a reason, and raises no error.
        """
        if self._reads_mail and not await self._read_after(look.until, Inbox(self._record, look.plan)):
            return Objections(since=look.since, why="the organizer's mailbox has not been read since the time ended")
        try:
            waiting = [
                (inbox, message) for inbox in inboxes(self._record, look.plan) for message in inbox.read().waiting
            ]
        except (RecordFault, OSError) as error:
            return Objections(since=look.since, why=f"the inbox cannot be read: {error}"[:300])
        for inbox, message in waiting:
            if _may_object(message, look):
                plan = inbox.path.parent.name
                of = "" if plan == look.plan else f" of {plan}"
                why = (
                    f"message {message.n} of the inbox{of}, from {message.sender or 'nobody known'}, waits for a person"
                )
                return Objections(since=look.since, why=why[:300])
        return Objections(since=look.since)

    async def _read_after(self, end: datetime, inbox: Inbox) -> bool:
        """Whether the mailbox was read to its end after the instant `end`. It waits a little for the next reading."""
        for _ in range(int(PATIENCE / 0.2)):
            read = inbox.read_until
            if read is not None and read >= end:
                return True
            await asyncio.sleep(0.2)
        return False


def _may_object(message: TakenIn, look: LookForObjections) -> bool:
    """Whether a message that waits for a person may be an objection of one of the offices, proved or not."""
    named = {*message.offices, *(outcome.office for outcome in message.outcomes)}
    uncertain = not message.offices and (not message.sender or message.kind is MessageKind.ANSWERS)
    return uncertain or not named.isdisjoint(look.offices)

"""The activity `enter`: appends the lines of one decision to an item's record, and keeps the state after them."""

import logging
from datetime import UTC, datetime

from pydantic import JsonValue
from temporalio import activity

from adapters.files.epoch_file import engine_of
from adapters.files.inbox_file import inboxes
from adapters.files.record_file import RecordFault, append, check_numbers, locked, record_error, record_path
from adapters.files.state_file import keep
from adapters.settings import Settings
from models.messages.kept_state import Entered
from models.messages.record_lines import RecordEntries
from models.post.incoming import SeenTo

_log = logging.getLogger(__name__)


class RecordActivities:
    """The activity `enter`. It writes the records of items and post rooms for their workflows."""

    def __init__(self, settings: Settings) -> None:
        self._root = settings.record

    @activity.defn(name="enter")
    async def enter(self, entries: RecordEntries) -> Entered:
        """Keep the state of the workflow, append lines to its item's file, and make both durable.

        The state comes first, and names the lines. So after a crash between the two, the record can be completed.
        After a rewind, the new lines may prove that they replace older lines. Then a marker says that the older lines
        no longer count, and they stay in the file. The result says if the state must be given in full.

        Raises a non-retryable ApplicationError (type Record) for lines that no file can take, or (type EarlierEpoch)
        if the plan goes on elsewhere. Raises a retryable one (type RecordDamaged) if the file lacks an earlier number,
        has another line with one of these numbers, or has a line that cannot be read. The error names the file and the
        number, and an operator must mend the file.
        """
        if entries.item != entries.plan and not entries.item.startswith(f"{entries.plan}/"):
            raise record_error(f"item {entries.item!r} is not of plan {entries.plan!r}")
        path = record_path(self._root, entries.item)
        check_numbers(path, entries.lines)
        path.parent.mkdir(parents=True, exist_ok=True)
        handed_over = activity.info().scheduled_time
        async with engine_of(self._root, entries.plan, entries.epoch), locked(path) as descriptor:
            if entries.state is not None:
                try:
                    if not keep(self._root, entries, handed_over):
                        return Entered(kept=False)
                except (RecordFault, ValueError) as error:
                    raise record_error(str(error), "RecordDamaged", final=False) from None
            append(path, descriptor, entries, handed_over)
        for line in entries.lines:
            await self._see_to_answered(entries, line)
        return Entered()

    async def _see_to_answered(self, entries: RecordEntries, line: dict[str, JsonValue]) -> None:
        """If a line is an act with which a side answers what it had written beside a button, marks the messages with
        these words as done. If a mail brought the act, the intake does so.

        An inbox that cannot be written stops no record: the messages then stay in the list of the person.
        """
        data = line.get("data")
        if not isinstance(data, dict) or not data.get("answers_words_of") or data.get("message"):
            return
        office = str(data["answers_words_of"])
        note = f"{line.get('office')} has answered it with an act of its own ({line.get('verb')}, line {line.get('n')})"
        try:
            for inbox in inboxes(self._root, entries.plan):
                found = inbox.read().unclear_answers(entries.item, office)
                if found:
                    now = datetime.now(UTC)
                    await inbox.see_to(SeenTo(at=now, done=each.n, note=note) for each in found)
        except (RecordFault, OSError) as error:
            _log.warning("the inbox of %s does not show that a message is answered: %s", entries.plan, error)

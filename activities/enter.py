"""The activity `enter`: appends the lines of one decision to an item's record, and keeps the state after them."""

from temporalio import activity

from adapters.files.epoch_file import engine_of
from adapters.files.record_file import RecordFault, append, check_numbers, locked, record_error, record_path
from adapters.files.state_file import keep
from adapters.settings import Settings
from models.messages.kept_state import Entered
from models.messages.record_lines import RecordEntries


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
        return Entered()

"""The activity `enter`: appends the lines of one decision to an item's record."""

from temporalio import activity

from adapters.files.record_file import append, check_numbers, locked, record_error, record_path
from adapters.settings import Settings
from models.messages.record_lines import RecordEntries


class RecordActivities:
    """The activity `enter`. It writes the records of items and post rooms for their workflows."""

    def __init__(self, settings: Settings) -> None:
        self._root = settings.record

    @activity.defn(name="enter")
    async def enter(self, entries: RecordEntries) -> None:
        """Append lines to an item's file and make them durable.

        After a rewind, the new lines may prove that they replace older lines. Then a marker says that the older lines
        no longer count, and they stay in the file.

        Raises a non-retryable ApplicationError (type Record) for lines that no file can take. Raises a retryable one
        (type RecordDamaged) if the file lacks an earlier number, has another line with one of these numbers, or has a
        line that cannot be read. The error names the file and the number, and an operator must mend the file.
        """
        if entries.item != entries.plan and not entries.item.startswith(f"{entries.plan}/"):
            raise record_error(f"item {entries.item!r} is not of plan {entries.plan!r}")
        path = record_path(self._root, entries.item)
        check_numbers(path, entries.lines)
        path.parent.mkdir(parents=True, exist_ok=True)
        async with locked(path) as descriptor:
            append(path, descriptor, entries, activity.info().scheduled_time)

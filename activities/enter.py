"""The activity `enter`: appends the lines of one decision to an item's record."""

from temporalio import activity

from adapters.files.record_file import append, check_numbers, locked, record_error, record_path
from adapters.settings import Settings
from models.messages.record_lines import RecordEntries


class RecordActivities:
    """Writes the records of items for their workflows."""

    def __init__(self, settings: Settings) -> None:
        self._root = settings.record

    @activity.defn(name="enter")
    async def enter(self, entries: RecordEntries) -> None:
        """Append lines to an item's file and make them durable.

        After a rewind, the new lines may prove that they replace older ones. A marker then sets the older ones aside;
        they stay in the file. Raises a non-retryable ApplicationError (type Record) for lines that no file could take.
        Raises a retryable one (RecordDamaged) if the file lacks an earlier number, has another line under one of these
        numbers, or has a line that cannot be read. It names file and number: an operator mends the file.
        """
        if entries.item != entries.plan and not entries.item.startswith(f"{entries.plan}/"):
            raise record_error(f"item {entries.item!r} is not of plan {entries.plan!r}")
        path = record_path(self._root, entries.item)
        check_numbers(path, entries.lines)
        path.parent.mkdir(parents=True, exist_ok=True)
        async with locked(path) as descriptor:
            append(path, descriptor, entries, activity.info().scheduled_time)

"""The activity `enter`: appends the lines of one decision to an item's record."""

from temporalio import activity

from adapters.files.record_file import append, check_numbers, locked, record_error, record_path
from adapters.settings import Settings
from models.messages.record_lines import RecordEntries


class RecordActivities:
    """Writes the record of items, each on its workflow's behalf."""

    def __init__(self, settings: Settings) -> None:
        self._root = settings.record

    @activity.defn(name="enter")
    async def enter(self, entries: RecordEntries) -> None:
        """Append lines to an item's file and make them durable.

        After a rewind, lines that they prove to take the place of are set aside, and stay in the file. Raises a
        non-retryable ApplicationError (type Record) for lines that no file could take; a retryable one (RecordDamaged)
        that names file and number where the file lacks a number before them, holds something else under one of theirs,
        or holds what is no line: an operator mends the file, and the item goes on.
        """
        if entries.item != entries.plan and not entries.item.startswith(f"{entries.plan}/"):
            raise record_error(f"item {entries.item!r} is not of plan {entries.plan!r}")
        path = record_path(self._root, entries.item)
        check_numbers(path, entries.lines)
        path.parent.mkdir(parents=True, exist_ok=True)
        async with locked(path) as descriptor:
            append(path, descriptor, entries, activity.info().scheduled_time)

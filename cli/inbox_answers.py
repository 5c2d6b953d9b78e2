"""The messages of the inbox that an act of their own side answers.

An answer by mail with words of its own waits in the inbox, because it is no consent. If the side then acts itself, it
has said what it means, and the message waits for nobody any longer.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from adapters.files.inbox_file import FOLDER, Inbox
from adapters.files.record_file import RecordFault
from models.messages.acts import Accept, Act, Counter, Reject
from models.post.incoming import SeenTo
from models.post.why import family


async def see_to_answered(record: Path, item: str, act: Act) -> None:
    """Marks as seen to every message of the inboxes that seems to be an act about this item, of the institution of this
    office. It does so only after `accept`, `reject` and `counter`, and otherwise does nothing.

    If an inbox cannot be read or written, it says so on standard error: the act itself counts.
    """
    if not isinstance(act, Accept | Reject | Counter):
        return
    note = f"{act.office} has answered itself, with {act.verb}"
    for path in sorted(record.glob(f"*/{FOLDER}.jsonl")):
        inbox = Inbox(record, path.parent.name)
        try:
            found = [
                message.n
                for message in inbox.read().waiting
                for one in message.outcomes
                if one.seems and one.item == item and family(one.office) == family(act.office)
            ]
            if found:
                await inbox.see_to(SeenTo(at=datetime.now(UTC), done=n, note=note) for n in dict.fromkeys(found))
        except (RecordFault, OSError) as error:
            sys.stderr.write(f"note: {path} cannot be brought up to date: {error}; use `inbox done`\n")

"""Shows the messages that came in, and counts those that wait for a person."""

import os
import shlex
from pathlib import Path
from typing import Any

from adapters.files.inbox_file import Inbox
from adapters.files.record_file import RecordFault
from cli.errors import Refused
from cli.folders import record_root
from models.common.nearest import did_you_mean
from models.messages.sentences import infinitive
from models.post.incoming import TakenIn
from models.post.review import Row, rows
from servers.datafolder import read_run


def waiting_line(data: Path, plan: str | None) -> str:
    """Returns the line that `status` prints about the inbox. Empty if no message waits for a person, or if it is not
    clear which plan is meant."""
    try:
        waiting = Inbox(record_root(data), inbox_plan(data, plan)).read().waiting
    except Refused:
        return ""
    except RecordFault as fault:
        return f"inbox: {fault}\n"
    if not waiting:
        return ""
    floods = "".join(f", {len(each.messages):,} of them from {each.name}" for each in rows(waiting) if each.is_flood)
    needs = "message needs" if len(waiting) == 1 else "messages need"
    return f"inbox: {len(waiting):,} {needs} a person{floods}; `inbox` lists them\n"


def inbox_plan(data: Path, plan: str | None) -> str:
    """Returns the id of the plan whose inbox a command reads. It asks no server.

    `plan` is the id that the person gave, or None. Raises Refused if it is not clear which plan is meant.
    """
    run = read_run(data)
    named = plan or os.environ.get("AIDE_PLAN") or (run.plan if run else None)
    record = record_root(data)
    if named:
        kept = sorted(path.name for path in record.glob("*") if path.is_dir())
        if kept and named not in kept and not (run and run.plan == named):
            hint = did_you_mean(named, kept, f"the record has: {', '.join(kept)}")
            raise Refused("no-plan", f"there is no plan {named!r}; {hint}")
        return named
    found = sorted(path.parent.name for path in record.glob("*/inbox.jsonl"))
    if len(found) != 1:
        known = ", ".join(found) or "none has an inbox yet"
        raise Refused("no-plan", f"say which plan is meant with --plan (there are: {known})")
    return found[0]


def message_text(message: TakenIn) -> str:
    """Returns one message as text for people."""
    office = f" ({', '.join(message.offices)})" if message.offices else ""
    lines = [f"{message.n:>4}  {message.date[:16].replace('T', ' ')}  {message.from_line or '(no sender)'}{office}"]
    lines.append(f"      {message.subject or '(no subject)'}")
    for outcome in message.outcomes:
        item = outcome.item.partition("/")[2]
        about = f"{item}: " if item else ""
        lines += [f"      {about}{line}" for line in outcome.text.splitlines()]
        if item and outcome.seems:
            lines.append(f"      seems to be: {outcome.seems} of {outcome.item} by {outcome.office}")
            lines.append(f"      `inbox ask {message.n}` asks {outcome.office} whether it accepts without condition")
        elif item and outcome.found_by:
            of = (
                f"; awaited of {outcome.office}: {', '.join(map(infinitive, outcome.awaited))}"
                if outcome.awaited
                else ""
            )
            lines.append(f"      about {item} (by its {outcome.found_by}){of}")
        elif item and outcome.why:
            lines.append(f"      about {item}")
    if message.why:
        lines.append(f"      needs a person: {message.why}")
    elif not message.outcomes:
        lines.append(f"      {message.reason or message.kind.value}; nothing follows from it")
    return "\n".join(lines)


def row_text(row: Row) -> str:
    """Returns one row of the inbox as text for people. A row is one message, or many messages of one sender (a flood).
    For a flood the text shows the last message."""
    if not row.is_flood:
        return message_text(row.messages[0])
    first, last = row.messages[0], row.messages[-1]
    return "\n".join(
        [
            f"{first.n:>4}  {len(row.messages):,} messages from {row.name}, {first.at:%Y-%m-%d} to {last.at:%Y-%m-%d}",
            f"      the last is message {last.n}: {last.subject or '(no subject)'}",
            f"      needs a person: {last.why}",
            f"      `inbox --from {shlex.quote(row.name)}` lists each; `inbox done --from ...` marks all as seen to",
        ]
    )


def flood_document(row: Row) -> dict[str, Any]:
    """Returns one entry of `floods` in `inbox --json`. A flood is many messages of one sender that share one row."""
    return {
        "from": row.name,
        "count": len(row.messages),
        "numbers": [each.n for each in row.messages],
        "message_ids": [each.message_id for each in row.messages],
    }


def message_document(message: TakenIn, box: Inbox | None = None) -> dict[str, Any]:
    """Returns the entry of one message in `inbox --json` and `ingest --json`.

    Its `seen_to` says when a person dealt with the message. Without `box`, `seen_to` is None.
    """
    seen = box.seen_to.get(message.n) if box else None
    document = message.model_dump(mode="json", exclude={"digest"})
    return {**document, "seen_to": seen.model_dump(mode="json", include={"at", "note"}) if seen else None}

"""Shows the mail that was taken in, and counts the messages that wait for a person."""

import os
import shlex
from pathlib import Path
from typing import Any

from adapters.files.inbox_file import Inbox
from adapters.files.record_file import RecordFault
from cli.errors import Refused
from cli.folders import record_root
from models.common.nearest import did_you_mean
from models.post.incoming import TakenIn
from models.post.review import Row, rows
from servers.datafolder import read_run


def waiting_line(data: Path, plan: str | None) -> str:
    """The line of `status` about the inbox; empty if no message waits."""
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
    """The id of the plan whose inbox is meant, without a server. Raises Refused if that is not clear."""
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
    """One message as text for people."""
    office = f" ({', '.join(message.offices)})" if message.offices else ""
    lines = [f"{message.n:>4}  {message.date[:16].replace('T', ' ')}  {message.from_line or '(no sender)'}{office}"]
    lines.append(f"      {message.subject or '(no subject)'}")
    for outcome in message.outcomes:
        item = outcome.item.partition("/")[2]
        about = f"{item}: " if item else ""
        lines += [f"      {about}{line}" for line in outcome.text.splitlines()]
        if item and outcome.why:
            lines.append(f"      about {item}")
    if message.why:
        lines.append(f"      needs a person: {message.why}")
    elif not message.outcomes:
        lines.append(f"      {message.reason or message.kind.value}; nothing follows from it")
    return "\n".join(lines)


def row_text(row: Row) -> str:
    """One row of the list as text for people: one message, or a flood with its last one."""
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
    """One entry of `floods` in `inbox --json`: several messages that share a row of the list."""
    return {
        "from": row.name,
        "count": len(row.messages),
        "numbers": [each.n for each in row.messages],
        "message_ids": [each.message_id for each in row.messages],
    }


def message_document(message: TakenIn, box: Inbox | None = None) -> dict[str, Any]:
    """One entry of `inbox --json` and `ingest --json`."""
    seen = box.seen_to.get(message.n) if box else None
    document = message.model_dump(mode="json", exclude={"digest"})
    return {**document, "seen_to": seen.model_dump(mode="json", include={"at", "note"}) if seen else None}

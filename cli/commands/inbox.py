"""`ingest` and `inbox`: mail that is taken in by hand, and what of it needs a person."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.files.inbox_file import Inbox
from adapters.files.record_file import RecordFault
from adapters.inbound.intake import Intake, IntakeUnavailable
from adapters.inbound.message import read
from adapters.mailbox.maildir import Maildir
from adapters.mailbox.source import LIMIT, MailboxUnavailable, Message
from adapters.temporal import readable
from cli.errors import BadUsage, NoServer, Refused
from cli.options import DataOption, JsonOption, PlanOption
from cli.session import contacts_file, record_root, session
from models.post.incoming import CalendarAnswer, SeenTo, TakenIn
from servers.datafolder import read_run

SourcesArgument = Annotated[
    list[str] | None,
    typer.Argument(help="Files (.eml), Maildirs, or - for standard input.", metavar="[FILE|MAILDIR|-]..."),
]


# --- ingest -----------------------------------------------------------------------------------------------------------


def ingest(
    sources: SourcesArgument = None,
    data: DataOption = Path("var"),
    plan: PlanOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in mail that came to the organizer: answers to invitations, mail that came back, letters.

    Each message counts once, by what it says. What needs a person is listed by `inbox`.

    ingest answer.eml          ingest ~/Maildir          ingest - < answer.eml
    """
    asyncio.run(_ingest(sources or ["-"], data, plan, as_json))


async def _ingest(sources: list[str], data: Path, plan: str | None, as_json: bool) -> None:
    for source in sources:
        if source != "-" and not Path(source).exists():
            raise BadUsage("no-such-file", f"there is no {source}; name a file, a Maildir, or - for standard input")
    taken = []
    async with session(data, plan) as here:
        intake = Intake(here.client, here.record, contacts_file(data), await here.plan())
        try:
            for source in sources:
                async for message, mailbox in _messages(source):
                    entered = await intake.take(message.data, _name(source), message.truncated, anew=True)
                    if mailbox is not None:
                        await mailbox.done(message.key)
                    taken.append(entered)
                    if not as_json:
                        sys.stdout.write(_line(entered) + "\n")
        except (IntakeUnavailable, MailboxUnavailable) as error:
            raise NoServer(
                "not-taken-in", f"{error}; {len(taken)} were taken in; repeat it: nothing counts twice"
            ) from None
    if as_json:
        sys.stdout.write(json.dumps({"messages": [_document(each) for each in taken]}, ensure_ascii=False) + "\n")
    elif not taken:
        sys.stdout.write("no message there\n")


def _name(source: str) -> str:
    return "standard input" if source == "-" else readable(Path(source))


async def _messages(source: str) -> AsyncIterator[tuple[Message, Maildir | None]]:
    """The messages of one source; of a Maildir those that nobody has read."""
    path = Path(source)
    if source != "-" and (path / "new").is_dir():
        mailbox = Maildir(path)
        seen: set[str] = set()
        while True:
            fresh = [each async for each in mailbox.messages() if each.key not in seen]
            for message in fresh:
                seen.add(message.key)
                yield message, mailbox
            if not fresh:
                return
    elif source != "-" and path.is_dir():
        for file in sorted(path.glob("*.eml")):
            yield _read(file), None
    else:
        yield _read(None if source == "-" else path), None


def _read(path: Path | None) -> Message:
    try:
        if path is None:
            data = sys.stdin.buffer.read(LIMIT + 1)
        else:
            with path.open("rb") as file:
                data = file.read(LIMIT + 1)
    except OSError as error:
        raise BadUsage("bad-file", f"{path or 'standard input'} cannot be read: {error.strerror}") from None
    if not data.strip():
        raise BadUsage("bad-file", f"{path or 'standard input'} is empty; give a whole message with its headers")
    return Message(str(path or "-"), data[:LIMIT], len(data) > LIMIT)


# --- inbox ------------------------------------------------------------------------------------------------------------


def inbox(
    action: Annotated[str, typer.Argument(help="list, show or done.", metavar="[list|show|done]")] = "list",
    number: Annotated[int | None, typer.Argument(help="The number of a message.", metavar="[N]")] = None,
    note: Annotated[str, typer.Option("--note", help="done: what was made of it.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Also what needs nobody, and what was seen to.")] = False,
    data: DataOption = Path("var"),
    plan: PlanOption = None,
    as_json: JsonOption = False,
) -> None:
    """Mail that needs a person: who wrote, when, about what, and why a person is needed. Needs no server.

    inbox          inbox show 3          inbox done 3 --note "answered by telephone"
    """
    box = Inbox(record_root(data), _plan_of(data, plan)).read()
    if action == "list":
        _list(box, every, as_json)
        return
    if action not in ("show", "done"):
        raise BadUsage("bad-usage", f"there is no `inbox {action}`; write inbox, inbox show N or inbox done N")
    if number is None:
        raise BadUsage("missing-argument", f"say which message: inbox {action} N; `inbox` lists them")
    message = box.messages.get(number)
    if message is None:
        raise Refused("no-such-message", f"there is no message {number} in the inbox; `inbox --all` lists them")
    if action == "done":
        _done(box, message, note, as_json)
    else:
        _show(box, message, as_json)


def _plan_of(data: Path, plan: str | None) -> str:
    """The plan that is meant, without asking a server."""
    run = read_run(data)
    named = plan or os.environ.get("AIDE_PLAN") or (run.plan if run else None)
    if named:
        return named
    found = sorted(path.parent.name for path in record_root(data).glob("*/inbox.jsonl"))
    if len(found) != 1:
        known = ", ".join(found) or "none has an inbox yet"
        raise Refused("no-plan", f"say which plan is meant with --plan (there are: {known})")
    return found[0]


def waiting_line(data: Path, plan: str | None) -> str:
    """What `status` says of the inbox: nothing where nothing waits there."""
    try:
        count = len(Inbox(record_root(data), _plan_of(data, plan)).read().waiting)
    except Refused:
        return ""
    except RecordFault as fault:
        return f"inbox: {fault}\n"
    return (
        f"inbox: {count} {'message needs' if count == 1 else 'messages need'} a person; `inbox` lists them\n"
        if count
        else ""
    )


def _list(box: Inbox, every: bool, as_json: bool) -> None:
    shown = list(box.messages.values()) if every else box.waiting
    if as_json:
        documents = [_document(each, box) for each in shown]
        sys.stdout.write(json.dumps({"messages": documents}, ensure_ascii=False) + "\n")
        return
    for message in shown:
        sys.stdout.write(_line(message) + "\n")
        if (seen := box.seen_to.get(message.n)) is not None:
            sys.stdout.write(f"      seen to on {seen.at:%Y-%m-%d}{f': {seen.note}' if seen.note else ''}\n")
    if not shown:
        sys.stdout.write("nothing needs a person\n")


def _answer_line(answer: CalendarAnswer) -> str:
    """What a calendar in a message says, for whoever has to enter it by hand."""
    said = f"{answer.partstat or 'no PARTSTAT'} ({answer.method}) of {answer.attendee or 'nobody'}"
    time = f", proposes {answer.slot.start.local:%Y-%m-%d %H:%M} {answer.slot.start.zone}" if answer.slot else ""
    comment = f": {answer.comment}" if answer.comment else ""
    return f"{said}, SEQUENCE {answer.sequence}{time}{comment}"


def _line(message: TakenIn) -> str:
    """One message for a person."""
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


def _document(message: TakenIn, box: Inbox | None = None) -> dict[str, Any]:
    """One entry of `inbox --json` and `ingest --json`."""
    seen = box.seen_to.get(message.n) if box else None
    document = message.model_dump(mode="json", exclude={"digest"})
    return {**document, "seen_to": seen.model_dump(mode="json", include={"at", "note"}) if seen else None}


def _done(box: Inbox, message: TakenIn, note: str, as_json: bool) -> None:
    seen = asyncio.run(box.see_to(SeenTo(at=datetime.now(UTC), done=message.n, note=note.strip())))
    if as_json:
        sys.stdout.write(json.dumps(_document(message, box), ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(f"message {seen.done} is seen to{f': {seen.note}' if seen.note else ''}\n")


def _show(box: Inbox, message: TakenIn, as_json: bool) -> None:
    path = box.folder / message.file
    try:
        with path.open("rb") as file:
            raw = file.read(LIMIT)
    except OSError as error:
        raise Refused("no-message", f"{path} cannot be read: {error.strerror}") from None
    reading = read(raw)
    text = "\n".join([*map(_answer_line, reading.answers), reading.text]).strip() or f"({reading.reason or 'no text'})"
    if as_json:
        answers = [each.model_dump(mode="json") for each in reading.answers]
        document = {**_document(message, box), "answers": answers, "text": reading.text, "path": str(path)}
        sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
        return
    sys.stdout.write(f"{_line(message)}\n      {readable(path)}\n\n{text}\n")

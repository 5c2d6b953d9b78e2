"""`inbox`: lists the mail that needs a person, and shows one message or marks it as done."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from adapters.files.inbox_file import Inbox
from adapters.inbound.message import read
from adapters.mailbox.source import LIMIT
from cli.display.inbox import flood_document, inbox_plan, message_document, message_text, row_text
from cli.errors import BadUsage, Refused
from cli.folders import record_root
from cli.json_text import json_text
from cli.options import DataOption, JsonOption, PlanOption
from cli.output import readable
from models.post.incoming import CalendarAnswer, SeenTo, TakenIn
from models.post.review import Row, of, rows


def inbox(
    action: Annotated[
        str, typer.Argument(help="list, show, done, ask or note.", metavar="[list|show|done|ask|note]")
    ] = "list",
    number: Annotated[int | None, typer.Argument(help="The number of a message.", metavar="[N]")] = None,
    item: Annotated[
        str, typer.Argument(help="ask, note: the item, if the message names none or several.", metavar="[ITEM]")
    ] = "",
    note: Annotated[str, typer.Option("--note", help="done: what you did about it. note: the text of the note.")] = "",
    office: Annotated[
        str, typer.Option("--as", help="note: the office that notes. ask: which of the sender's offices is asked.")
    ] = "",
    name: Annotated[
        str,
        typer.Option(
            "--from", help="list, done: only those of an address, of a @domain, or of `strangers`.", metavar="WHO"
        ),
    ] = "",
    every: Annotated[
        bool, typer.Option("--all", help="Also messages that need nobody or that a person has seen to.")
    ] = False,
    data: DataOption = Path("var"),
    plan: PlanOption = None,
    as_json: JsonOption = False,
) -> None:
    """List mail that needs a person: who wrote, when, about what, and why a person is needed. Needs no server.

    Many messages from one sender share a row; --from lists each of them. `ask` sends the office the question back what
    its words mean, and `note` puts a note about a message on record; these two need the server.

    inbox          inbox show 3          inbox done 3 --note "answered by telephone"

    inbox ask 3          inbox note 3 16.3-jtc/2026 --as lao-moic --note "Cambodia expects the draft in May"

    inbox --from x@host.example          inbox done --from x@host.example --note "spam"
    """
    box = Inbox(record_root(data), inbox_plan(data, plan)).read()
    if action == "list":
        _list(box, every, name, as_json)
        return
    if action not in ("show", "done", "ask", "note"):
        known = "inbox, inbox show N, inbox done N, inbox ask N or inbox note N"
        raise BadUsage("bad-usage", f"there is no `inbox {action}`; write {known}")
    if action == "done" and name and number is None:
        _all_done(box, name, note, as_json)
        return
    if number is None or name:
        raise BadUsage("missing-argument", f"say which one message: inbox {action} N; `inbox` lists them")
    message = box.messages.get(number)
    if message is None:
        raise Refused("no-such-message", f"there is no message {number} in the inbox; `inbox --all` lists them")
    if action == "done":
        _done(box, message, note, as_json)
    elif action in ("ask", "note"):
        from cli.inbox_acts import ask, put_note  # imports the client of Temporal, which the list does not need

        if action == "ask":
            asyncio.run(ask(data, plan, box, message, item, office, as_json))
        else:
            asyncio.run(put_note(data, plan, box, message, item, office, note, as_json))
    else:
        _show(box, message, as_json)


def _list(box: Inbox, every: bool, name: str, as_json: bool) -> None:
    shown = list(box.messages.values()) if every else box.waiting
    shown = of(name, shown) if name else shown
    listed = [Row("", (each,)) for each in shown] if every or name else rows(shown)
    if as_json:
        documents = [message_document(each, box) for each in shown]
        floods = [flood_document(each) for each in listed if each.is_flood]
        sys.stdout.write(json_text({"messages": documents, "floods": floods}) + "\n")
        return
    for row in listed:
        sys.stdout.write(row_text(row) + "\n")
        if not row.is_flood and (seen := box.seen_to.get(row.messages[0].n)) is not None:
            sys.stdout.write(f"      seen to on {seen.at:%Y-%m-%d}{f': {seen.note}' if seen.note else ''}\n")
    if not shown:
        sys.stdout.write(f"nothing {f'from {name} ' if name else ''}needs a person\n")


def _all_done(box: Inbox, name: str, note: str, as_json: bool) -> None:
    messages = of(name, box.waiting)
    if not messages:
        raise Refused("no-such-message", f"nothing from {name} needs a person; `inbox` lists what does")
    now = datetime.now(UTC)
    asyncio.run(box.see_to(SeenTo(at=now, done=each.n, note=note.strip()) for each in messages))
    if as_json:
        documents = [message_document(each, box) for each in messages]
        sys.stdout.write(json_text({"messages": documents}) + "\n")
    else:
        are = "message is" if len(messages) == 1 else "messages are"
        sys.stdout.write(f"{len(messages):,} {are} seen to (from {name}){f': {note}' if note else ''}\n")


def _done(box: Inbox, message: TakenIn, note: str, as_json: bool) -> None:
    [seen] = asyncio.run(box.see_to([SeenTo(at=datetime.now(UTC), done=message.n, note=note.strip())]))
    if as_json:
        sys.stdout.write(json_text(message_document(message, box)) + "\n")
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
        document = {**message_document(message, box), "answers": answers, "text": reading.text, "path": str(path)}
        sys.stdout.write(json_text(document) + "\n")
        return
    sys.stdout.write(f"{message_text(message)}\n      {readable(path)}\n\n{text}\n")


def _answer_line(answer: CalendarAnswer) -> str:
    """Returns one line with the answer that a calendar object in a message gives, for the person who enters it by
    hand."""
    said = f"{answer.partstat or 'no PARTSTAT'} ({answer.method}) of {answer.attendee or 'nobody'}"
    time = f", proposes {answer.slot.start.local:%Y-%m-%d %H:%M} {answer.slot.start.zone}" if answer.slot else ""
    comment = f": {answer.comment}" if answer.comment else ""
    version = "no SEQUENCE" if answer.sequence is None else f"SEQUENCE {answer.sequence}"
    return f"{said}, {version}{time}{comment}"

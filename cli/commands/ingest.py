"""`ingest`: takes in messages that a person gives to it, as files, as a Maildir or on standard input."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

import typer

from adapters.files.regular_file import open_regular
from adapters.inbound.asking import IntakeUnavailable
from adapters.inbound.intake import Intake
from adapters.mailbox.maildir import Maildir
from adapters.mailbox.source import LIMIT, MailboxUnavailable, Message
from cli.display.inbox import message_document, message_text
from cli.errors import BadUsage, NoServer
from cli.folders import authentication_server, contacts_file
from cli.json_text import json_text
from cli.options import DataOption, JsonOption, PlanOption
from cli.output import readable
from cli.session import session
from models.post.incoming import TakenIn

SourcesArgument = Annotated[
    list[str] | None,
    typer.Argument(help="Files (.eml), Maildirs, or - for standard input.", metavar="[FILE|MAILDIR|-]..."),
]


def ingest(
    sources: SourcesArgument = None,
    data: DataOption = Path("var"),
    plan: PlanOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in mail that came to the organizer: answers to invitations, mail that came back, letters.

    Each message counts once: the program knows it by its content. `inbox` lists the messages that need a person.

    ingest answer.eml          ingest ~/Maildir          ingest - < answer.eml
    """
    asyncio.run(_ingest(sources or ["-"], data, plan, as_json))


async def _ingest(sources: list[str], data: Path, plan: str | None, as_json: bool) -> None:
    for source in sources:
        _check(source)
    taken: list[TakenIn] = []
    faults: list[str] = []
    async with session(data, plan) as here:
        intake = Intake(here.client, here.record, contacts_file(data), await here.plan(), authentication_server(data))
        try:
            for source in sources:
                async for message, mailbox in _messages(source):
                    await _take(intake, source, message, mailbox, taken, faults, as_json)
        except MailboxUnavailable as error:
            faults.append(str(error))
    if faults:
        why = "; ".join(dict.fromkeys(faults))
        again = f"{len(taken)} were taken in; repeat the command: nothing counts twice"
        raise NoServer("not-taken-in", f"{why}; {again}")
    if as_json:
        sys.stdout.write(json_text({"messages": [message_document(each) for each in taken]}) + "\n")
    elif not taken:
        sys.stdout.write("no message was found\n")


async def _take(
    intake: Intake,
    source: str,
    message: Message,
    mailbox: Maildir | None,
    taken: list[TakenIn],
    faults: list[str],
    as_json: bool,
) -> None:
    """Takes one message in. If that is not possible now, adds the reason to `faults`, and the command goes on with the
    next message."""
    try:
        entered = await intake.take(message.data, _name(source), message.truncated, anew=True)
    except IntakeUnavailable as error:
        faults.append(str(error))
        return
    if mailbox is not None:
        await mailbox.done(message.key)
    taken.append(entered)
    if not as_json:
        sys.stdout.write(message_text(entered) + "\n")


def _check(source: str) -> None:
    """Opens each file of a source that is no Maildir. Raises BadUsage if one cannot be read; the command then takes in
    nothing."""
    path = Path(source)
    if source == "-" or (path / "new").is_dir():
        return
    if not os.path.lexists(path):
        raise BadUsage("no-such-file", f"there is no {source}; name a file, a Maildir, or - for standard input")
    for file in _files(path):
        try:
            open_regular(file, links=False).close()
        except OSError as error:
            raise _unreadable(file, error) from None


def _files(path: Path) -> list[Path]:
    return sorted(path.glob("*.eml")) if path.is_dir() else [path]


def _unreadable(path: Path | None, error: OSError) -> BadUsage:
    return BadUsage("bad-file", f"{path or 'standard input'} cannot be read: {error.strerror}")


def _name(source: str) -> str:
    return "standard input" if source == "-" else readable(Path(source))


async def _messages(source: str) -> AsyncIterator[tuple[Message, Maildir | None]]:
    """Yields the messages of one source, each with its Maildir, or None if it comes from a file or standard input. Of a
    Maildir, only the new messages."""
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
    elif source != "-":
        for file in _files(path):
            yield _read(file), None
    else:
        yield _read(None), None


def _read(path: Path | None) -> Message:
    try:
        if path is None:
            data = sys.stdin.buffer.read(LIMIT + 1)
        else:
            with open_regular(path, links=False) as file:
                data = file.read(LIMIT + 1)
    except OSError as error:
        raise _unreadable(path, error) from None
    if not data.strip():
        raise BadUsage("bad-file", f"{path or 'standard input'} is empty; give a complete message with its headers")
    return Message(str(path or "-"), data[:LIMIT], len(data) > LIMIT)

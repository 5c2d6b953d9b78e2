"""`ingest`: takes in mail by hand."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

import typer

from adapters.inbound.intake import Intake, IntakeUnavailable
from adapters.mailbox.maildir import Maildir
from adapters.mailbox.source import LIMIT, MailboxUnavailable, Message
from cli.display.inbox import message_document, message_text
from cli.errors import BadUsage, NoServer
from cli.folders import contacts_file
from cli.json_text import json_text
from cli.options import DataOption, JsonOption, PlanOption
from cli.output import readable
from cli.session import session

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
                        sys.stdout.write(message_text(entered) + "\n")
        except (IntakeUnavailable, MailboxUnavailable) as error:
            raise NoServer(
                "not-taken-in", f"{error}; {len(taken)} were taken in; repeat the command: nothing counts twice"
            ) from None
    if as_json:
        sys.stdout.write(json_text({"messages": [message_document(each) for each in taken]}) + "\n")
    elif not taken:
        sys.stdout.write("no message was found\n")


def _name(source: str) -> str:
    return "standard input" if source == "-" else readable(Path(source))


async def _messages(source: str) -> AsyncIterator[tuple[Message, Maildir | None]]:
    """The messages of one source, each with its Maildir if it comes from one. Of a Maildir: those that are new."""
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
        raise BadUsage("bad-file", f"{path or 'standard input'} is empty; give a complete message with its headers")
    return Message(str(path or "-"), data[:LIMIT], len(data) > LIMIT)

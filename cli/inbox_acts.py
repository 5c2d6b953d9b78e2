"""Acts that begin with a message of the inbox: a question back to its office, a note, an answer to a status round.

None of them is a consent. Only an office of the side itself consents: by a plain answer, or by an act of its own.
"""

from pathlib import Path

from temporalio.service import RPCError

from adapters.files.inbox_file import FOLDER, Inbox
from adapters.inbound.message import read
from adapters.inbound.sender_words import words_of_letter
from adapters.mailbox.source import LIMIT
from cli.acting import in_words, say
from cli.errors import BadUsage, Refused
from cli.folders import record_root
from cli.mail_waits import mail_waits
from cli.session import Session, session
from cli.submitting import no_longer_open, submit
from models.common.limits import REASON
from models.messages.acts import AskBack, Document, Note
from models.messages.views import Receipt
from models.post.incoming import Handled, TakenIn


def message_of(record: Path, plan: str, number: int) -> TakenIn:
    """Returns a message of the inbox by its number. Raises Refused if there is no such message."""
    message = Inbox(record, plan).read().messages.get(number)
    if message is None:
        raise Refused("no-such-message", f"there is no message {number} in the inbox; `inbox --all` lists them")
    return message


def document_of_message(message: TakenIn) -> Document:
    """Returns the file of a message as a document, so that an act can name it as its source."""
    return Document(name=f"{FOLDER}/{message.file}", sha256=message.file.removesuffix(".eml"), size=message.size)


async def ask(
    data: Path, plan: str | None, box: Inbox, message: TakenIn, item: str, office: str, as_json: bool
) -> None:
    """Sends the office of a message the question what the message means. The item keeps the question on record.

    `item` and `office` are empty if the message itself says them. Raises Refused if it does not, if the sender is no
    office, or if the item has asked about this message already.
    """
    if message.unauthentic or not message.offices:
        raise Refused("no-office", f"message {message.n} comes from no office of the plan; nobody can be asked")
    async with session(data, plan) as here:
        outcome = await _outcome(here, message, item)
        asked = office or outcome.office or message.offices[0]
        if asked not in (*message.offices, outcome.office):
            raise Refused("no-office", f"message {message.n} does not come from {asked}; ask {message.offices[0]}")
        words = outcome.words or _words(box, message)
        act = AskBack(
            act_id=f"ask-{message.file[:32]}",
            office=asked,
            words=words[:REASON],
            message=document_of_message(message),
            number=message.n,
        )
        receipt = await _send(here, outcome.item, act)
        waits = [] if as_json else await mail_waits(here, outcome.item, [asked])
    say("\n".join((in_words(receipt), *waits)), receipt.model_dump(mode="json"), as_json)


async def put_note(
    data: Path, plan: str | None, box: Inbox, message: TakenIn, item: str, office: str, text: str, as_json: bool
) -> None:
    """Puts a note about a message on the record of an item, for the office that has read it. Raises BadUsage if the
    office or the text is missing."""
    if not office or not text.strip():
        raise BadUsage("missing-option", "say which office notes, with --as, and what, with --note")
    async with session(data, plan) as here:
        outcome = await _outcome(here, message, item)
        act = Note(
            act_id=f"note-{message.file[:24]}-{office}"[:200],
            office=office,
            text=text.strip(),
            message=document_of_message(message),
            number=message.n,
            sender=message.sender,
        )
        receipt = await _send(here, outcome.item, act)
    say(in_words(receipt), receipt.model_dump(mode="json"), as_json)


async def _outcome(here: Session, message: TakenIn, item: str) -> Handled:
    """What the message says about the item that is meant: the named one, or else the only one of the message."""
    if item:
        full = await here.item_id(item)
        found = next((each for each in message.outcomes if each.item == full), None)
        return found or Handled(item=full)
    about = {each.item: each for each in reversed(message.outcomes) if each.item}
    if len(about) != 1:
        names = ", ".join(sorted(about)) or "none"
        raise BadUsage("missing-argument", f"say which item message {message.n} is about (it names: {names})")
    [outcome] = about.values()
    return outcome


async def _send(here: Session, item: str, act: AskBack | Note) -> Receipt:
    try:
        return await submit(here.client, item, act)
    except RPCError as error:
        raise await no_longer_open(here, item, error) from error


def _words(box: Inbox, message: TakenIn) -> str:
    path = box.folder / message.file
    try:
        with path.open("rb") as file:
            return words_of_letter(read(file.read(LIMIT))) or message.subject
    except OSError as error:
        raise Refused("no-message", f"{path} cannot be read: {error.strerror}") from None


async def source_of(here: Session, number: int) -> dict[str, object]:
    """Returns the fields with which an act names a message of the inbox as its source. Empty if `number` is 0."""
    if not number:
        return {}
    message = message_of(record_root(here.data), await here.plan(), number)
    return {"message": document_of_message(message), "number": message.n}

"""What the intake makes of words beside a button, and how it links a letter to its item."""

import json
import shutil
from pathlib import Path
from typing import Any, cast

import pytest
from temporalio.client import Client

from activities.look_for_objections import ObjectionActivities
from adapters.inbound.intake import Intake
from adapters.inbound.linking import items_of
from adapters.inbound.message import read
from adapters.inbound.sender_words import words_of_letter
from cli.display.inbox import message_text
from models.messages.effects import LookForObjections
from models.messages.views import AwaitedRow, ItemView, Receipt
from models.post.incoming import MessageKind
from tests.support.mail_samples import at, settings
from tests.support.silent_plans import FOCAL_POINT, Workflows, answer_to, records, running, silent

LOOK = 'it has words of its own beside the button: "only if"'
UNCLEAR = Receipt(item="good/m", status="consent-awaited", text="recorded", seems="accept of proposal 1", look=LOOK)


def with_words(data: bytes, words: str) -> bytes:
    """The answer with a text beside its calendar."""
    head, _, calendar = data.partition(b"\n\n")
    sender = b"\n".join(line for line in head.split(b"\n") if not line.startswith(b"Content-Type"))
    return (
        sender
        + b"\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n"
        + words.encode()
        + b"\n--b\nContent-Type: text/calendar; method=REPLY\n\n"
        + calendar
        + b"\n--b--\n"
    )


def letter(subject: str, text: str = "We shall see.", sender: str = FOCAL_POINT, **headers: str) -> bytes:
    more = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items())
    return f"From: {sender}\nSubject: {subject}\n{more}Content-Type: text/plain\n\n{text}\n".encode()


def intake(folder: Path, **does: Any) -> tuple[Intake, Any]:
    config = settings(folder)
    if not config.record.exists():
        records(config.record, "good")
    workflows = Workflows({"good": running, "good/m": lambda: None, **does})
    return Intake(cast(Client, workflows), config.record, config.contacts, "good"), config


async def test_an_accept_with_words_waits_for_a_person_although_the_item_took_it(tmp_path: Path) -> None:
    box, config = intake(tmp_path, **{"good/m": lambda: UNCLEAR})
    entered = await box.take(with_words(answer_to("good/m"), "only if"))
    [outcome] = entered.outcomes
    assert (outcome.item, outcome.office, outcome.words) == ("good/m", "khm-moc", "only if")
    assert outcome.seems == "accept of proposal 1" and entered.why == LOOK
    shown = message_text(entered)
    assert "seems to be: accept of proposal 1 of good/m by khm-moc" in shown and "inbox ask 1" in shown
    assert [each.n for each in box.inbox.read().waiting] == [1]
    look = LookForObjections(plan="good", offices=("khm-moc",), since=at(1), until=at(2))
    found = await ObjectionActivities(config).look_for_objections(look)
    assert "message 1 of the inbox" in found.why, "silence does not end while the message waits"


async def test_a_plain_answer_afterwards_sees_to_the_one_with_words(tmp_path: Path) -> None:
    box, _ = intake(tmp_path, **{"good/m": lambda: UNCLEAR})
    await box.take(with_words(answer_to("good/m"), "only if"))
    plain, _ = intake(tmp_path)
    await plain.take(answer_to("good/m", 1))
    assert plain.inbox.read().waiting == [] and plain.inbox.seen_to[1].note == "message 2 answers it"


async def test_the_same_answer_with_other_words_is_another_message(tmp_path: Path) -> None:
    box, _ = intake(tmp_path)
    first = await box.take(with_words(answer_to("good/m"), ""))
    assert (await box.take(answer_to("good/m"))).n == first.n, "without words the body makes no difference"
    assert (await box.take(with_words(answer_to("good/m"), "only if"))).n != first.n


async def test_a_letter_is_linked_by_the_reference_in_brackets_and_shows_what_is_awaited(tmp_path: Path) -> None:
    row = AwaitedRow(office="khm-moc", act="propose-date", since=at(1), due=None, rung=1)
    other = row.model_copy(update={"office": "lao-moic", "act": "mark"})
    view = ItemView(id="good/m", ref="1", kind="meeting", title="M", status="s", awaiting=(row, other))
    box, _ = intake(tmp_path, **{"good/m": lambda: view})
    entered = await box.take(letter("Re: date [Test plan, 1.1] [m]"))
    [outcome] = entered.outcomes
    assert entered.kind is MessageKind.LETTER and entered.why == "a letter"
    assert (outcome.item, outcome.office, outcome.found_by) == ("good/m", "khm-moc", "reference")
    assert outcome.awaited == ("propose-date",)
    assert "about m (by its reference)" in message_text(entered)
    assert (await box.take(letter("Re: date [m]", "x", sender="x@evil.example"))).outcomes == ()


async def test_an_item_that_does_not_answer_stops_no_letter(tmp_path: Path) -> None:
    box, _ = intake(tmp_path, **{"good/m": silent})
    [outcome] = (await box.take(letter("[m]"))).outcomes
    assert (outcome.item, outcome.awaited) == ("good/m", ())


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (letter("x", In_Reply_To="<ours@x>"), ("reply", ("good/m",))),
        (letter("x", References="<other@x> <ours@x>"), ("reply", ("good/m",))),
        (letter("x", References="<round@x>"), ("reply", ("good/m", "good/n"))),
        (letter("TR: RE: Visit: date proposed [P, 1]"), ("subject", ("good/m",))),
        (letter("x", "about [n, proposal 2]", In_Reply_To="<ours@x>"), ("reference", ("good/n",))),
        (letter("x", "> as in [n]", In_Reply_To="<ours@x>"), ("reply", ("good/m",))),
        (
            letter("x", "We agree to [n].\n\nFrom: S\nSent: Monday\nTo: you\n\n[m] and [n]", In_Reply_To="<ours@x>"),
            ("reference", ("good/n",)),
        ),
        (letter("Another matter entirely"), ("", ())),
        (letter("[../../etc] [no-such-item]"), ("", ())),
    ],
)
def test_how_the_item_of_a_letter_is_found(tmp_path: Path, data: bytes, wanted: tuple[str, tuple[str, ...]]) -> None:
    records(tmp_path, "good")
    (tmp_path / "good" / "n.jsonl").touch()
    folder = tmp_path / "good" / "letters" / "khm-moc"
    folder.mkdir(parents=True)
    for name, items in (("ours", ["good/m"]), ("round", ["good/m", "good/n"])):
        note = {"message_id": f"<{name}@x>", "items": items}
        (folder / f"{name}.sent.json").write_text(json.dumps(note))
        (folder / f"{name}.eml").write_text(f"Subject: {'Visit: date proposed [P, 1]' if name == 'ours' else 'y'}\n\nx")
    (folder / "old.sent.json").write_text(json.dumps({"message_id": "<old@x>"}))
    (folder / "torn.sent.json").write_text("{")
    found = items_of(read(data), "khm-moc", tmp_path)
    shutil.rmtree(folder)  # what tests leave behind is judged as mail
    assert found == wanted


def test_a_question_about_a_letter_quotes_the_letter_alone() -> None:
    data = letter("s", "Yes, we come.\n\nOn Monday, Secretariat wrote:\n> do you?\n> really?\n\nSok")
    assert words_of_letter(read(data)) == "Yes, we come. Sok"
    assert words_of_letter(read(letter("The subject", "> all quoted"))) == "The subject"

"""Several plans that share a mailbox: the trouble of one, and a message that is made to cost, hold up no other mail."""

from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from temporalio.client import Client
from temporalio.testing import ActivityEnvironment

from activities import collect
from activities.collect import CollectingActivities
from adapters.files.inbox_file import Inbox
from adapters.mailbox.maildir import Maildir
from adapters.settings import Settings
from models.post.incoming import MessageKind
from models.post.mailbox import Collect, Collected
from tests.support.hostile_mail import SHAPES
from tests.support.mail_samples import settings
from tests.support.mailboxes import round_of
from tests.support.silent_plans import Workflows, answer_to, records, running, silent


class Shared:
    """A Maildir that two plans share."""

    def __init__(self, folder: Path) -> None:
        self.maildir = folder / "mail"
        for name in ("new", "cur", "tmp"):
            (self.maildir / name).mkdir(parents=True)
        self.config: Settings = settings(folder, maildir=self.maildir, mail_poll=0.01)
        records(self.config.record, "bad", "good")
        self.workflows = Workflows({"bad": running, "good": running, "bad/m": lambda: None, "good/m": lambda: None})
        self.activities = CollectingActivities(self.config, cast(Client, self.workflows))

    def deliver(self, *messages: bytes) -> None:
        for number, data in enumerate(messages):
            (self.maildir / "new" / f"{number:05}.m.example").write_bytes(data)

    async def collect(self, plan: str, watch: float = 0.0) -> Collected:
        wanted = Collect(plan=plan, watch=timedelta(seconds=watch))
        return await ActivityEnvironment().run(self.activities.collect, wanted)

    def inbox(self, plan: str) -> Inbox:
        return Inbox(self.config.record, plan).read()

    async def left(self) -> int:
        """How many messages are not taken in yet."""
        return len(await round_of(Maildir(self.maildir)))


@pytest.fixture
def shared(tmp_path: Path) -> Shared:
    return Shared(tmp_path)


def letter(subject: str) -> bytes:
    return f"From: a@b.example\nSubject: {subject}\n\nx".encode()


async def test_a_plan_whose_inbox_is_broken_leaves_the_mail_to_the_other(shared: Shared) -> None:
    (shared.config.record / "bad" / "inbox.jsonl").write_text("no line of an inbox\n")
    shared.deliver(letter("one"), answer_to("good/m"))
    found = await shared.collect("bad")
    assert found.taken == 0 and "inbox.jsonl: line 1" in found.fault and await shared.left() == 2
    found = await shared.collect("good")
    assert (found.taken, found.needed, found.fault) == (2, 1, "") and await shared.left() == 0


async def test_a_plan_whose_folder_cannot_be_written_leaves_the_mail_to_the_other(shared: Shared) -> None:
    (shared.config.record / "bad" / "inbox").write_text("a file where a folder belongs")
    shared.deliver(letter("one"))
    assert (await shared.collect("bad")).taken == 0
    assert (await shared.collect("good")).taken == 1


async def test_contacts_that_cannot_be_read_keep_the_mail_where_it_is(shared: Shared) -> None:
    good = shared.config.contacts.read_text()
    shared.config.contacts.write_text("organizer: [")
    shared.deliver(letter("one"))
    found = await shared.collect("good")
    assert found.taken == 0 and "contacts file" in found.fault and await shared.left() == 1
    shared.config.contacts.write_text(good)
    assert (await shared.collect("good")).taken == 1


async def test_an_item_that_does_not_answer_holds_up_no_other_mail(shared: Shared) -> None:
    shared.workflows.does["bad/m"] = silent
    shared.deliver(*(answer_to("bad/m", number) for number in range(20)), answer_to("good/m"), letter("one"))
    found = await shared.collect("good")
    assert found.taken == 2 and "bad/m does not answer" in found.fault and await shared.left() == 20
    assert shared.workflows.asked.count("bad/m") == 1


async def test_a_mailbox_that_fails_in_an_unknown_way_holds_up_no_other(shared: Shared) -> None:
    class Odd:
        name = "Odd"

        def messages(self) -> None:
            raise LookupError

        async def close(self) -> None:
            return

    shared.activities._sources = (Odd(), *shared.activities._sources)  # type: ignore[assignment]
    shared.deliver(letter("one"))
    found = await shared.collect("good")
    assert found.taken == 1 and found.fault == "Odd could not be read (LookupError)"


async def test_a_round_ends_so_that_another_plan_has_its_turn(shared: Shared, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collect, "ROUND", -1.0)
    shared.deliver(*(letter(str(number)) for number in range(3)))
    for left in (2, 1, 0):
        assert (await shared.collect("good")).taken == 1 and await shared.left() == left


HOSTILE = ["parameter continuations on one line", "deep multiparts", "many parts", "one line", "equal signs", "folds"]


async def test_mail_that_is_made_to_cost_goes_to_a_person_whole_and_the_next_is_taken_in(shared: Shared) -> None:
    hostile = [SHAPES[name](1_500_000) for name in HOSTILE] + [b"x" * 9_000_000, letter("a\0b")]
    shared.deliver(*hostile, answer_to("good/m"))
    found = await shared.collect("good")
    assert (found.taken, found.fault) == (len(hostile) + 1, "") and await shared.left() == 0
    box = shared.inbox("good")
    *odd, last = box.messages.values()
    assert last.kind is MessageKind.ANSWERS and not last.why and last.outcomes[0].item == "good/m"
    assert box.waiting == odd and all(each.why for each in odd)
    assert [(box.folder / each.file).read_bytes() for each in odd] == hostile


async def test_of_a_message_over_the_limit_of_a_mailbox_the_head_is_kept_and_the_rest_stays_there(
    shared: Shared,
) -> None:
    shared.deliver(letter("large") + b"x" * 11_000_000, letter("next"))
    assert (await shared.collect("good")).taken == 2
    large, following = shared.inbox("good").messages.values()
    assert (large.subject, following.subject) == ("large", "next")
    assert "its beginning is kept here, the whole message stays where it came from" in large.why
    [path] = [each for each in (shared.maildir / "cur").iterdir() if each.stat().st_size > 11_000_000]
    assert path.read_bytes().startswith(b"From: a@b.example\nSubject: large")

"""The activity that fetches mail: what comes is taken in and marked, and a bad mailbox holds up no other."""

from datetime import timedelta
from pathlib import Path

from temporalio.client import Client
from temporalio.testing import ActivityEnvironment

from activities.collect import CollectingActivities
from adapters.files.inbox_file import Inbox
from adapters.settings import Settings
from models.post.mailbox import Collect
from tests.support.mailboxes import Person


async def test_what_comes_is_taken_in_and_marked_and_a_bad_mailbox_holds_up_no_other(
    person: Person, config: Settings, tmp_path: Path, dev_server: Client
) -> None:
    activities = CollectingActivities(
        config.model_copy(update={"maildir": tmp_path / "none", "mail_poll": 0.1}), dev_server
    )
    person.append(b"one", b"two")
    wanted = Collect(plan="t", watch=timedelta(seconds=20))
    found = await ActivityEnvironment().run(activities.collect, wanted)
    assert (found.taken, found.needed) == (2, 2) and "AIDE_MAILDIR" in found.fault
    assert person.flags() == [person.taken] * 2
    kept = Inbox(config.record, "t").read()
    assert [each.subject for each in kept.waiting] == ["one", "two"]
    person.append(b"one")
    known = Collect(plan="t", watch=timedelta(seconds=20), fault=found.fault)
    again = await ActivityEnvironment().run(activities.collect, known)
    assert again.taken == 1 and len(kept.read().messages) == 2, "the same letter again is no other"

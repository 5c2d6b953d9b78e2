"""What the activity `despatch` leaves for the day on which its engine is lost."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError

from adapters.files.epoch_file import EARLIER, Epoch, write_epoch
from adapters.files.state_file import kept_mails
from adapters.mail.sent_notes import archive_file
from models.common.canonical import digest_of
from models.post.despatch import Despatch, Fate
from tests.support.despatching import ROOM, PostRoom, post, run
from tests.support.mail_samples import despatch


async def test_an_engine_of_an_earlier_epoch_sends_nothing(tmp_path: Path) -> None:
    async with post(tmp_path) as (mailbox, config):
        await write_epoch(config.record, "lao-khm", Epoch(epoch=2, since=datetime(2026, 1, 1, tzinfo=UTC)))
        for epoch in (0, 1):
            with pytest.raises(ApplicationError, match="Nothing was written or sent") as caught:
                await run(config, despatch(epoch=epoch))
            assert caught.value.type == EARLIER and caught.value.non_retryable
        assert mailbox.letters == [] and not archive_file(config.record, despatch()).exists()
        assert (await run(config, despatch(epoch=2))).fate is Fate.SENT


async def test_a_mail_on_its_way_is_kept_and_its_result_names_its_bytes(tmp_path: Path) -> None:
    async with post(tmp_path) as (mailbox, config):
        result = await run(config, despatch(epoch=1))
        assert [Despatch.model_validate(each) for each in kept_mails(config.record, ROOM, 1)] == [despatch(epoch=1)]
        assert result.letter == digest_of(mailbox.letters[0])


async def test_a_mail_whose_note_says_that_it_went_does_not_go_again(tmp_path: Path) -> None:
    """The worker was lost after it had sent the mail, before Temporal knew it."""
    async with post(tmp_path) as (mailbox, config):
        first = await run(config, despatch(epoch=1))
        again = await run(config, despatch(epoch=1))
        assert (again.fate, again.message_id, again.letter) == (Fate.SENT, first.message_id, first.letter)
        assert len(mailbox.letters) == 1


async def test_what_is_settled_is_not_kept(tmp_path: Path) -> None:
    async with post(tmp_path) as (_, config):
        settled = {each.key for each in despatch().notices}
        await run(config, despatch(epoch=1), PostRoom(settled))
        assert not archive_file(config.record, despatch()).exists(), "without its bytes nobody sends it again"

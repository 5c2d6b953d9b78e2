"""The transmitting activity against a real SMTP server."""

import email
import email.policy
import logging
import re
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult
from pydantic import SecretStr
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.despatch import SENT_BEFORE, PostActivities, archive_file
from adapters.files.contacts_file import read_contacts
from adapters.mail.compose import compose
from adapters.mail.smtp import identity_of
from adapters.settings import Settings
from models.common.times import Slot
from models.messages.notices import Announcement
from models.post.despatch import Despatch, DespatchResult, Fate
from tests.support.despatching import ROOM, PostRoom, post, run
from tests.support.mail_samples import announcement, at, despatch, event, notice, settings, smtp_server, zoned


async def refused(config: Settings, what: Despatch, kind: str, room: PostRoom | None = None) -> ApplicationError:
    """The retryable error that a despatch ends in."""
    with pytest.raises(ApplicationError) as caught:
        await run(config, what, room)
    assert caught.value.type == kind
    assert not caught.value.non_retryable
    assert "propose" not in str(caught.value)  # nothing of the letter's body
    return caught.value


async def test_a_letter_is_archived_and_sent(tmp_path: Path) -> None:
    async with post(tmp_path) as (mailbox, config):
        room = PostRoom()
        result = await run(config, despatch(), room)
        archived = archive_file(config.record, despatch()).read_bytes()
        assert result.fate is Fate.SENT and not result.perhaps_arrived
        assert mailbox.letters == [archived]
        assert mailbox.recipients == ["coordinator@moic-lao.example"]
        assert room.asked == [(ROOM, "standing")]
        assert result.message_id.encode() in archived
        folder = config.record / "lao-khm" / "letters" / "lao-moic"
        kept, note = sorted(folder.iterdir())
        assert re.fullmatch(r"lao-moic-2026-03-02T01-00-00Z-1\.[0-9a-f]{12}\.eml", kept.name)
        assert note.name == kept.name.replace(".eml", ".sent.json")


def later(number: int, minutes: int, **changes: Any) -> Despatch:
    """A despatch of a post room that was put back to an older state and counts from there again."""
    when = at(2, 1) + timedelta(minutes=minutes)
    return despatch(**{"key": f"lao-moic/{when:%Y-%m-%dT%H:%M:%SZ}/{number}", "at": when, **changes})


async def test_after_a_rewind_what_was_sent_is_not_sent_again(tmp_path: Path) -> None:
    async with post(tmp_path) as (mailbox, config):
        first = await run(config, despatch())
        again = await run(config, later(1, 5))
        assert (again.fate, again.message_id, again.reason) == (Fate.SENT, first.message_id, SENT_BEFORE)
        assert len(mailbox.letters) == 1 and not archive_file(config.record, later(1, 5)).exists()
        # An act taken anew asks anew, under the same key; and so does a notice more.
        assert (await run(config, later(1, 6, notices=(notice(at=at(2, 1)),)))).reason == ""
        assert (await run(config, later(1, 7, notices=(*despatch().notices, notice(9))))).reason == ""
        assert len(mailbox.letters) == 3


async def test_after_a_rewind_the_periodical_letter_waits_for_its_period(tmp_path: Path) -> None:
    async with post(tmp_path) as (mailbox, config):
        known = tuple(each.key for each in despatch().notices)
        await run(config, despatch(repeated=known))
        assert (await run(config, later(1, 5, repeated=known))).reason == SENT_BEFORE
        a_week = int(despatch().period.total_seconds() // 60)
        assert (await run(config, later(1, a_week, repeated=known))).reason == ""
        assert len(mailbox.letters) == 2


async def test_after_a_rewind_an_announcement_of_other_content_goes(tmp_path: Path) -> None:
    async with post(tmp_path) as (mailbox, config):
        word = announcement()
        await run(config, despatch(announcement=word, notices=()))
        same = await run(config, later(1, 5, announcement=word, notices=()))
        other = announcement(at=word.at + timedelta(minutes=3), text="On another day.")
        anew = await run(config, later(1, 6, announcement=other, notices=()))
        assert (same.reason, anew.reason) == (SENT_BEFORE, "")
        assert len(mailbox.letters) == 2


async def test_in_one_life_nothing_is_taken_for_sent_before(tmp_path: Path) -> None:
    """The next number is no rewind, whatever was said before."""
    async with post(tmp_path) as (mailbox, config):
        await run(config, despatch())
        assert (await run(config, later(2, 5))).reason == ""
        assert len(mailbox.letters) == 2


async def test_a_key_with_dots_and_slashes_stays_in_its_folder(tmp_path: Path) -> None:
    root = tmp_path / "record"
    paths = {archive_file(root, despatch(key=key)) for key in ("../../x", "a/b", "a-b", ".", "k" * 400)}
    assert len(paths) == 5
    assert {path.parent for path in paths} == {root / "lao-khm" / "letters" / "lao-moic"}
    assert all(not path.name.startswith(".") and len(path.name) < 200 for path in paths)
    with pytest.raises(ApplicationError) as caught:
        archive_file(root, despatch(office="../.."))
    assert caught.value.non_retryable


async def test_a_refused_sender_is_not_the_fault_of_the_office(tmp_path: Path) -> None:
    async with post(tmp_path) as (mailbox, config):
        mailbox.mail = "550 5.7.1 sender rejected"
        error = await refused(config, despatch(), "MailServerUnavailable")
        assert "refuses the sender" in str(error) and "5.7.1 sender rejected" in str(error)


@pytest.mark.parametrize("command", ["rcpt", "data"])
async def test_a_definite_refusal_is_a_fate(tmp_path: Path, command: str) -> None:
    async with post(tmp_path) as (mailbox, config):
        setattr(mailbox, command, f"550 5.1.1 no such mailbox {'x' * 300}")
        result = await run(config, despatch())
        assert result.fate is Fate.REFUSED
        assert result.reason.startswith("550 5.1.1 no such mailbox x") and len(result.reason) == 200
        assert not archive_file(config.record, despatch()).exists()
        assert mailbox.letters == []


@pytest.mark.parametrize("command", ["mail", "rcpt", "data"])
async def test_a_temporary_refusal_is_tried_again_with_the_same_bytes(tmp_path: Path, command: str) -> None:
    async with post(tmp_path) as (mailbox, config):
        setattr(mailbox, command, "451 4.7.1 greylisted")
        error = await refused(config, despatch(), "MailServerUnavailable")
        assert "451 4.7.1 greylisted" in str(error)
        before = archive_file(config.record, despatch()).read_bytes()
        setattr(mailbox, command, "")
        assert (await run(config, despatch())).fate is Fate.SENT
        assert mailbox.letters == [before]


async def test_after_a_lost_answer_the_same_bytes_go_again(tmp_path: Path) -> None:
    """Even where contacts and templates changed meanwhile: one key, one Message-ID, one sequence of bytes."""
    async with post(tmp_path) as (mailbox, config):
        mailbox.drop = True
        await refused(config, despatch(), "TransmissionUncertain")
        text = config.contacts.read_text(encoding="utf-8")
        config.contacts.write_text(text.replace("Aide-Mémoire", "Another name"), encoding="utf-8")
        mailbox.drop = False
        assert (await run(config, despatch())).fate is Fate.SENT
        assert len(mailbox.letters) == 2 and mailbox.letters[0] == mailbox.letters[1]


async def test_a_server_that_does_not_answer_in_time(tmp_path: Path) -> None:
    async with post(tmp_path) as (mailbox, config):
        mailbox.hang = True
        hasty = config.model_copy(update={"smtp_timeout": 0.2})
        await refused(hasty, despatch(), "TransmissionUncertain")


async def test_an_attempt_is_over_before_the_next_one_starts(tmp_path: Path) -> None:
    async with post(tmp_path) as (mailbox, config):
        mailbox.hang = True
        with pytest.raises(ApplicationError, match="too slow for this attempt") as caught:
            await run(config, despatch(), seconds=0.5)
        assert caught.value.type == "TransmissionUncertain"


async def test_no_server(tmp_path: Path) -> None:
    async with smtp_server() as mailbox:
        port = mailbox.port
    error = await refused(settings(tmp_path, smtp_port=port), despatch(), "MailServerUnavailable")
    assert f"mail server 127.0.0.1:{port} cannot be reached" in str(error)


async def test_a_server_without_starttls_gets_nothing_in_the_clear(tmp_path: Path) -> None:
    async with post(tmp_path) as (mailbox, config):
        strict = config.model_copy(update={"smtp_security": "starttls"})
        await refused(strict, despatch(), "MailServerUnavailable")
        assert mailbox.letters == [] and mailbox.sessions == 0


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
async def test_login(tmp_path: Path) -> None:
    seen = []

    def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        seen.append(data.password)
        return AuthResult(success=data.password == b"right", handled=False)

    options = {"auth_require_tls": False, "auth_required": True, "authenticator": authenticate}
    async with post(tmp_path, **options) as (_, config):
        await refused(config, despatch(), "MailServerUnavailable")  # 530: not the recipient's fault
        named = config.model_copy(update={"smtp_username": "u", "smtp_password": SecretStr("s3cret-wrong")})
        error = await refused(named, despatch(), "MailServerUnavailable")
        assert "AIDE_SMTP_PASSWORD" in str(error) and "s3cret" not in repr(error) + str(error.__cause__)
        right = config.model_copy(update={"smtp_username": "u", "smtp_password": SecretStr("right")})
        assert (await run(right, despatch())).fate is Fate.SENT
        assert b"right" in seen


# --- what still stands --------------------------------------------------------------------------------------------


async def test_nothing_is_sent_about_what_is_settled(tmp_path: Path) -> None:
    async with post(tmp_path) as (mailbox, config):
        for what in (despatch(), despatch(announcement=announcement()), despatch(notices=())):
            room = PostRoom({notice().key, announcement().key})
            assert await run(config, what, room) == DespatchResult(fate=Fate.WITHDRAWN)
            assert not archive_file(config.record, what).exists()
        assert mailbox.sessions == 0


async def test_a_letter_of_which_a_part_is_settled_is_composed_anew(tmp_path: Path) -> None:
    async with post(tmp_path) as (mailbox, config):
        what = despatch(notices=(notice(1), notice(2)))
        result = await run(config, what, PostRoom({notice(2).key}))
        assert result == DespatchResult(fate=Fate.CHANGED)
        assert mailbox.sessions == 0 and not archive_file(config.record, what).exists()


async def test_a_withdrawal_after_an_unknown_outcome_says_that_it_perhaps_arrived(tmp_path: Path) -> None:
    async with post(tmp_path) as (mailbox, config):
        mailbox.drop = True
        await refused(config, despatch(), "TransmissionUncertain")
        result = await run(config, despatch(), PostRoom({notice().key}))
        (arrived,) = mailbox.letters
        identity = identity_of(arrived)
        expected = DespatchResult(fate=Fate.WITHDRAWN, perhaps_arrived=True, message_id=identity, names_uncertain=True)
        assert result == expected and result.message_id.startswith("<")
        assert len(mailbox.letters) == 1


async def test_a_post_room_that_does_not_answer_holds_the_letter_back(tmp_path: Path) -> None:
    async with post(tmp_path) as (mailbox, config):
        room = PostRoom()
        room.silent = True
        await refused(config, despatch(), "PostRoom", room)
        assert mailbox.sessions == 0


@workflow.defn(name="post-room-stand-in", sandboxed=False)
class StandInWorkflow:
    """The smallest post room: despatches once, and answers what stands while the activity runs."""

    @workflow.run
    async def run(self, what: Despatch) -> DespatchResult:
        return await workflow.execute_activity(
            "despatch", what, result_type=DespatchResult, start_to_close_timeout=timedelta(seconds=20)
        )

    @workflow.query(name="standing")
    def standing(self, keys: list[str]) -> list[str]:
        return [key for key in keys if not key.endswith("/2/lao-moic")]


async def test_a_real_workflow_is_asked_from_within_its_own_activity(tmp_path: Path, temporal: Client) -> None:
    async with post(tmp_path) as (mailbox, config):
        activities = PostActivities(config, temporal)
        async with Worker(temporal, task_queue="post", workflows=[StandInWorkflow], activities=[activities.despatch]):
            fates = []
            for number in (1, 2):
                what = despatch(key=f"k{number}", notices=(notice(number),))
                room = f"{ROOM}-{number}"
                result = await temporal.execute_workflow(StandInWorkflow.run, what, id=room, task_queue="post")
                fates.append(result.fate)
        assert fates == [Fate.SENT, Fate.WITHDRAWN]
        assert len(mailbox.letters) == 1


# --- contacts, templates, logs ------------------------------------------------------------------------------------


async def test_an_office_without_an_address_is_refused(tmp_path: Path) -> None:
    async with post(tmp_path) as (mailbox, config):
        result = await run(config, despatch(office="lao-x"))
        assert result.fate is Fate.REFUSED and result.reason == "no address for lao-x in the contacts file"
        second = await run(config, despatch(office="khm-moc", second_address=True))
        assert second.reason == "no second address for khm-moc in the contacts file"
        assert mailbox.sessions == 0


async def test_an_address_that_was_removed_gets_no_second_attempt(tmp_path: Path) -> None:
    async with post(tmp_path) as (mailbox, config):
        mailbox.drop = True
        await refused(config, despatch(), "TransmissionUncertain")
        text = config.contacts.read_text(encoding="utf-8")
        config.contacts.write_text(text.replace("lao-moic:", "another:"), encoding="utf-8")
        result = await run(config, despatch())
        assert result.fate is Fate.REFUSED and result.perhaps_arrived
        assert len(mailbox.letters) == 1 and not archive_file(config.record, despatch()).exists()


async def test_contacts_are_read_at_every_despatch(tmp_path: Path) -> None:
    async with post(tmp_path) as (mailbox, config):
        await run(config, despatch(key="a"))
        text = config.contacts.read_text(encoding="utf-8")
        config.contacts.write_text(text.replace("coordinator@", "successor@"), encoding="utf-8")
        await run(config, despatch(key="b"))
        assert mailbox.recipients == ["coordinator@moic-lao.example", "successor@moic-lao.example"]


@pytest.mark.parametrize("text", ["organizer: {name: x, address: not-an-address}\noffices: {}", "]", "", "offices: {}"])
async def test_a_bad_contacts_file_names_itself_and_the_field(tmp_path: Path, text: str) -> None:
    config = settings(tmp_path)
    config.contacts.write_text(text)
    error = await refused(config, despatch(), "ContactsFile")
    assert "contacts.yaml" in str(error)
    if "address" in text:
        assert "organizer.address" in str(error)


@pytest.mark.parametrize("text", ["x\n{% if %}", "x\n{{ nothing }}"])
async def test_a_bad_template_is_named_and_holds_nothing_back(
    tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "templates" / "layout"
    folder.mkdir(parents=True)
    (folder / "letter.subject.j2").write_text(text)
    async with post(tmp_path) as (mailbox, config):
        result = await run(config.model_copy(update={"templates": folder.parent}), despatch())
    assert result.fate is Fate.SENT and len(mailbox.letters) == 1
    assert "letter.subject.j2, line 2:" in result.fault
    assert any("letter.subject.j2, line 2:" in record.getMessage() for record in caplog.records)


async def test_where_no_template_works_the_letter_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "templates" / "layout"
    folder.mkdir(parents=True)
    (folder / "letter.subject.j2").write_text("x\n{{ nothing }}")
    monkeypatch.setattr("adapters.mail.templates.TEMPLATES", folder.parent)
    error = await refused(settings(tmp_path, templates=folder.parent), despatch(), "LetterTemplate")
    assert "letter.subject.j2, line 2:" in str(error) or "words.j2" in str(error)


async def test_one_line_is_logged_without_the_letter(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with post(tmp_path) as (_, config):
        with caplog.at_level(logging.INFO, "activities.despatch"):
            await run(config, despatch())
    (line,) = [record for record in caplog.records if record.name == "activities.despatch"]
    fields = line.__dict__
    assert (fields["key"], fields["office"], fields["fate"]) == (despatch().key, "lao-moic", "sent")
    assert "propose" not in line.getMessage()


async def test_what_arrives_is_what_was_composed(tmp_path: Path) -> None:
    """Dots at line starts and long lines survive the transport."""
    async with post(tmp_path) as (mailbox, config):
        word = announcement(kind="answer", event=None, text="\n.\n..x " + "y" * 2000)
        await run(config, despatch(announcement=word))
        message = email.message_from_bytes(mailbox.letters[0], policy=email.policy.default)
        part = message.get_body(("plain",))  # type: ignore[attr-defined]
        text = part.get_content().replace("\r\n", "\n")
        assert "\n.\n..x" in text and "y" * 2000 in text


def test_the_activity_has_its_name() -> None:
    assert activity._Definition.must_from_callable(PostActivities.despatch).name == "despatch"


@pytest.fixture(scope="session")
async def temporal() -> AsyncIterator[Client]:
    """The Java test server, as its wheel puts it beside this interpreter."""
    server = Path(sys.executable).parent / "temporal-test-server"
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(server), data_converter=pydantic_data_converter
    ) as environment:
        yield environment.client


@pytest.mark.parametrize("tried", [False, True])
async def test_an_office_that_has_closed_meanwhile_is_not_written_to(tmp_path: Path, tried: bool) -> None:
    """The attempt is judged by its own instant: a retry after closing time, a decree of this morning."""
    async with post(tmp_path) as (mailbox, config):
        # The test's attempts are scheduled at 07:00 in Vientiane on 1 January 1970.
        what = despatch().model_copy(update={"side": "LAO", "zone": "Asia/Vientiane"})
        names, hours = config.contacts.read_text(), "sides: {LAO: {country: none, hours: ['07:00-16:00']}}\n"
        config.contacts.write_text(names + hours)
        if tried:
            archive_file(config.record, what).parent.mkdir(parents=True)
            letter = compose(what, read_contacts(config.contacts), config.templates)
            archive_file(config.record, what).write_bytes(letter)
        else:
            assert (await run(config, what)).fate is Fate.SENT
            mailbox.letters.clear()
            archive_file(config.record, what).unlink()
        config.contacts.write_text(names + hours.replace("'07", "'08"))
        result = await run(config, what)
        assert (result.fate, result.perhaps_arrived, mailbox.letters) == (Fate.CLOSED, tried, [])
        epoch = datetime(1970, 1, 1, tzinfo=UTC)
        assert result.hours is not None and result.hours.next_open(epoch) == epoch + timedelta(hours=1)
        assert archive_file(config.record, what).exists() is tried, "the same bytes go again at the opening"


def reminds(begins: datetime) -> Announcement:
    """A reminder of a date that begins then. The clock of these tests stands at the beginning of 1970."""
    start = zoned(3, 9).model_copy(update={"utc": begins})
    return announcement(kind="reminder", event=event(status="CONFIRMED", slot=Slot(start=start, end=start)))


async def test_nobody_is_reminded_of_a_date_that_has_begun_while_its_mail_waited(tmp_path: Path) -> None:
    word = reminds(datetime(1970, 1, 1, tzinfo=UTC))
    async with post(tmp_path) as (mailbox, config):
        assert (await run(config, despatch(announcement=word))).fate is Fate.WITHDRAWN
        letter = await run(config, despatch(reminders=(word,)))
        assert letter.fate is Fate.CHANGED, "what else the letter says is composed anew"
        assert mailbox.letters == []


async def test_a_reminder_of_a_date_to_come_goes_unless_its_post_room_has_withdrawn_it(tmp_path: Path) -> None:
    word = reminds(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    mails = [despatch(announcement=word), despatch(key="b", reminders=(word,))]
    async with post(tmp_path) as (mailbox, config):
        withdrawn = [(await run(config, each, PostRoom({word.key}))).fate for each in mails]
        assert withdrawn == [Fate.WITHDRAWN, Fate.CHANGED] and mailbox.letters == []
        assert [(await run(config, each)).fate for each in mails] == [Fate.SENT, Fate.SENT]
        assert len(mailbox.letters) == 2

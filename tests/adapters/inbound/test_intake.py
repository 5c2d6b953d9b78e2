"""Taking mail in for several plans: the trouble of one plan or item stops no mail of another."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from temporalio.client import Client

from adapters.files.record_file import recorded_items
from adapters.inbound import asking
from adapters.inbound.asking import IntakeUnavailable
from adapters.inbound.intake import Intake
from tests.support.mail_samples import settings
from tests.support.silent_plans import Workflows, answer_to, broken, gone, records, running, silent

TROUBLES = [silent, broken]


def intake(folder: Path, plan: str, does: dict[str, Callable[[], Any]]) -> tuple[Intake, Workflows]:
    """The intake of one plan, and what it asks. Both plans have a record."""
    config = settings(folder)
    if not config.record.exists():
        records(config.record, "bad", "good")
    workflows = Workflows(does)
    return Intake(cast(Client, workflows), config.record, config.contacts, plan), workflows


@pytest.mark.parametrize("plan", ["bad", "good"])
@pytest.mark.parametrize("trouble", TROUBLES)
async def test_the_trouble_of_one_plan_stops_no_answer_to_another(
    tmp_path: Path, plan: str, trouble: Callable[[], Any]
) -> None:
    box, workflows = intake(tmp_path, plan, {"bad": trouble, "good": running, "good/m": lambda: None})
    for number in range(3):
        entered = await box.take(answer_to("good/m", number))
        assert not entered.why and [each.item for each in entered.outcomes] == ["good/m"]
    assert workflows.asked.count("bad") <= 1


async def test_an_answer_that_may_belong_to_a_plan_in_trouble_waits_until_that_is_over(tmp_path: Path) -> None:
    does: dict[str, Callable[[], Any]] = {"bad": broken, "good": running, "bad/m": lambda: None}
    box, _ = intake(tmp_path, "good", does)
    with pytest.raises(IntakeUnavailable, match="items of bad are not known now"):
        await box.take(answer_to("bad/m"))
    assert not box.inbox.read().messages
    does["bad"] = running
    entered = await box.take(answer_to("bad/m"))
    assert [each.item for each in entered.outcomes] == ["bad/m"] and not entered.why


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_a_stranger_does_not_wait_for_a_plan_in_trouble(tmp_path: Path, trouble: Callable[[], Any]) -> None:
    box, _ = intake(tmp_path, "good", {"bad": trouble, "good": running})
    entered = await box.take(answer_to("bad/m", sender="x@evil.example"))
    assert "it was sent by x@evil.example" in entered.why


async def test_a_plan_that_has_ended_is_no_trouble(tmp_path: Path) -> None:
    box, _ = intake(tmp_path, "good", {"bad": gone, "good": running})
    assert "no item of a plan here" in (await box.take(answer_to("bad/m"))).why


async def test_an_item_that_does_not_answer_is_left_alone_for_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred answers to it cost one wait, and no hundred."""
    does = {"bad": running, "good": running, "bad/m": silent, "good/m": lambda: None}
    box, workflows = intake(tmp_path, "good", does)
    for number in range(5):
        with pytest.raises(IntakeUnavailable, match="bad/m"):
            await box.take(answer_to("bad/m", number))
        assert not (await box.take(answer_to("good/m", number))).why
    assert workflows.asked.count("bad/m") == 1
    monkeypatch.setattr(asking.time, "monotonic", lambda: float("inf"))
    does["bad/m"] = lambda: None
    assert not (await box.take(answer_to("bad/m"))).why


async def test_a_message_with_many_answers_looks_at_the_records_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []

    def look(root: Path, plan: str) -> list[str]:
        looks.append(plan)
        return recorded_items(root, plan)

    monkeypatch.setattr("adapters.inbound.intake.recorded_items", look)
    box, _ = intake(tmp_path, "good", {"bad": running, "good": running, "good/m": lambda: None})
    head, begin, event = answer_to("none/m").partition(b"BEGIN:VEVENT")
    event, end, tail = event.partition(b"END:VEVENT\n")
    data = head + b"".join(begin + event.replace(b"UID:", b"UID:%d" % n) + end for n in range(20)) + tail
    assert len((await box.take(data)).outcomes) == 20 and looks == ["good", "bad"]
    assert not (await box.take(answer_to("good/m"))).why, "the next message is looked for anew, if need be"
    (settings(tmp_path).record / "good" / "late.jsonl").touch()
    entered = await box.take(answer_to("good/late"))
    assert [each.item for each in entered.outcomes] == ["good/late"]


BOUNCE = """\
From: MAILER-DAEMON@relay.example
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; focal-point@moc-khm.example
Action: failed
Status: 5.1.1

--b
Content-Type: message/rfc822

Message-ID: <1@aide-memoire.example>

--b--
"""


def nothing(path: Path) -> None:
    path.symlink_to("nowhere")


@pytest.mark.parametrize("lost", [nothing, Path.mkdir])
async def test_a_letter_that_cannot_be_read_hides_no_other(tmp_path: Path, lost: Callable[[Path], None]) -> None:
    box, _ = intake(tmp_path, "good", {"bad": running, "good": running})
    sent, torn = (settings(tmp_path).record / plan / "letters" / "khm-moc" / "1.eml" for plan in ("good", "bad"))
    for each in (sent, torn):
        each.parent.mkdir(parents=True)
    sent.write_text("Message-ID: <1@aide-memoire.example>\n\nx")
    os.utime(sent, (0, 0))
    lost(torn)
    [outcome] = (await box.take(BOUNCE.encode())).outcomes
    assert outcome.office == "khm-moc" and "its post room has ended" in outcome.why
    shutil.rmtree(sent.parent)  # what tests leave behind is judged as mail
    shutil.rmtree(torn.parent)


OURS = "rfc822; focal-point@moc-khm.example"
MEMBER = "Final-Recipient: rfc822; dara@free.example"


@pytest.mark.parametrize(
    ("about", "words"),
    [
        (f"Original-Recipient: {OURS}\n{MEMBER}", "reached focal-point@moc-khm.example, but not dara@free.example"),
        (MEMBER, "reached khm-moc, but not dara@free.example"),
        (f"Original-Recipient: {OURS}\nFinal-Recipient: {OURS.replace('@', '@mx.')}", "post room has ended"),
    ],
)
async def test_a_dead_member_of_a_list_is_for_a_person_and_the_office_was_reached(
    tmp_path: Path, about: str, words: str
) -> None:
    box, _ = intake(tmp_path, "good", {"good": running})
    sent = settings(tmp_path).record / "good" / "letters" / "khm-moc" / "1.eml"
    sent.parent.mkdir(parents=True)
    sent.write_text("Message-ID: <1@aide-memoire.example>\n\nx")
    bounce = BOUNCE.replace("Final-Recipient: rfc822; focal-point@moc-khm.example", about)
    entered = await box.take(bounce.encode())
    [outcome] = entered.outcomes
    assert outcome.office == "khm-moc" and words in outcome.why and entered.why == outcome.why
    shutil.rmtree(sent.parent)


async def test_a_report_that_names_no_mail_of_ours_is_for_a_person_and_names_the_office(tmp_path: Path) -> None:
    """Anybody could have written it, so its post room learns nothing."""
    box, workflows = intake(tmp_path, "good", {"good": running})
    bounce = BOUNCE.partition("--b\nContent-Type: message/rfc822")[0] + "--b--\n"
    [outcome] = (await box.take(bounce.encode())).outcomes
    assert outcome.office == "khm-moc" and "does not say which mail" in outcome.why
    assert not [each for each in workflows.asked if "office" in each]

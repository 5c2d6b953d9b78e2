"""A name that does not exist is refused with the nearest that do, and the exit code says so."""

from collections.abc import Awaitable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client
from typer.testing import CliRunner

from cli.acting import ActingCommand
from cli.app import app, with_nearest
from cli.arguments import in_zone
from cli.commands import days, show, status, turns, why
from cli.commands.propose import topic_of
from cli.display.inbox import inbox_plan
from cli.errors import BadUsage, CommandError, Refused
from models.governance.amended_plan import NotPossible, amended
from models.messages import acts
from models.plan.amendment import Amendment, AmendmentKind
from tests.support.builders import obligation, plan_of
from tests.support.rig import house
from tests.support.run_files import run_file


@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [
        ("register --ref 16.33", "no-such-provision", "did you mean 16.3, "),
        ("register --office lao-mioc", "no-such-office", "did you mean lao-moic, "),
        ("rehearse --office lao-mioc", "no-such-office", "did you mean lao-moic, "),
    ],
)
def test_names_of_the_plan_file(words: str, code: str, hint: str) -> None:
    refused = CliRunner().invoke(app, words.split()).exception
    assert isinstance(refused, Refused) and refused.code == code and hint in refused.message


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("propose x dat --as lao-mfa", "did you mean date?"),
        ("schema pln", "did you mean plan?"),
        ("propos x date", "Did you mean 'propose'?"),
    ],
)
def test_words_of_the_command_line(words: str, hint: str) -> None:
    answer = CliRunner().invoke(app, words.split(), env={"COLUMNS": "200"})
    assert answer.exit_code == 2 and hint in answer.output and "Value error" not in answer.output


def test_a_word_that_is_like_none_gets_no_hint() -> None:
    assert with_nearest("Value error, 'zz' is not one of 'a', 'b'.") == "'zz' is not one of 'a', 'b'."
    assert with_nearest("it is wrong") == "it is wrong"


def test_an_obligation_and_a_provision_that_the_plan_does_not_have() -> None:
    plan = plan_of(obligation("jtc-meeting"))
    for wrong, hint in (
        (Amendment(kind=AmendmentKind.DROP, obligation="jct-meeting"), "did you mean jtc-meeting?"),
        (Amendment(kind=AmendmentKind.ADD, obligation="n", provision="1.11", fields=obligation("n")), "mean 1.1?"),
    ):
        with pytest.raises(NotPossible, match=hint.replace("?", r"\?")):
            amended(plan, wrong, lambda *_: None)  # type: ignore[arg-type, return-value]


def test_a_zone() -> None:
    with pytest.raises(BadUsage, match=r"did you mean Asia/Vientiane"):
        in_zone(datetime(2026, 1, 1), "Asia/Vientian", "--zone")  # noqa: DTZ001


def test_a_plan_of_the_record(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / "record" / "lao-khm").mkdir(parents=True, mode=0o700)
    assert inbox_plan(tmp_path, "lao-khm") == "lao-khm"
    with pytest.raises(Refused, match=r"there is no plan 'lao-kmh'; did you mean lao-khm\?"):
        inbox_plan(tmp_path, "lao-kmh")


async def refusal(call: Awaitable[Any]) -> str:
    with pytest.raises(CommandError) as told:
        await call
    return f"{told.value.code}: {told.value.message}"


async def test_items_offices_and_plans(dev_server: Client, tmp_path: Path) -> None:
    plan = plan_of(obligation("jtc-meeting"), plan="near")
    async with house(dev_server, plan, tmp_path) as home:
        await home.launch()
        await home.until("jtc-meeting", lambda view: bool(view.title))
        run_file(home.folder, dev_server.service_client.config.target_host, "near")
        item = "no-such-item: there is no item 'jct-meeting'; did you mean jtc-meeting?"
        assert await refusal(show._view("jct-meeting", tmp_path, None)) == item
        assert await refusal(turns._series_view("jct-meeting", tmp_path, None)) == item
        assert await refusal(days._days("jct-meeting", None, None, None, tmp_path, None)) == item
        for dry_run in (False, True):
            acting = ActingCommand("jct-meeting", "lao-moc", tmp_path, None, False, dry_run)
            assert await refusal(acting.run(accepting)) == item
        assert await refusal(ActingCommand("jct-meeting", "lao-moc", tmp_path).run(countering)) == item
        office = "did you mean lao-moc, "
        assert office in await refusal(why._why("lao-mco", tmp_path, None))
        assert office in await refusal(status._rows(tmp_path, None, "lao-mco"))
        assert await status._rows(tmp_path, None, "lao-moc-dg"), "nothing is awaited of it, but it exists"
        assert await refusal(status._rows(tmp_path, "naer", None)) == (
            "no-plan: there is no plan 'naer'; did you mean near?"
        )
        assert await status._rows(tmp_path, "near", None)


async def accepting(acting: ActingCommand) -> acts.Act:
    return acts.Accept(**acting.fields(), proposal=1)


async def countering(acting: ActingCommand) -> acts.Act:
    await topic_of(acting, 1)
    raise AssertionError("there is no such item")

"""`round --answer`: all of a file is checked first, then each row has its own end."""

import json
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client
from typer.testing import CliRunner

from adapters.files.yaml_file import FileFault
from cli.app import app
from cli.commands import round as round_command
from cli.commands.round import answer_all
from cli.errors import CommandError, NoServer
from models.messages import acts
from models.messages.views import Receipt
from servers.datafolder import DataFolder
from tests.support.builders import obligation, plan_of
from tests.support.rig import House, house
from tests.support.run_files import run_file

LAO = "lao-moc"


def standing(oid: str) -> dict[str, Any]:
    return obligation(oid, kind="standing", cadence="continuous", window=None)


def at_home(client: Client, root: Path, plan: str) -> Any:
    asked = {"by": "offset", "opens": "PT0S", "every": "P300D", "count": 1}
    deliverable = obligation("d", kind="deliverable", window=None)
    return house(client, plan_of(standing("c"), deliverable, obligation("m"), plan=plan, round=asked), root)


def code_of(entry: dict[str, Any]) -> str:
    return str(entry.get("error", {}).get("code", ""))


async def said_of(home: House, item: str) -> list[str]:
    return [f"{each['state']}: {each['note']}" for each in (await home.view(item)).progress]


async def test_one_bad_row_and_none_is_taken(dev_server: Client, tmp_path: Path) -> None:
    async with at_home(dev_server, tmp_path, "checked") as home:
        await home.launch()
        await home.until("c", lambda view: view.status == "progress-awaited")
        run_file(home.folder, dev_server.service_client.config.target_host, "checked")
        path = tmp_path / "answers.csv"
        path.write_text("item,state\nc,limited\nzz,limited\nchecked/c,complete\nd,done\n../x,limited\nd,complete\n")
        with pytest.raises(FileFault) as told:
            await answer_all(path, LAO, tmp_path, None)
        assert [(fault.line, fault.field) for fault in told.value.faults] == [
            *((3, "item"), (4, "item"), (5, "state"), (6, "item"), (7, "item"))
        ]
        words = [fault.message for fault in told.value.faults]
        assert "there is no item 'zz'" in words[0] and "line 2 answers for this item already" in words[1]
        assert await said_of(home, "c") == []


async def test_each_row_has_its_own_end(dev_server: Client, tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    async with at_home(dev_server, tmp_path, "answered") as home:
        await home.launch()
        await home.until("c", lambda view: view.status == "progress-awaited")
        run_file(home.folder, dev_server.service_client.config.target_host, "answered")
        assert isinstance(await home.act("d", acts.Evidence, LAO, text="signed"), Receipt)
        assert isinstance(await home.act("d", acts.Agree, "khm-moc"), Receipt)
        await home.client.get_workflow_handle("answered/d").result()
        path.write_text("note,item,state\n,d,limited\n,m,limited\ntwo teams,c,Not started\n")
        told, stopped = await answer_all(path, LAO, tmp_path, None)
        ends = [(each["line"], each["item"], each["state"], code_of(each)) for each in told["answers"]]
        assert (told["office"], stopped, ends) == (
            LAO,
            None,
            [
                (2, "answered/d", "limited", "closed"),
                (3, "answered/m", "limited", "wrong-kind"),
                (4, "answered/c", "not-started", ""),
            ],
        )
        assert await said_of(home, "c") == ["not-started: two teams"]
    # No worker any more: it is waited for once.
    told, stopped = await answer_all(path, LAO, tmp_path, None)
    assert stopped is not None and [code_of(each) for each in told["answers"]] == ["closed", "no-worker", "no-worker"]
    assert "not sent" in told["answers"][2]["error"]["message"]


@pytest.mark.parametrize(("stopped", "code"), [(None, 1), (NoServer("no-worker", "no answer"), 3)])
def test_with_json_the_ends_of_the_rows_are_the_whole_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stopped: NoServer | None, code: int
) -> None:
    error = {"code": "closed", "message": "it was closed"}
    told = {"office": LAO, "answers": [{"line": 1, "item": "t/c", "state": "limited", "error": error}]}

    async def answered(*_: Any) -> Any:
        return told, stopped

    monkeypatch.setattr(round_command, "answer_all", answered)
    path = tmp_path / "answers.csv"
    path.write_text("c,limited\n")
    words = ["round", "--answer", str(path), "--as", LAO]
    result = CliRunner().invoke(app, [*words, "--json"])
    assert (json.loads(result.stdout), result.exit_code) == (told, code)
    refused = CliRunner().invoke(app, words)
    assert isinstance(refused.exception, CommandError) and refused.exception.exit_code == code
    assert "line 1: t/c: it was closed" in refused.stdout


async def test_without_a_server_a_bad_row_is_told_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("c,limited\n")
    run_file(DataFolder(tmp_path), "127.0.0.1:1", "answered")
    with pytest.raises(NoServer):
        await answer_all(path, LAO, tmp_path, None)
    path.write_text("c,done\n")
    with pytest.raises(FileFault, match="there is no state 'done'"):
        await answer_all(path, LAO, tmp_path, None)

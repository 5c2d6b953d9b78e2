"""`offices` says who is written to, who stands in, and whom mail does not reach."""

import json
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client

from cli.commands import offices as command
from cli.commands.offices import offices, offices_document, offices_text
from cli.display.lists import post_room_rows
from models.messages.views import ItemRow
from models.post.contacts import Contacts
from tests.support.builders import DAY, START, obligation, plan_of
from tests.support.rig import eventually, house

DEPUTY = {"address": "deputy@moc.example", "name": "Deputy", "first": "2026-01-01", "last": "2026-01-03"}


def document() -> dict[str, Any]:
    contacts = Contacts.model_validate(
        {
            "organizer": {"name": "S", "address": "s@a.example"},
            "offices": {
                "lao-moc": {"address": "c@moc.example", "stand_ins": [DEPUTY]},
                "lao-moc-dg": {"address": "dg@moc.example"},
                "khm-moc": {"address": "c@khm.example"},
            },
        }
    )
    rooms = [
        ItemRow(id="t/office/lao-moc", ref="-", kind="secretariat", title="", status="writing", next_at=START + DAY),
        ItemRow(id="t/office/khm-moc", ref="-", kind="secretariat", title="", status="unreachable"),
    ]
    # 18:00 UTC is the next day in Vientiane.
    return offices_document(plan_of(obligation("m")), contacts, rooms, START + 1.75 * DAY)


def entry(office: str) -> dict[str, Any]:
    return next(each for each in document()["offices"] if each["office"] == office)


def test_each_office_has_its_title_its_side_and_its_mail() -> None:
    assert entry("lao-moc") == {
        "office": "lao-moc",
        "title": "Coordinator, Ministry MOC, Lao PDR",
        "side": "LAO",
        "rank": 1,
        "address": "c@moc.example",
        "stand_in": DEPUTY,
        "mail": "reached",
        "next_mail": "2026-01-02T00:00:00Z",
        "zone": "Asia/Vientiane",
    }
    mails = {each["office"]: each["mail"] for each in document()["offices"]}
    assert [mails[each] for each in ("khm-moc", "lao-moc-dg", "lao-moc-dm")] == [
        "unreachable",
        "not-written-to",
        "no-address",
    ]
    assert entry("khm-moc")["stand_in"] is None


def test_people_read_who_stands_in_and_whom_mail_does_not_reach() -> None:
    lines = offices_text(document()).splitlines()
    told = {line.split()[0]: line for line in lines}
    assert told["lao-moc"].endswith(
        "Coordinator, Ministry MOC, Lao PDR; stands in until 3 January 2026: Deputy; next mail 2 January 2026, 07:00"
    )
    assert " NOT REACHED " in told["khm-moc"] and " NO ADDRESS " in told["lao-moc-dm"]
    assert lines[-2].startswith("`why OFFICE`") and "contacts file" in lines[-1]


def test_filters_keep_one_side_and_what_mail_does_not_reach(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def listed(*_: object) -> dict[str, Any]:
        return document()

    monkeypatch.setattr(command, "_offices", listed)
    offices(side="KHM", unreached=True, as_json=True)
    shown = json.loads(capsys.readouterr().out)["offices"]
    assert {each["side"] for each in shown} == {"KHM"}
    assert {each["mail"] for each in shown} == {"unreachable", "no-address"}


async def test_the_lists_of_temporal_have_a_row_for_each_post_room(dev_server: Client, tmp_path: Path) -> None:
    plan = plan_of(
        obligation("m", window={"by": "offset", "opens": "PT0S", "length": "P9D", "every": "P9D", "count": 1})
    )
    async with house(dev_server, plan.model_copy(update={"plan": "rooms"}), tmp_path) as home:
        await home.launch()

        async def written() -> bool:
            rows = {row.id: row for row in await post_room_rows(dev_server, "rooms")}
            return {"rooms/office/lao-moc", "rooms/office/khm-moc"} <= set(rows)

        await eventually(written)

"""What commands and the Temporal UI show: each sentence whole, as it stands, and everything else from fields."""

from datetime import datetime
from typing import Any, TypeVar

import pytest

from cli.commands.round import recorded_round
from cli.commands.show import view_text
from cli.commands.status import status_text
from cli.display.live import plain_line
from cli.display.overview import overview
from models.machine.state import ItemState
from models.messages import acts
from models.messages.acts import Terms, Topic
from models.messages.views import ItemRow, ItemView
from models.report.earlier_releases import row_with_fields
from tests.support.builders import DAY, START, obligation
from tests.support.recorded import RecordedLife, gibberish
from workflows.details import ENTRIES_SHOWN, _text, details_of

LAO, KHM = "lao-moc", "khm-moc"
Row = TypeVar("Row", bound=ItemRow)


@pytest.fixture(scope="module")
def life() -> RecordedLife:
    life = RecordedLife(
        obligation("m", short="m: the first"),
        obligation("e", kind="instrument"),
        obligation("c", kind="standing", cadence="continuous", window=None),
        obligation("adhoc", kind="meeting_series", cadence="on_trigger", window=None),
        obligation("s", kind="meeting_series", cadence="annual", window={"by": "year", "first": 2026, "last": 2027}),
        round={"by": "year", "day": "02-01", "first": 2026, "last": 2027},
        round_closes="P20D",
    )
    life.act("t/adhoc", acts.Call, KHM, reason="a flood")
    life.act("t/e", acts.Evidence, LAO, text="signed")
    life.act("t/s/2026", acts.Propose, LAO, terms=Terms(topic=Topic.DROP, reason="merged"))
    life.act("t/s/2026", acts.Accept, KHM, proposal=1)
    life.until(START + 33 * DAY)
    life.act("t/c", acts.Progress, LAO, state="limited", note="begun")
    life.until(datetime.fromisoformat("2026-03-10T00:00:00Z"))
    return life


def states(life: RecordedLife) -> list[tuple[Any, ItemState]]:
    return [(life.machine(name), state) for name, state in life.world.items.items()]


def mute(row: Row) -> Row:
    return row.model_copy(update={"next_what": "~" if row.next_what else ""})


def test_lists_say_what_comes_next_without_reading_the_sentence_about_it(life: RecordedLife) -> None:
    rows = life.rows()
    assert "next     Lao minister and Cambodian minister awaited from" in status_text(rows)
    assert status_text([*map(mute, rows)]) == status_text(rows)
    now = datetime.fromisoformat("2026-03-10T00:00:00Z")
    assert not [line for line in overview(rows, now) if "the first:" in line.text]
    assert overview([*map(mute, rows)], now) == overview(rows, now)
    for row in rows:
        assert plain_line(mute(row)) == plain_line(row).replace(row.next_what or "~", "~")


def test_a_row_of_an_earlier_release_has_its_sentence_alone(life: RecordedLife) -> None:
    for row in life.rows():
        if ": the first" not in row.next_what:  # a name with a colon was cut there
            assert row_with_fields(row.model_copy(update={"next_step": ""})) == row
        assert row_with_fields(row) is row


def test_show_gives_each_sentence_whole(life: RecordedLife) -> None:
    for machine, state in states(life):
        view: ItemView = machine.view(state)
        garbled = mute(view).model_copy(update={"ledger": tuple(map(gibberish, view.ledger))})
        head, _, ledger = view_text(view).partition("\nledger")
        told, _, lines = view_text(garbled).partition("\nledger")
        assert told == head.replace(f"next     {view.next_what}", "next     ~")
        assert [*map(str.split, lines.splitlines()[1:])] == [
            [*line.split()[: -len(entry.text.split())], f"~{entry.n}~"]
            for line, entry in zip(ledger.splitlines()[1:], view.ledger, strict=True)
        ]


def test_the_pages_of_the_temporal_ui_give_each_line_whole(life: RecordedLife) -> None:
    for machine, state in states(life):
        garbled = state.model_copy(update={"ledger": tuple(map(gibberish, state.ledger))})
        page = details_of(machine, state)
        for entry in state.ledger[-ENTRIES_SHOWN:]:
            page = page.replace(f": {_text(entry.text)}", f": ~{entry.n}~", 1)
        assert details_of(machine, garbled) == page


def test_the_page_of_an_item_whose_name_has_a_colon_says_what_comes_next(life: RecordedLife) -> None:
    page = details_of(life.machine("t/m"), life.item("t/m"))
    assert "**Next:** Lao minister and Cambodian minister awaited from" in page


def test_a_round_of_the_past_is_found_by_its_field(life: RecordedLife) -> None:
    lines = life.record["t"]
    answers, _ = recorded_round(map(gibberish, lines), "2026")
    assert answers["t/c"]["LAO"]["state"] == "limited"
    assert recorded_round(lines, "2027") == ({}, ())
    # Lines of earlier releases name the round in their words alone.
    old = [line.model_copy(update={"data": {k: v for k, v in line.data.items() if k != "round"}}) for line in lines]
    assert recorded_round(old, "2026") == recorded_round(lines, "2026")

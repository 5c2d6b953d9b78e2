"""A plan whose engine is lost goes on from its record on an empty server, and the offices notice nothing."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from adapters.temporal import RepeatedQueries
from cli.reopening import Moved, open_from_record
from models.messages import acts
from models.messages.views import Receipt
from models.plan.plan import Plan
from servers.datafolder import DataFolder
from servers.ports import claim
from servers.temporal_server import temporal_child, wait_for_temporal
from tests.support.builders import date_terms, obligation, plan_of
from tests.support.rig import House, eventually, house
from workflows.visibility import REGISTERED

LAO, KHM = "lao-moc", "khm-moc"
DAY = timedelta(days=1)
OPEN = {"by": "offset", "opens": "PT0S", "length": "P300D", "every": "P365D", "count": 1}


@asynccontextmanager
async def engine(root: Path, plan: Plan, name: str) -> AsyncIterator[House]:
    """A Temporal with a database of its own, and everything around it. The record, mail and calendars are shared."""
    base = DataFolder(root / name)
    base.create()
    port = claim("Temporal", 0, "-")
    child = temporal_child(base, port, None, "default", REGISTERED)
    await child.start()
    try:
        await wait_for_temporal(child, port, "default", lambda _: None)
        client = await Client.connect(
            f"127.0.0.1:{port}", data_converter=pydantic_data_converter, interceptors=[RepeatedQueries()]
        )
        async with house(client, plan, root / "shared", queue=f"engine-{uuid.uuid4().hex}") as home:
            yield home
    finally:
        await child.stop()


async def moved(home: House) -> Moved:
    return await open_from_record(home.client, home.settings.record, home.plan.plan, queue=home.task_queue)


async def quiet(home: House) -> None:
    """Until no more mails come for some seconds."""
    before = -1
    for _ in range(20):
        if before == (before := sum(len(home.mails(office)) for office in (LAO, KHM))):
            return
        await asyncio.sleep(3)


async def took(home: House, item: str, verb: type[acts.Act], office: str, **fields: Any) -> None:
    assert isinstance(answer := await home.act(item, verb, office, **fields), Receipt), answer


async def test_a_meeting_with_an_open_proposal_goes_on_elsewhere(tmp_path: Path) -> None:
    plan = plan_of(obligation("m", kind="meeting", window=OPEN))
    async with engine(tmp_path, plan, "old") as home:
        await home.launch()
        await home.until("m", lambda view: view.status == "date-awaited")
        await took(home, "m", acts.Propose, LAO, terms=date_terms(await home.now() + 10 * DAY, place="Pakse"))
        await quiet(home)
        before = await home.view("m")
        mails = {office: [str(mail["Message-ID"]) for mail in home.mails(office)] for office in (LAO, KHM)}
        assert mails[KHM]
    async with engine(tmp_path, plan, "new") as home:
        found = await moved(home)
        assert (found.result, found.epoch, found.again) == ("opened", 2, ())
        after = await home.until("m", lambda view: view.status == "consent-awaited")
        assert after.model_dump(exclude={"clock"}) == before.model_dump(exclude={"clock"})
        await quiet(home)
        assert {office: [str(mail["Message-ID"]) for mail in home.mails(office)] for office in (LAO, KHM)} == mails
        await took(home, "m", acts.Accept, KHM, proposal=1)
        await home.until("m", lambda view: view.status == "scheduled")

        async def invited() -> bool:
            return len(home.mails(KHM)) > len(mails[KHM])

        await eventually(invited)
        [event] = await home.calendar("t")
        assert "STATUS:CONFIRMED" in event and "SEQUENCE:1" in event
        assert (await moved(home)).result == "in force already"

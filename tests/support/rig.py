"""All parts of the program for a test: a real mail spool, a real calendar server and a worker, with any Temporal
server."""

import asyncio
import email
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import httpx
import yaml
from temporalio.client import Client, WorkflowHandle, WorkflowQueryFailedError, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from adapters.files.record_file import read_record
from adapters.settings import Settings
from models.governance.launch import Launch
from models.items.past_sessions import AdoptedSession
from models.machine.setup import EDITION
from models.messages.acts import Act
from models.messages.views import ItemRow, ItemView, Receipt, Refusal
from models.plan.parties import all_offices
from models.plan.plan import Plan
from models.plan.windows import clock_of, end_of_validity, start_of_validity
from servers.datafolder import DataFolder
from servers.logins import PUBLISHER, calendar_logins
from servers.ports import claim
from servers.processes import Child
from servers.radicale_server import HOME, radicale_child, wait_for_radicale, write_users
from servers.spool import Spool
from worker import build_worker, calendar_client
from workflows.visibility import MEMO_ROW, REGISTERED, initial_attributes


@dataclass
class House:
    """One plan that runs on real parts."""

    client: Client
    plan: Plan
    folder: DataFolder
    settings: Settings
    task_queue: str
    radicale: Child
    now: Callable[[], Awaitable[datetime]]
    acts: int = field(default=0)

    async def launch(
        self, as_of: datetime | None = None, history: tuple[AdoptedSession, ...] = (), epoch: int = 1
    ) -> Launch:
        """Launches the plan. With epoch 0, as a release that kept no states did."""
        now = await self.now()
        launch = Launch(
            plan=self.plan,
            launched=now,
            edition=EDITION,
            epoch=epoch,
            as_of=as_of or now,
            valid_from=start_of_validity(self.plan),
            valid_until=end_of_validity(self.plan),
            clock=clock_of(self.plan, now),
            history=history,
        )
        row = ItemRow(id=self.plan.plan, ref="-", kind="plan", title=self.plan.title, status="launching")
        handle = await self.client.start_workflow(
            "plan",
            launch,
            id=row.id,
            task_queue=self.task_queue,
            search_attributes=initial_attributes(row.id, row),
            memo={MEMO_ROW: row},
        )
        await eventually(lambda: handle.query("launched", result_type=bool))
        return launch

    def item(self, item: str) -> str:
        return f"{self.plan.plan}/{item}"

    async def view(self, item: str) -> ItemView:
        return await looked_up(self.client.get_workflow_handle(self.item(item)))

    async def until(self, item: str, true: Callable[[ItemView], bool]) -> ItemView:
        """Waits until `true` holds for the view of the item, and returns the view. Raises AssertionError after a
        time."""
        found: list[ItemView] = []

        async def look() -> bool:
            try:
                found[:] = [await self.view(item)]
            except RPCError:
                return False
            return true(found[0])

        try:
            await eventually(look)
        except AssertionError as error:
            raise AssertionError(f"{item} is {found[0].model_dump_json(indent=1) if found else 'not there'}") from error
        return found[0]

    async def act(self, item: str, verb: type[Act], office: str, act_id: str = "", **fields: Any) -> Receipt | Refusal:
        """Sends an act as an Update. Returns its receipt, or the refusal of its validator."""
        return await self._update(self.item(item), verb, office, act_id, fields)

    async def act_on_plan(self, verb: type[Act], office: str, **fields: Any) -> Receipt | Refusal:
        """Sends an act to the plan itself. Returns its receipt or the refusal."""
        return await self._update(self.plan.plan, verb, office, "", fields)

    async def _update(
        self, workflow_id: str, verb: type[Act], office: str, act_id: str, fields: dict[str, Any]
    ) -> Receipt | Refusal:
        return await self.send(
            workflow_id, verb.model_validate({"act_id": act_id or uuid.uuid4().hex, "office": office, **fields})
        )

    async def send(self, workflow_id: str, act: Act) -> Receipt | Refusal:
        """Sends an act to a workflow as an Update. Returns its receipt, or the refusal of its validator."""
        handle = self.client.get_workflow_handle(workflow_id)
        try:
            receipt: Receipt = await handle.execute_update(act.verb, act, id=act.act_id, result_type=Receipt)
        except WorkflowUpdateFailedError as error:
            assert isinstance(error.cause, ApplicationError), error.cause
            return Refusal.model_validate(error.cause.details[0])
        return receipt

    def mails(self, office: str) -> list[EmailMessage]:
        """The mails in the mailbox of an office, oldest first."""
        files = sorted((self.folder.mail / office).glob("*.eml"))
        return [email.message_from_bytes(path.read_bytes(), policy=default) for path in files]  # type: ignore[misc]

    def record(self, item: str) -> list[dict[str, Any]]:
        return read_record(self.settings.record, self.item(item))

    async def calendar(self, name: str) -> list[str]:
        """The calendar objects of a calendar, read with a simple CalDAV client."""
        url = f"{self.settings.caldav_url}{self.settings.caldav_home}{name}/"
        password = self.settings.caldav_password
        assert self.settings.caldav_username and password
        auth = (self.settings.caldav_username, password.get_secret_value())
        async with httpx.AsyncClient(auth=auth, trust_env=False) as http:
            listing = await http.request("PROPFIND", url, headers={"Depth": "1"})
            names = [part.split("<")[0] for part in listing.text.split("<href>")[1:]]
            return [(await http.get(self.settings.caldav_url + href)).text for href in names if href.endswith(".ics")]


async def looked_up(handle: WorkflowHandle[Any, Any]) -> ItemView:
    """The view of an item. On a busy machine a query can time out, so it is asked again."""
    for _ in range(5):
        try:
            view: ItemView = await handle.query("view", result_type=ItemView)
            return view
        except WorkflowQueryFailedError as error:
            if "TMPRL1101" not in str(error):
                raise
    raise AssertionError(f"{handle.id} never answered")


async def eventually(true: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    """Calls `true` again and again until it returns True. Raises AssertionError after `seconds`."""
    for _ in range(int(seconds / 0.05)):
        if await true():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not come about")


def write_contacts(plan: Plan, path: Path) -> Path:
    """Writes a contacts file with an .example address for every office of the plan. Returns its path."""
    offices = {office: {"address": f"{office}@office.example"} for office in all_offices(plan)}
    organizer = {"name": "Secretariat", "address": "secretariat@aide-memoire.example"}
    path.write_text(yaml.safe_dump({"organizer": organizer, "offices": offices}))
    return path


async def real_now() -> datetime:
    return datetime.now().astimezone()


@asynccontextmanager
async def house(
    client: Client,
    plan: Plan,
    root: Path,
    now: Callable[[], Awaitable[datetime]] = real_now,
    office_hours: bool = False,
    queue: str = "",
    **more: Any,
) -> AsyncIterator[House]:
    """Starts a spool, Radicale and a worker for this plan, and stops them at the end. Every office is open day and
    night, unless a test is about office hours. With the same task queue and folder as before, the plan goes on from
    there. `more` are settings of the worker."""
    folder = DataFolder(root)
    folder.create()
    contacts = write_contacts(plan, root / "contacts.yaml")
    spool = Spool(folder.mail, contacts, 0)
    await spool.start()
    port = claim("the calendar server", 0, "-")
    radicale, logins = radicale_child(folder, port), calendar_logins([plan.plan], {})
    write_users(folder, logins)
    await radicale.start()
    await wait_for_radicale(radicale, port, logins[PUBLISHER], lambda _: None)
    settings = Settings(
        smtp_port=spool.port,
        caldav_url=f"http://127.0.0.1:{port}",
        caldav_home=HOME,
        caldav_username=PUBLISHER,
        caldav_password=logins[PUBLISHER],
        contacts=contacts,
        record=folder.record,
        office_hours=office_hours,
        mail_poll=0.2,
        **{"maildir": folder.organizer, **more},
    )
    queue = queue or f"test-{uuid.uuid4().hex}"
    try:
        async with calendar_client(settings) as http, build_worker(client, settings, http, queue):
            yield House(client, plan, folder, settings, queue, radicale, now)
    finally:
        await spool.stop()
        await radicale.stop()


async def register_attributes(client: Client) -> None:
    """Registers the search attributes. The time-skipping server takes them only from the operator service."""
    from temporalio.api.enums.v1 import IndexedValueType
    from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest

    kinds = {
        "Keyword": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
        "KeywordList": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
        "Int": IndexedValueType.INDEXED_VALUE_TYPE_INT,
        "Datetime": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
    }
    attributes = {name: kinds[kind] for name, kind in REGISTERED.items()}
    await client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(namespace=client.namespace, search_attributes=attributes)
    )

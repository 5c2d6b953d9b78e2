"""Holds what every command that asks a server needs: the data folder, the plan, the Temporal client and the record."""

import os
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from temporalio.client import Client
from temporalio.service import RPCError

from adapters.files.record_file import recorded_items
from adapters.temporal import DEFAULT_ADDRESS, Misconfigured, Unreachable, connect
from cli.answers import asked, server_error
from cli.errors import BadUsage, NoServer, Refused
from cli.folders import record_root
from models.common.ids import full_item_id, safe_item_id
from models.common.nearest import did_you_mean
from models.plan.plan import Plan
from servers.datafolder import RunFile, read_run


class Session:
    """One run of a command, with its Temporal client, its data folder, its plan and the folder of its record."""

    def __init__(self, client: Client, data: Path, plan: str | None) -> None:
        self.client = client
        self.data = data
        self._run = read_run(data)
        self._named = plan or os.environ.get("AIDE_PLAN")
        self._plan: str | None = None
        self._names: set[str] | None = None
        self.record = record_root(data)

    async def plan(self) -> str:
        """Returns the id of the plan: the plan that the person named, or else the plan of the data folder, or else the
        only plan in Temporal. Raises Refused if there is no plan of the name, or if it is not clear which plan is
        meant."""
        if self._plan is None and self._named is not None:
            self._plan = await self._checked(self._named)
        if self._plan is None and self._run is not None:
            self._plan = self._run.plan
        if self._plan is None:
            plans = await self._plans()
            if len(plans) != 1:
                known = ", ".join(plans) or "none; launch one"
                raise Refused("no-plan", f"say which plan is meant with --plan (there are: {known})")
            self._plan = plans[0]
        return self._plan

    async def _checked(self, plan: str) -> str:
        """Returns the id of a plan that a person named. Raises Refused if there is no such plan. The message suggests
        similar ids."""
        if (self._run is not None and plan == self._run.plan) or (self.record / plan).is_dir():
            return plan
        known = await self._plans()
        if plan not in known:
            hint = did_you_mean(plan, known, f"there are: {', '.join(known) or 'none; launch one'}")
            raise Refused("no-plan", f"there is no plan {plan!r}; {hint}")
        return plan

    async def _plans(self) -> list[str]:
        return sorted({each.id async for each in self.client.list_workflows("ItemKind='plan'")})

    async def no_such_item(self, item: str, offices: Iterable[str] = ()) -> Refused:
        """Returns the error for an item that does not exist. Its message suggests similar names of items.

        `offices` are names of offices that the person could also have meant. They are empty if the command takes only
        items.
        """
        plan, names = await self.plan(), await self._item_names()
        name, offices = item.removeprefix(f"{plan}/"), set(offices)
        hint = did_you_mean(name, {*names, *offices}, "`status --all` lists the items")
        return Refused("no-such-item", f"there is no item{' and no office' if offices else ''} {name!r}; {hint}")

    async def _item_names(self) -> set[str]:
        """Returns the names of all items, without their plan, from Temporal's lists and the record. It asks only
        once."""
        if self._names is None:
            plan = await self.plan()
            query = f"PlanId='{plan}' AND ItemKind NOT IN ('plan', 'secretariat', 'mailbox')"
            known = {each.id async for each in self.client.list_workflows(query)}
            known |= set(recorded_items(self.record, plan))
            self._names = {each.removeprefix(f"{plan}/") for each in known if each.startswith(f"{plan}/")}
        return self._names

    async def item_id(self, item: str) -> str:
        """Returns the full id of an item that a person named with or without its plan. It does not check that the item
        exists. Raises Refused if the name cannot be an id."""
        plan = await self.plan()
        if item in (plan, "plan"):
            return plan
        full = full_item_id(plan, item.strip("/"))
        if not safe_item_id(full):
            raise await self.no_such_item(item)
        return full

    async def plan_in_force(self) -> Plan:
        """Returns the plan in force, from the plan's workflow. Raises NoServer if no worker answers."""
        return await asked(self.client, await self.plan(), "in_force", Plan)


@asynccontextmanager
async def session(data: Path, plan: str | None = None) -> AsyncIterator[Session]:
    """Connects to Temporal, and gives a Session. Raises NoServer within ten seconds if Temporal cannot be reached.

    Raises BadUsage for faulty settings. Raises NotPrivate if other accounts can use the data folder or the record.
    """
    run: RunFile | None = read_run(data)
    record_root(data)
    try:
        client = await connect(run.temporal_address if run else DEFAULT_ADDRESS, run.namespace if run else None)
        yield Session(client, data, plan)
    except Misconfigured as error:
        raise BadUsage("bad-settings", str(error)) from error
    except Unreachable as error:
        raise NoServer("unreachable", str(error)) from error
    except RPCError as error:
        raise server_error(error) from error

"""Reads the acts of a scenario that are written as commands: "propose 16.3-jtc/2026 date --start 2026-11-10T09:00
..."."""

import asyncio
import shlex
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import typer

from cli.acting import ActingCommand
from cli.app import command_of, function_of
from cli.catalogue import COMMANDS, HEADINGS
from cli.clashes import LookedUp
from cli.session import Session
from models.common.ids import full_item_id
from models.common.nearest import did_you_mean
from models.common.times import Slot
from models.items.host_change import note_on_host
from models.messages.acts import Act, Clash
from models.messages.views import ItemView
from models.plan.plan import Plan
from models.post.unlikely import remind_at
from models.rehearsal.world import World

ACTING = {each.name for heading, listed in HEADINGS.items() if heading.startswith("Acting") for each in listed}
"""The names of the commands that do an act."""

_COMMON = {"item", "office", "data", "plan", "as_json", "dry_run", "act_id"}


class Words(NamedTuple):
    """What a command in a scenario says: the item, the office that acts, and the options of the act."""

    item: str
    office: str
    make: Callable[..., Awaitable[Act]]
    """The function that makes the act from `options`. The command itself uses the same function."""
    options: dict[str, Any]

    @property
    def to_plan(self) -> bool:
        """Whether the plan takes the act, and not the item that the command names. It takes `rectify`, because the
        workflow of a closed item has ended."""
        return self.make.__name__ == "rectify"


def read_words(line: str) -> Words:
    """Reads one command, and returns what it says. Raises ValueError if the command is wrong. The error says what is
    wrong and what to write."""
    verb, *rest = shlex.split(line) or [""]
    if verb not in ACTING:
        otherwise = f"write one of {', '.join(sorted(ACTING))}"
        raise ValueError(f"there is no verb {verb!r}; {did_you_mean(verb, ACTING, otherwise)}")
    try:
        given = command_of(COMMANDS[verb]).make_context(verb, rest).params
    except typer.TyperException as error:
        raise ValueError(error.format_message()) from None
    except typer.Exit:
        raise ValueError("write a command that acts, without --help") from None
    make: Callable[..., Awaitable[Act]] = getattr(function_of(COMMANDS[verb]), "make")  # noqa: B009 - no field
    options = {name: value for name, value in given.items() if name not in _COMMON}
    return Words(given["item"], given["office"], make, options)


def act_of(words: Words, n: int, plan: Plan, world: World) -> Act:
    """Returns the act that a command makes in the rehearsal, from the state of its item there. `n` is the position of
    the act in the scenario. Raises BadUsage for options that do not fit the act."""
    return asyncio.run(_made(words, _Rehearsed(words, n, plan, world)))


async def _made(words: Words, acting: ActingCommand) -> Act:
    return await words.make(acting, **words.options)


class _PlanAlone(Session):
    """A session without a server: it knows the plan."""

    def __init__(self, plan: Plan) -> None:
        self._of = plan

    async def plan(self) -> str:
        return self._of.plan

    async def plan_in_force(self) -> Plan:
        return self._of


class _Rehearsed(ActingCommand):
    """A call of a verb in a rehearsal: it asks the rehearsed world in place of a server."""

    def __init__(self, words: Words, n: int, plan: Plan, world: World) -> None:
        super().__init__(item_of(words.item, plan), words.office, dry_run=True, act_id=f"scenario-{n}")
        self.here, self._world = _PlanAlone(plan), world

    async def view(self) -> ItemView:
        view: ItemView = self._world.machine_of(self.item).view(self._world.items[self.item])
        return view

    async def look_up_host(self, host: str) -> tuple[Clash, ...]:
        return note_on_host(host, self._world.items[self.item])

    async def closed_view(self) -> ItemView:
        return await self.view()

    async def look_up(self, slot: Slot) -> LookedUp:
        return LookedUp(remind_at=remind_at(slot, self._world.items[self.item]))


def item_of(name: str, plan: Plan) -> str:
    """Returns the full id of an item that a scenario names with or without its plan."""
    return plan.plan if name in ("plan", plan.plan) else full_item_id(plan.plan, name)

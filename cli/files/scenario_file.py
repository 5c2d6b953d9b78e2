"""Reads scenario files. A scenario says what a rehearsal assumes about the offices, and which acts they do on which
days."""

from collections.abc import Iterator
from datetime import date, datetime, time
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import Field, JsonValue

from adapters.files.yaml_file import Fault, FileFault, YamlFile
from cli.arguments import duration
from cli.errors import BadUsage
from cli.files.scenario_words import act_of, item_of, read_words
from models.common.nearest import did_you_mean
from models.common.times import Slot
from models.common.values import FilePart
from models.common.zones import later, zoned
from models.messages.acts import VERBS, Act, Terms, Topic
from models.plan.amendment import Amendment
from models.plan.plan import Format, Plan
from models.rehearsal.assumptions import assumption_of
from models.rehearsal.world import World


class ScenarioAct(FilePart):
    """One act of one office in a scenario. It is written as a command under `do`, or with `item`, `verb`, `office` and
    other fields."""

    at: datetime | date
    """When the office acts: a wall time in the plan's zone. A day alone means its first instant."""
    do: str = ""
    """The whole act, as a command of the command line. Then the only other field is `at`. Empty if the act is written
    with the other fields."""
    item: str = ""
    verb: str = ""
    office: str = ""
    topic: Topic | None = None
    start: datetime | None = None
    """The start of a proposed date, as a wall time in the plan's zone. None if the act proposes no date."""
    length: str = "PT3H"
    place: str = ""
    format: Format | None = None
    link: str = ""
    host: str | None = None
    until: datetime | date | None = None
    question: str = ""
    value: JsonValue = None
    amendment: Amendment | None = None
    reason: str = ""
    text: str = ""
    note: str = ""
    proposal: int | None = None
    """The number of the proposal that the act is about. None means the newest open proposal of the item."""
    state: str | None = None


class Scenario(FilePart):
    assume: str | None = None
    """What the offices do except for these acts: on-time, silent or random:SEED. None if the option --assume says
    it."""
    acts: tuple[ScenarioAct, ...] = ()
    title: str = Field(default="")


def load_scenario(path: Path) -> Scenario:
    """Reads a scenario file, and returns the scenario. Raises FileFault with every fault and its line."""
    source = YamlFile.read(path)
    scenario = source.parse(Scenario)
    faults = [fault for n, act in enumerate(scenario.acts) for fault in _faults_of(source, n, act)]
    faults += [
        source.fault(("acts", n, "verb"), f"there is no verb {act.verb!r}; {_verbs_near(act.verb)}")
        for n, act in enumerate(scenario.acts)
        if act.verb and act.verb.replace("-", "_") not in VERBS
    ]
    try:
        assumption_of(scenario.assume or "silent")
    except ValueError as error:
        faults.append(source.fault(("assume",), str(error)))
    if faults:
        raise FileFault(faults)
    return scenario


def _faults_of(source: YamlFile, n: int, act: ScenarioAct) -> Iterator[Fault]:
    """What is wrong with the way in which an act is written: as a command, or by its fields."""
    if not act.do:
        missing = [name for name in ("item", "verb", "office") if not getattr(act, name)]
        yield from (source.fault(("acts", n, name), "missing; add it, or write the act under do") for name in missing)
        return
    beside = sorted(act.model_fields_set - {"at", "do"})
    if beside:
        yield source.fault(("acts", n, beside[0]), "do says the whole act; remove this, or write it there")
    try:
        read_words(act.do)
    except ValueError as error:
        yield source.fault(("acts", n, "do"), str(error))


def _verbs_near(word: str) -> str:
    verbs = [verb.replace("_", "-") for verb in VERBS]
    return did_you_mean(word, verbs, f"write one of {', '.join(verbs)}")


def play(world: World, scenario: Scenario, plan: Plan) -> None:
    """Enters the acts of a scenario in a rehearsal, each on its day. Raises BadUsage if an act names an item that the
    plan does not have."""
    known = {"plan", plan.plan, "questions", *(obligation.id for _, obligation in plan.obligations())}
    for n, each in enumerate(scenario.acts):
        words = read_words(each.do) if each.do else None
        named = words.item if words else each.item
        name = named.removeprefix(f"{plan.plan}/").split("/")[0]
        if name not in known:
            hint = did_you_mean(name, known, "`register` lists its obligations")
            message = f"acts[{n}].item: the plan has no {named}; {hint}"
            raise BadUsage("bad-file", message)
        item = item_of(named, plan)
        maker = partial(act_of, words, n, plan) if words else _Maker(n, each, item, plan)
        to = plan.plan if words is not None and words.to_plan else item
        world.plan_act(_instant(each.at, plan), to, maker)


class _Maker:
    """Makes an act of the scenario on the day of the act. It cannot make the act earlier, because the act may answer a
    proposal that is made in the meantime."""

    def __init__(self, n: int, told: ScenarioAct, item: str, plan: Plan) -> None:
        self._n, self._told, self._item, self._plan = n, told, item, plan

    def __call__(self, world: World) -> Act | None:
        told = self._told
        verb = VERBS[told.verb.replace("-", "_")]
        given = told.model_dump(include={"reason", "text", "note", "state", "place", "format"}, exclude_none=True)
        fields: dict[str, Any] = {name: value for name, value in given.items() if name in verb.model_fields and value}
        if "proposal" in verb.model_fields:
            open_ones = [p.number for p in world.items[self._item].open_proposals]
            fields["proposal"] = told.proposal or max(open_ones, default=0)
        if "terms" in verb.model_fields:
            fields["terms"] = self._terms()
        return verb.model_validate({"act_id": f"scenario-{self._n}", "office": told.office, **fields})

    def _terms(self) -> Terms:
        told, slot = self._told, None
        if told.start is not None:
            start = zoned(told.start, self._plan.zone)
            slot = Slot(start=start, end=later(start, duration(told.length)))
        topic = told.topic or (Topic.DATE if slot else Topic.AMEND if told.amendment else None)
        if topic is None:
            raise BadUsage("bad-file", f"acts[{self._n}].topic: missing; say what is proposed, such as date or host")
        return Terms(
            topic=topic,
            slot=slot,
            place=told.place,
            format=told.format,
            link=told.link,
            host=told.host,
            until=_instant(told.until, self._plan) if told.until else None,
            question=told.question,
            value=told.value,
            amendment=told.amendment,
            reason=told.reason,
        )


def _instant(at: datetime | date, plan: Plan) -> datetime:
    local = at if isinstance(at, datetime) else datetime.combine(at, time.min)
    return zoned(local, plan.zone).utc if local.tzinfo is None else local

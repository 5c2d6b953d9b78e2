"""Makes the terms of a proposal from the options of `propose` and `counter`."""

import json
import re
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import yaml
from pydantic import JsonValue

from adapters.files.yaml_file import YamlFile
from cli.acting import ActingCommand
from cli.arguments import duration, in_zone, wall_time
from cli.errors import BadUsage
from cli.session import Session
from models.common.links import fault_of_link
from models.common.times import Slot
from models.common.values import Instant
from models.common.zones import later
from models.messages.acts import Terms, Topic
from models.messages.views import DateRow
from models.plan.amendment import Amendment, AmendmentKind
from models.plan.plan import Format


class ProposedTopic(StrEnum):
    """What a person can propose. The values are the topics for items and the kinds of amendment for the plan."""

    DATE = "date"
    HOST = "host"
    POSTPONE = "postpone"
    EXTEND = "extend"
    EXCUSE = "excuse"
    DROP = "drop"
    ANSWER = "answer"
    ADD = "add"
    CHANGE = "change"
    CADENCE = "cadence"
    FIRST_HOST = "first-host"


AMENDMENTS = frozenset(kind.value for kind in AmendmentKind)


class TermsOptions(NamedTuple):
    """The options from which the program makes terms, as the person typed them. An option that was not given is None or
    empty."""

    values: tuple[str, ...]
    start: str | None
    zone: str | None
    length: str | None
    place: str
    link: str
    style: Format | None
    host: str | None
    until: str | None
    reason: str
    assign: tuple[str, ...] = ()
    file: Path | None = None
    under: str = ""

    @property
    def value(self) -> str | None:
        return " ".join(self.values) or None


async def terms_of(acting: ActingCommand, topic: ProposedTopic, given: TermsOptions) -> Terms:
    """Returns the terms that the options of `propose` or `counter` say. Raises BadUsage if an option is missing or does
    not fit the topic, and FileFault if the file of --file has a fault."""
    here = acting.here
    of_plan = acting.item == await here.plan()
    if of_plan and topic is ProposedTopic.ANSWER:
        return await _answer(here, given)
    if of_plan != (topic.value in AMENDMENTS) and not (of_plan and topic is ProposedTopic.DROP):
        if of_plan:
            topics = ", ".join((*sorted(AMENDMENTS), "answer"))
            raise BadUsage("bad-usage", f"{topic} cannot be proposed for the plan; propose one of {topics}")
        if topic is not ProposedTopic.DROP:
            message = f"{topic} amends the plan and not an item; write: propose plan {topic} OBLIGATION"
            raise BadUsage("bad-usage", message)
    if of_plan:
        return Terms(topic=Topic.AMEND, amendment=_amendment(topic, given), reason=given.reason)
    if topic is ProposedTopic.DATE:
        if given.value is not None:
            message = f"{given.value!r} does not belong here; write the start with --start 2026-12-01T09:00"
            raise BadUsage("bad-usage", message)
        slot = slot_of(given.start, given.zone, given.length)
        found = await acting.look_up(slot)
        return Terms(
            topic=Topic.DATE,
            slot=slot,
            clashes=found.clashes,
            remind_at=found.remind_at,
            place=" ".join(given.place.split()),
            format=given.style,
            link=_link(given.link),
            reason=given.reason,
        )
    if topic is ProposedTopic.HOST:
        host = given.host or given.value
        if host is None:
            raise BadUsage("missing-option", "say which side hosts: propose ITEM host LAO")
        return Terms(topic=Topic.HOST, host=host, clashes=await acting.look_up_host(host), reason=given.reason)
    if topic is ProposedTopic.ANSWER:
        return await _answer(here, given)
    if topic in (ProposedTopic.DROP, ProposedTopic.EXCUSE):
        return Terms(topic=Topic(topic.value), reason=given.reason or given.value or "")
    until = await until_instant(here, given.until or given.value, given.zone)
    if until is None:
        raise BadUsage("missing-option", f"say until when: propose ITEM {topic.value} --until 2027-03-01")
    return Terms(topic=Topic(topic.value), until=until, reason=given.reason)


def _link(text: str) -> str:
    """The joining link of the option --link, or empty. Raises BadUsage if it cannot be used."""
    link = text.strip()
    if link and (fault := fault_of_link(link)) is not None:
        raise BadUsage("bad-usage", f"--link: {fault}")
    return link


async def _answer(here: Session, given: TermsOptions) -> Terms:
    """Terms that answer an open question. For a past session, also when and where it was held, and who hosted."""
    if len(given.values) < 2:
        raise BadUsage("missing-option", "name the question and its answer: propose ITEM answer QUESTION VALUE")
    question, *words = given.values
    value: JsonValue = _plain(" ".join(words))
    if "/past" in question:
        value = {"state": str(value).casefold()}
        if given.start:
            name = given.zone or (await here.plan_in_force()).zone
            day = in_zone(wall_time(given.start, "--start", day=True), name, "--start")
            row = DateRow(
                start=day.utc, end=day.utc, local=day.local.isoformat(), zone=name, place=given.place, format=None
            )
            value["date"] = row.model_dump(mode="json")
        if given.host:
            value["host"] = given.host
        if given.reason:
            value["note"] = given.reason
    elif question.endswith("/order"):
        value = [side for side in re.split(r"[\s,]+", " ".join(words)) if side]
    return Terms(topic=Topic.ANSWER, question=question, value=value, reason=given.reason)


def _plain(text: str) -> JsonValue:
    return int(text) if re.fullmatch(r"\d{4}", text) else text


def _amendment(topic: ProposedTopic, given: TermsOptions) -> Amendment:
    if not given.values:
        raise BadUsage("missing-option", f"name the obligation: propose plan {topic} OBLIGATION")
    obligation, *rest = given.values
    kind = AmendmentKind(topic.value)
    if kind in (AmendmentKind.CADENCE, AmendmentKind.FIRST_HOST):
        if len(rest) != 1:
            raise BadUsage("missing-option", f"give one new value: propose plan {topic} {obligation} VALUE")
        return Amendment(kind=kind, obligation=obligation, value=rest[0])
    if rest:
        raise BadUsage("bad-usage", f"{rest[0]!r} does not belong here; remove it")
    if kind is AmendmentKind.ADD:
        if given.file is None or not given.under:
            example = f"propose plan add {obligation} --under 16.3 --file obligation.yaml"
            raise BadUsage("missing-option", f"name its provision and the file with its fields: {example}")
        return Amendment(kind=kind, obligation=obligation, provision=given.under, fields=_fields_of(given.file))
    if kind is AmendmentKind.CHANGE:
        fields = {**(_fields_of(given.file) if given.file else {}), **dict(map(_assigned, given.assign))}
        if not fields:
            example = f"propose plan change {obligation} --set FIELD=VALUE"
            raise BadUsage("missing-option", f"name a field and its new value: {example}")
        return Amendment(kind=kind, obligation=obligation, fields=fields)
    return Amendment(kind=kind, obligation=obligation)


def _fields_of(path: Path) -> dict[str, JsonValue]:
    """The fields of an obligation in a YAML file, without its id. Raises FileFault."""
    data = YamlFile.read(path).data
    document: dict[str, JsonValue] = json.loads(json.dumps(data, default=str))
    document.pop("id", None)
    return document


def _assigned(text: str) -> tuple[str, JsonValue]:
    field, sign, value = text.partition("=")
    if not sign:
        raise BadUsage("bad-usage", f"--set {text!r}: write FIELD=VALUE")
    return field.strip(), json.loads(json.dumps(yaml.safe_load(value), default=str))


async def until_instant(here: Session, text: str | None, zone: str | None) -> Instant | None:
    """Returns the instant that the option --until names. `text` is in `zone`, or in the plan's zone if `zone` is None.

    Returns None if `text` is None. Raises BadUsage for a faulty time or zone.
    """
    if text is None:
        return None
    name = zone or (await here.plan_in_force()).zone
    return in_zone(wall_time(text, "--until", day=True), name, "--until").utc


def slot_of(start: str | None, zone: str | None, length: str | None) -> Slot:
    missing = [name for name, value in (("--start", start), ("--zone", zone), ("--for", length)) if value is None]
    if missing or start is None or zone is None or length is None:
        raise BadUsage("missing-option", f"a date also needs {', '.join(missing)}")
    begins = in_zone(wall_time(start, "--start"), zone, "--zone")
    return Slot(start=begins, end=later(begins, duration(length)))

"""Changes a plan by amendments (B.6, B.7) and by the answers to settled questions, and takes such changes back.

The functions return a new plan, and do not change the plan that they get.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from pydantic import JsonValue, TypeAdapter, ValidationError

from models.common.nearest import did_you_mean
from models.common.values import Instant, Value
from models.items.questions import ANCHOR, CADENCE, FIRST_HOST, ORDER, PAIRS, SILENCE, YEAR, Question
from models.messages.sentences import joined, value_in_words
from models.plan.amendment import Amendment, AmendmentKind
from models.plan.faults import faults
from models.plan.plan import EVERY, Cadence, HostRule, Obligation, Plan, Provision, Reading, SilenceRule, YearWindows

FIXED_FIELDS = frozenset({"id", "item", "kind", "sides", "third_states"})
"""Fields of an obligation that no amendment can change, because the result would be another obligation. To change them,
the signatories drop the obligation and add another."""


class AmendmentInForce(Value):
    """An amendment that is in force, and the obligation as it read before."""

    number: int
    """The number of the proposal that became this amendment."""
    amendment: Amendment
    text: str
    """What the amendment changes, in words."""
    at: Instant
    """The instant of the last consent. The amendment is in force from this instant on (B.7)."""
    proposed_by: str
    """The office that proposed the amendment."""
    consents: tuple[tuple[str, Instant], ...] = ()
    """Each side that consented, with the instant of its consent."""
    before: dict[str, JsonValue] | None = None
    """The obligation before the amendment, as JSON. None if the amendment added the obligation."""
    before_since: Instant | None = None
    """The instant of the last earlier amendment of the same obligation. None if this is the first one."""
    position: int | None = None
    """The place of the obligation in its provision, from 0. None if the amendment added the obligation."""
    operative: bool = True
    """True: the provision was operative before the amendment. False: the provision was a recital, and the amendment
    made it operative by adding an obligation to it."""


class Settlement(Value):
    """A question that the sides have settled by consent, and what the plan said before."""

    question: str
    """The id of the question."""
    obligation: str
    """The id of the obligation that the question is about. Empty for a question about the whole plan."""
    at: Instant
    """The instant at which the question was settled."""
    before: dict[str, JsonValue] | None = None
    """The obligation before the question was settled, as JSON. For a question about the whole plan: the old reading
    (`reading`), and the old value under its own name (`year` or `silence`). None if the plan had no such obligation."""


class Today(NamedTuple):
    """The current year of a plan at the instant of a change. The first year of new windows depends on it."""

    year: int
    """The number of the year, as the plan counts years."""
    left: timedelta
    """The time until the year ends."""


class NotPossible(ValueError):
    """Raised when an amendment or an answer does not fit the plan. The message says why."""


def amended(plan: Plan, amendment: Amendment, today: Today) -> Plan:
    """Returns the plan as the amendment changes it.

    Raises NotPossible if the amendment does not fit `plan`, or changes nothing.
    """
    if amendment.kind is AmendmentKind.ADD:
        return _checked(_with_added(plan, amendment))
    obligation = plan.obligation(amendment.obligation)
    if obligation is None:
        ids = (each.id for _, each in plan.obligations())
        hint = did_you_mean(amendment.obligation, ids, "`register` lists them")
        raise NotPossible(f"there is no obligation {amendment.obligation!r} in the plan; {hint}")
    if amendment.kind is AmendmentKind.DROP:
        if any(each.item == obligation.id for _, each in plan.obligations()):
            raise NotPossible(f"{obligation.id} also follows other obligations; drop those first")
        return _checked(_replaced(plan, obligation.id, None))
    change = {
        AmendmentKind.CHANGE: _changed,
        AmendmentKind.CADENCE: _with_cadence,
        AmendmentKind.FIRST_HOST: _with_first_host,
    }[amendment.kind]
    after = change(plan, obligation, amendment, today)
    if after == obligation:
        raise NotPossible(f"{obligation.id} reads so already")
    if after.recurs != obligation.recurs:
        became = "would have sessions" if after.recurs else "would have no sessions any more"
        raise NotPossible(f"{obligation.id} {became}; drop it and add another obligation instead")
    return _checked(_replaced(plan, obligation.id, after))


def check_third_states(plan: Plan, amendment: Amendment, made: Plan) -> None:
    """Raises NotPossible if an amendment changes who hosts an obligation in which a third state takes part.

    The third state must consent to the host too, but only the signatories consent to an amendment. `made` is the plan
    after the amendment.
    """
    before = plan.obligation(amendment.obligation)
    if before is None or not before.third_states or amendment.kind is AmendmentKind.DROP:
        return
    after = made.obligation(before.id)
    if amendment.kind is AmendmentKind.FIRST_HOST or (after is not None and _hosting(after) != _hosting(before)):
        raise NotPossible(third_states_must_consent(plan, before))


def _hosting(obligation: Obligation) -> tuple[object, ...]:
    """Returns the values of all fields and readings that say who hosts."""
    return obligation.host_rule, obligation.host, obligation.working_first_host, obligation.working_order


def third_states_must_consent(plan: Plan, obligation: Obligation) -> str:
    """Returns the text of a refusal. The text says why the signatories alone cannot set the host of this obligation,
    and how the sides can set it."""
    third = joined([plan.sides[side].name for side in obligation.third_states])
    session = f"{obligation.id}/SESSION" if obligation.recurs else obligation.id
    return (
        f"{third} must also consent to the host of {obligation.id}, and takes no part in an amendment: propose the host"
        f" in {session}, or answer the question in its list; there every side consents"
    )


def _checked(plan: Plan) -> Plan:
    found = next(faults(plan), None)
    if found is not None:
        where = ".".join(str(part) for part in found[0] if not isinstance(part, int))
        raise NotPossible(f"{where}: {found[1]}")
    return plan


def _replaced(plan: Plan, obligation_id: str, after: Obligation | None) -> Plan:
    def own(provision: Provision) -> Iterator[Obligation]:
        for each in provision.obligations:
            if each.id != obligation_id:
                yield each
            elif after is not None:
                yield after

    changed = tuple(
        provision.model_copy(update={"obligations": tuple(own(provision))})
        if any(each.id == obligation_id for each in provision.obligations)
        else provision
        for provision in plan.provisions
    )
    return plan.model_copy(update={"provisions": changed})


def _with_added(plan: Plan, amendment: Amendment) -> Plan:
    if plan.obligation(amendment.obligation) is not None:
        raise NotPossible(f"{amendment.obligation} is in the plan already; change it, or choose another id")
    try:
        added = Obligation.model_validate({**amendment.fields, "id": amendment.obligation})
    except ValidationError as error:
        raise NotPossible(_told(error)) from None
    if not any(provision.ref == amendment.provision for provision in plan.provisions):
        refs = (provision.ref for provision in plan.provisions)
        hint = did_you_mean(amendment.provision or "", refs, "name the provision to which it is added")
        raise NotPossible(f"there is no provision {amendment.provision!r}; {hint}")
    provisions = tuple(
        provision.model_copy(update={"obligations": (*provision.obligations, added), "operative": True})
        if provision.ref == amendment.provision
        else provision
        for provision in plan.provisions
    )
    return plan.model_copy(update={"provisions": provisions})


def _changed(plan: Plan, obligation: Obligation, amendment: Amendment, today: Today) -> Obligation:
    fixed = FIXED_FIELDS & set(amendment.fields)
    if fixed:
        raise NotPossible(f"{', '.join(sorted(fixed))} cannot change; drop the obligation and add another")
    if not amendment.fields:
        raise NotPossible("no field is given; say which fields to change")
    return _validated({**obligation.model_dump(mode="json"), **amendment.fields})


def _with_cadence(plan: Plan, obligation: Obligation, amendment: Amendment, today: Today) -> Obligation:
    if amendment.value not in set(Cadence):
        raise NotPossible(f"there is no cadence {amendment.value!r}; write one of {', '.join(Cadence)}")
    cadence = Cadence(amendment.value)
    document = obligation.model_dump(mode="json")
    for name in ("windows", "cadence", "anchor_year"):
        document["readings"].pop(name, None)
    window = _yearly(plan, _first_year(plan, obligation, today), EVERY[cadence]) if cadence in EVERY else None
    triggers = document["triggers"] if cadence is Cadence.ON_TRIGGER else ()
    return _validated({**document, "cadence": cadence.value, "window": window, "triggers": triggers})


def _with_first_host(plan: Plan, obligation: Obligation, amendment: Amendment, today: Today) -> Obligation:
    if amendment.value not in obligation.all_sides:
        raise NotPossible(f"the host must be one of {', '.join(obligation.all_sides)}")
    if not obligation.kind.meets:
        raise NotPossible(f"{obligation.id} is not a meeting, so it has no host; change another field")
    if obligation.host_rule is HostRule.FIXED and obligation.host is not None:
        raise NotPossible(f"{obligation.host} hosts every time: the text names it; change the field host instead")
    document = obligation.model_dump(mode="json")
    if obligation.host_rule is HostRule.ROTATING:
        document["readings"].pop("first_host", None)
        return _validated({**document, "host": amendment.value})
    document["readings"]["first_host"] = {"chosen": amendment.value, "why": "agreed by amendment", "settled": True}
    return _validated(document)


def _first_year(plan: Plan, obligation: Obligation, today: Today) -> int:
    """Returns the first year of new windows, which is this year or the next one.

    It is this year in three cases. The obligation already has a window this year, or the time left is enough for the
    ladder and the plan's lead, or no later year has windows. In all other cases it is the next year, so that nobody is
    asked in December for what was agreed in December.
    """
    rule = obligation.working_windows
    asked = isinstance(rule, YearWindows) and today.year in rule.years
    ladder = plan.ladders[obligation.ladder or plan.ladder_by_strength[obligation.strength]]
    fits = today.left >= max(rung.after for rung in ladder.rungs) + plan.lead
    return today.year if asked or fits or today.year >= last_year(plan) else today.year + 1


def _yearly(plan: Plan, first: int, every: int) -> dict[str, Any]:
    return {"by": "year", "first": first, "last": max(first, last_year(plan)), "every": every}


LAST_YEAR = 2200
"""The last year in which windows open if the plan states no other (`last_year`)."""


def last_year(plan: Plan) -> int:
    """Returns the last year in which windows open.

    This is the last year of any obligation's windows or the last year of the plan's validity, whichever is later. If
    the plan states none of them, this is LAST_YEAR.
    """
    lasts = [w.last for _, o in plan.obligations() if isinstance(w := o.working_windows, YearWindows)]
    if plan.valid_from and plan.valid_for_years:
        lasts.append(plan.valid_from.year + plan.valid_for_years - 1)
    return max(lasts, default=LAST_YEAR)


def settled(plan: Plan, question: Question, value: JsonValue, today: Today) -> Plan:
    """Returns the plan after the sides have settled a question. The answer becomes a reading that is marked as settled.

    If the plan no longer has the obligation of the question, returns the plan unchanged. Raises NotPossible if the
    answer does not fit the plan.
    """
    if question.field == YEAR:
        update = {"chosen": value, "why": _BY_CONSENT, "settled": True}
        reading = plan.readings["year"].model_copy(update=update)
        year = "plan" if str(value).casefold() == "plan" or "plan year" in str(value) else "calendar"
        return plan.model_copy(update={"readings": {**plan.readings, "year": reading}, "year": year})
    if question.field == SILENCE:
        reading = plan.readings[SILENCE].model_copy(update={"chosen": value, "why": _BY_CONSENT, "settled": True})
        return plan.model_copy(
            update={"readings": {**plan.readings, SILENCE: reading}, "silence": _SILENCE.validate_python(value)}
        )
    obligation = plan.obligation(question.obligation)
    if obligation is None:
        return plan
    document = obligation.model_dump(mode="json")
    readings = document["readings"]
    by_consent = {"why": _BY_CONSENT, "settled": True}
    readings[question.field] = {**(readings.get(question.field) or {}), "chosen": value, **by_consent}
    windows = (readings.get("windows") or {}).get("chosen")
    if question.field == CADENCE and isinstance(value, str) and value in EVERY:
        every = EVERY[Cadence(value)]
        anchor = (readings.get("anchor_year") or {}).get("chosen")
        if not windows or windows.get("every") != every:
            first = anchor if isinstance(anchor, int) else _first_year(plan, obligation, today)
            readings["windows"] = {"chosen": _yearly(plan, first, every), **by_consent}
    if question.field == ANCHOR and isinstance(value, int) and windows:
        readings["windows"] = {"chosen": {**windows, "first": value}, **by_consent}
    return _checked(_replaced(plan, obligation.id, _validated(document)))


_SILENCE: TypeAdapter[SilenceRule] = TypeAdapter(SilenceRule)
_BY_CONSENT = "settled by consent of the offices"


def _validated(document: dict[str, Any]) -> Obligation:
    document = {**document, "readings": {k: v for k, v in (document.get("readings") or {}).items() if v is not None}}
    try:
        return Obligation.model_validate(document)
    except ValidationError as error:
        raise NotPossible(_told(error)) from None


def _told(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()[:3])


def plan_as_of(
    plan: Plan, amendments: Sequence[AmendmentInForce], at: Instant, settlements: Sequence[Settlement] = ()
) -> Plan:
    """Returns the plan as it read at the instant `at`. All later amendments and settlements are taken back."""
    changes: list[AmendmentInForce | Settlement] = [*settlements, *amendments]
    later = [each for each in changes if each.at > at]
    for each in sorted(later, key=lambda one: one.at, reverse=True):
        plan = _unsettled(plan, each) if isinstance(each, Settlement) else _unamended(plan, each)
    return plan


def _unamended(plan: Plan, each: AmendmentInForce) -> Plan:
    before = Obligation.model_validate(each.before) if each.before is not None else None
    if each.amendment.kind is AmendmentKind.DROP and before is not None:
        return _put_back(plan, each, before)
    plan = _replaced(plan, each.amendment.obligation, before)
    if before is None and not each.operative:
        plan = _with_provision(plan, each.amendment.provision, operative=False)
    return plan


def _unsettled(plan: Plan, each: Settlement) -> Plan:
    if each.before is None:
        return plan
    if not each.obligation:
        readings = {**plan.readings, each.question: Reading.model_validate(each.before["reading"])}
        if each.question == SILENCE:
            silence = _SILENCE.validate_python(each.before["silence"])
            return plan.model_copy(update={"silence": silence, "readings": readings})
        return plan.model_copy(update={"year": each.before["year"], "readings": readings})
    return _replaced(plan, each.obligation, Obligation.model_validate(each.before))


def before_settling(plan: Plan, question: Question) -> dict[str, JsonValue] | None:
    """Returns the value for `Settlement.before`: what the plan says before the question is settled."""
    if question.field == YEAR:
        return {"year": plan.year, "reading": plan.readings[YEAR].model_dump(mode="json")}
    if question.field == SILENCE:
        silence = _SILENCE.dump_python(plan.silence, mode="json")
        return {"silence": silence, "reading": plan.readings[SILENCE].model_dump(mode="json")}
    obligation = plan.obligation(question.obligation)
    return obligation.model_dump(mode="json") if obligation else None


def difference(before: dict[str, JsonValue] | None, after: dict[str, JsonValue] | None) -> Iterator[str]:
    """Yields one line for each changed field of an obligation: "cadence: annual (until now: regular)".

    If `before` is None, the obligation is new, and every field with a value has a line. If `after` is None, the
    obligation was dropped, and there are no lines.
    """
    if after is None:
        return
    for field, value in after.items():
        old = before.get(field) if before is not None else None
        if field in _NOT_TEXT or value == old or (before is None and value in _EMPTY):
            continue
        until_now = f" (until now: {_text(old)})" if before is not None else ""
        yield f"{field.replace('_', ' ')}: {_text(value)}{until_now}"


_NOT_TEXT = frozenset({"id", "item", "basis", "readings"})

_EMPTY: tuple[JsonValue, ...] = (None, "", [], {}, False)


def _text(value: JsonValue) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict) and value.get("by") == "year":
        often = "every year" if value.get("every") == 1 else f"every {value.get('every')} years"
        return f"{often}, {value.get('first')} to {value.get('last')}"
    return "nothing" if value in _EMPTY else value_in_words(value)


def text_after(
    plan: Plan, amendments: Sequence[AmendmentInForce], done: AmendmentInForce, settlements: Sequence[Settlement] = ()
) -> dict[str, JsonValue] | None:
    """Returns the obligation of the amendment `done`, as JSON, as it read after this amendment. None if it was dropped.

    `plan` is the plan with all `amendments` and `settlements`.
    """
    then = plan_as_of(plan, amendments, done.at, settlements).obligation(done.amendment.obligation)
    return then.model_dump(mode="json") if then else None


def replaced_by(
    plan: Plan,
    amendments: Sequence[AmendmentInForce],
    question: str,
    at: Instant,
    settlements: Sequence[Settlement] = (),
) -> AmendmentInForce | None:
    """Returns the last amendment that changed an answer after the sides had settled it at the instant `at`.

    `question` is the id of the question. None if no amendment has changed the answer. `plan` is the plan with all
    `amendments` and `settlements`.
    """
    name, _, field = question.partition("/")
    later = [each for each in amendments if each.amendment.obligation == name and each.at > at]
    for each in reversed(later):
        before = Obligation.model_validate(each.before) if each.before is not None else None
        after = plan_as_of(plan, amendments, each.at, settlements).obligation(name)
        if _says(before, field) != _says(after, field):
            return each
    return None


def _says(obligation: Obligation | None, field: str) -> tuple[object, ...]:
    """Returns the values of an obligation that answer a question. Empty for a question about a past session."""
    if obligation is None or field.partition("/")[0] not in _ASKED_ABOUT:
        return ()
    reading = obligation.readings.named().get(field)
    return (*(getattr(obligation, each) for each in _ASKED_ABOUT[field]), reading.chosen if reading else None)


_ASKED_ABOUT: dict[str, tuple[str, ...]] = {
    FIRST_HOST: ("host_rule", "host"),
    ORDER: ("host_rule",),
    CADENCE: ("cadence", "window"),
    ANCHOR: ("cadence", "window"),
    PAIRS: (),
}
"""By the field of a question: the fields of the obligation that also answer the question. The reading with the same
name answers it in any case."""


def _put_back(plan: Plan, dropped: AmendmentInForce, obligation: Obligation) -> Plan:
    own = next(each.obligations for each in plan.provisions if each.ref == dropped.amendment.provision)
    at = len(own) if dropped.position is None else dropped.position
    return _with_provision(plan, dropped.amendment.provision, obligations=(*own[:at], obligation, *own[at:]))


def _with_provision(plan: Plan, ref: str, **changes: Any) -> Plan:
    changed = tuple(each.model_copy(update=changes) if each.ref == ref else each for each in plan.provisions)
    return plan.model_copy(update={"provisions": changed})

"""What amendments (B.6, B.7) and settled questions do to the plan. Pure: a plan in, another plan out."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from pydantic import JsonValue, ValidationError

from models.common.nearest import did_you_mean
from models.common.values import Instant, Value
from models.items.questions import ANCHOR, CADENCE, FIRST_HOST, ORDER, PAIRS, YEAR, Question
from models.messages.sentences import joined, value_in_words
from models.plan.amendment import Amendment, AmendmentKind
from models.plan.faults import faults
from models.plan.plan import EVERY, Cadence, HostRule, Obligation, Plan, Provision, Reading, YearWindows

FIXED_FIELDS = frozenset({"id", "item", "kind", "sides", "third_states"})
"""What no change can alter: it would be another obligation. Drop it and add the other."""


class AmendmentInForce(Value):
    """An amendment to which both signatories have consented, and the text that it took the place of."""

    number: int
    """Of its proposal."""
    amendment: Amendment
    text: str
    at: Instant
    """The date of the last consent: from then on it is in force (B.7)."""
    proposed_by: str
    consents: tuple[tuple[str, Instant], ...] = ()
    """Each side with the instant of its consent."""
    before: dict[str, JsonValue] | None = None
    """The obligation as it read before; None for one that was added."""
    before_since: Instant | None = None
    """Since when that text was in force; None for the plan's own beginning."""
    position: int | None = None
    """Of one that was dropped: where it stood in its provision."""
    operative: bool = True
    """Whether the provision held obligations, or could hold any, before one was added."""


class Settlement(Value):
    """A question that its offices have settled by consent, and how the plan read before."""

    question: str
    obligation: str
    at: Instant
    before: dict[str, JsonValue] | None = None
    """The obligation; of a question about the whole plan, what a year was and its reading."""


class Today(NamedTuple):
    """The day of a change, as far as windows depend on it."""

    year: int
    """The year, as the plan counts years, in which it takes effect."""
    left: timedelta
    """Until that year ends."""


class NotPossible(ValueError):
    """An amendment that cannot be made; the message says why and what to do."""


def amended(plan: Plan, amendment: Amendment, today: Today) -> Plan:
    """The plan with an amendment made.

    Raises NotPossible for what does not fit the plan as it reads now.
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
        became = "has sessions" if after.recurs else "has one item and no sessions"
        raise NotPossible(f"so {obligation.id} would be what {became}; drop it and add another obligation")
    return _checked(_replaced(plan, obligation.id, after))


def check_third_states(plan: Plan, amendment: Amendment, made: Plan) -> None:
    """Date and host of a session with a third state need the consent of all, and an amendment is that of two.

    `made` is the plan with the amendment made. Raises NotPossible for one that would set who hosts what a third state
    takes part in.
    """
    before = plan.obligation(amendment.obligation)
    if before is None or not before.third_states or amendment.kind is AmendmentKind.DROP:
        return
    after = made.obligation(before.id)
    if amendment.kind is AmendmentKind.FIRST_HOST or (after is not None and _hosting(after) != _hosting(before)):
        raise NotPossible(third_states_must_consent(plan, before))


def _hosting(obligation: Obligation) -> tuple[object, ...]:
    """All that says who hosts."""
    return obligation.host_rule, obligation.host, obligation.working_first_host, obligation.working_order


def third_states_must_consent(plan: Plan, obligation: Obligation) -> str:
    """Why the signatories do not set the host of this by themselves, and how it is set."""
    third = joined([plan.sides[side].name for side in obligation.third_states])
    session = f"{obligation.id}/SESSION" if obligation.recurs else obligation.id
    return (
        f"{third} must consent too to who hosts {obligation.id}, and has no part in this: propose the host in"
        f" {session}, or answer the question where it is asked; to that all sides agree"
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
        hint = did_you_mean(amendment.provision or "", refs, "say under which it is put")
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
        raise NotPossible("say which fields are to read otherwise")
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
        raise NotPossible(f"{obligation.id} is no meeting, and nobody hosts it")
    if obligation.host_rule is HostRule.FIXED and obligation.host is not None:
        raise NotPossible(f"{obligation.host} hosts every time: the text names it; change the field host instead")
    document = obligation.model_dump(mode="json")
    if obligation.host_rule is HostRule.ROTATING:
        document["readings"].pop("first_host", None)
        return _validated({**document, "host": amendment.value})
    document["readings"]["first_host"] = {"chosen": amendment.value, "why": "agreed by amendment", "settled": True}
    return _validated(document)


def _first_year(plan: Plan, obligation: Obligation, today: Today) -> int:
    """This year, where it is asked for already or leaves time for the ladder; else the next, so that nobody is asked in
    December for what was agreed in December."""
    rule = obligation.working_windows
    asked = isinstance(rule, YearWindows) and today.year in rule.years
    ladder = plan.ladders[obligation.ladder or plan.ladder_by_strength[obligation.strength]]
    fits = today.left >= max(rung.after for rung in ladder.rungs) + plan.lead
    return today.year if asked or fits or today.year >= last_year(plan) else today.year + 1


def _yearly(plan: Plan, first: int, every: int) -> dict[str, Any]:
    return {"by": "year", "first": first, "last": max(first, last_year(plan)), "every": every}


LAST_YEAR = 2200
"""The last that windows may name."""


def last_year(plan: Plan) -> int:
    """The last calendar year in which windows open: that of the last printed windows, else of the plan's term."""
    lasts = [w.last for _, o in plan.obligations() if isinstance(w := o.working_windows, YearWindows)]
    if plan.valid_from and plan.valid_for_years:
        lasts.append(plan.valid_from.year + plan.valid_for_years - 1)
    return max(lasts, default=LAST_YEAR)


def settled(plan: Plan, question: Question, value: JsonValue, today: Today) -> Plan:
    """The plan with a question of the register settled by consent: the reading is chosen, and says so.


    Raises NotPossible for an answer that does not fit the plan.
    """
    if question.field == YEAR:
        update = {"chosen": value, "why": _BY_CONSENT, "settled": True}
        reading = plan.readings["year"].model_copy(update=update)
        year = "plan" if str(value).casefold() == "plan" or "plan year" in str(value) else "calendar"
        return plan.model_copy(update={"readings": {**plan.readings, "year": reading}, "year": year})
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
    """The plan as it read at an instant: what was amended or settled later is taken back, the latest first."""
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
        reading = Reading.model_validate(each.before["reading"])
        return plan.model_copy(
            update={"year": each.before["year"], "readings": {**plan.readings, each.question: reading}}
        )
    return _replaced(plan, each.obligation, Obligation.model_validate(each.before))


def before_settling(plan: Plan, question: Question) -> dict[str, JsonValue] | None:
    """What `Settlement.before` keeps: how the plan reads until now."""
    if question.field == YEAR:
        return {"year": plan.year, "reading": plan.readings[YEAR].model_dump(mode="json")}
    obligation = plan.obligation(question.obligation)
    return obligation.model_dump(mode="json") if obligation else None


def difference(before: dict[str, JsonValue] | None, after: dict[str, JsonValue] | None) -> Iterator[str]:
    """What reads otherwise, a line a field: "cadence: annual (until now: regular)"; the whole of what is new."""
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
    """The obligation as it read once an amendment was in force; None for one that it dropped."""
    then = plan_as_of(plan, amendments, done.at, settlements).obligation(done.amendment.obligation)
    return then.model_dump(mode="json") if then else None


def replaced_by(
    plan: Plan,
    amendments: Sequence[AmendmentInForce],
    question: str,
    at: Instant,
    settlements: Sequence[Settlement] = (),
) -> AmendmentInForce | None:
    """The last amendment that made otherwise what was settled about a question at an instant; None while it stands.

    `plan` is the plan as the amendments and settlements have it.
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
    """All that an obligation has on a question about it; nothing on one about what has passed."""
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
"""The stated fields that say the same as a question, beside the reading of its name."""


def _put_back(plan: Plan, dropped: AmendmentInForce, obligation: Obligation) -> Plan:
    own = next(each.obligations for each in plan.provisions if each.ref == dropped.amendment.provision)
    at = len(own) if dropped.position is None else dropped.position
    return _with_provision(plan, dropped.amendment.provision, obligations=(*own[:at], obligation, *own[at:]))


def _with_provision(plan: Plan, ref: str, **changes: Any) -> Plan:
    changed = tuple(each.model_copy(update=changes) if each.ref == ref else each for each in plan.provisions)
    return plan.model_copy(update={"provisions": changed})

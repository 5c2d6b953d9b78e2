"""The story of a life: everything that one seed decides before the life begins. The shrinker makes smaller stories."""

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from models.governance.launch import Launch
from models.machine.setup import EDITION
from models.plan.amendment import Amendment, AmendmentKind
from models.plan.plan import Plan
from models.plan.windows import clock_of, end_of_validity, start_of_validity
from simulation.faults import Fault, faults_of

YEAR = timedelta(days=365)
TITLES = {1: "Coordinator", 2: "Director General", 3: "Deputy Minister", 4: "Minister"}
TEMPERS = ("diligent", "mixed", "mixed", "careless", "silent")


@dataclass(frozen=True)
class Story:
    """One life before it is lived. The same story always gives the same life."""

    seed: int
    start: datetime
    days: int
    obligations: tuple[dict[str, Any], ...]
    third: bool
    office_hours: bool
    suggested_from: int
    """The number of events from which the server suggests to continue as new."""
    temper: str
    """How the offices behave: diligent, mixed, careless or silent."""
    faults: tuple[Fault, ...]
    amendments: tuple[tuple[int, Amendment], ...] = ()
    """Amendments that the Lao side proposes, each with the day of the life on which it does."""
    whole: bool = False
    """Whether the plan has an obligation of every kind."""
    muted: frozenset[int] = frozenset()
    """The numbers of the acts and answers that are left out. Only the shrinker leaves some out."""

    @property
    def years(self) -> float:
        return self.days / 365

    def cut(self, cut: "Cut") -> "Story":
        """Returns a smaller story: with some of the faults and obligations, fewer days, and without some acts."""
        return replace(
            self,
            days=min(cut.days, self.days),
            faults=tuple(self.faults[n] for n in cut.faults),
            obligations=tuple(self.obligations[n] for n in cut.obligations),
            muted=frozenset(cut.muted),
        )


@dataclass(frozen=True)
class Cut:
    """What the shrinker has left of a story."""

    faults: tuple[int, ...]
    """The numbers of the faults that stay."""
    obligations: tuple[int, ...]
    """The numbers of the obligations that stay."""
    days: int
    muted: tuple[int, ...] = ()
    """The numbers of the acts that are left out."""


def uncut(story: Story) -> Cut:
    """Returns the cut that leaves everything."""
    return Cut(tuple(range(len(story.faults))), tuple(range(len(story.obligations))), story.days)


def story_of(seed: int, whole: bool = False) -> Story:
    """Returns the story of a seed. With `whole`, the plan has an obligation of each kind."""
    chance = random.Random(f"story/{seed}")
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=chance.randint(0, 300), hours=chance.randint(0, 23))
    years = 3 if whole else chance.choice((1, 1, 2, 2, 3))
    days = years * 365 + chance.randint(20, 90)
    last = (start + timedelta(days=days)).year
    kinds = list(_KINDS) if whole else chance.sample(sorted(_KINDS), k=chance.choice((1, 1, 2)))
    third = chance.random() < 0.3
    obligations = tuple(
        _KINDS[kind](chance, f"{kind}{number}", start.year, last, third) for number, kind in enumerate(kinds)
    )
    number = chance.choice((0, 1, 3, 6, 10, 16)) * years
    return Story(
        seed=seed,
        start=start,
        days=days,
        obligations=obligations,
        third=third,
        office_hours=chance.random() < 0.7,
        suggested_from=chance.choice((40, 120, 4000, 4000)),
        temper=chance.choice(TEMPERS),
        faults=faults_of(chance, days * 86400.0, number),
        amendments=_amendments(random.Random(f"amendments/{seed}"), obligations, days, last),
        whole=whole,
    )


def _amendments(
    chance: random.Random, obligations: tuple[dict[str, Any], ...], days: int, last: int
) -> tuple[tuple[int, Amendment], ...]:
    """At most one amendment: another title, another office, another window, an end, or one more obligation."""
    if chance.random() > 0.4:
        return ()
    of = chance.choice(obligations)
    later = {"by": "year", "first": last, "last": last}
    changes: list[dict[str, Any]] = [{"title": "Another title"}, {"offices": {**of["offices"], "KHM": "khm-mfa"}}]
    if of["cadence"] == "once":
        changes.append({"window": later})
    added = _obligation("added", "deliverable", ("LAO", "KHM"), window=later)
    choices = [
        *(Amendment(kind=AmendmentKind.CHANGE, obligation=of["id"], fields=fields) for fields in changes),
        Amendment(kind=AmendmentKind.DROP, obligation=of["id"]),
        Amendment(kind=AmendmentKind.ADD, obligation="added", provision="1.1", fields=added),
    ]
    return ((chance.randint(20, days - 100), chance.choice(choices)),)


def _obligation(oid: str, kind: str, sides: tuple[str, ...], **more: Any) -> dict[str, Any]:
    return {
        "id": oid,
        "title": f"Title {oid}",
        "short": oid,
        "kind": kind,
        "strength": "act",
        "cadence": "once",
        "sides": [side for side in sides if side != "VNM"],
        "third_states": [side for side in sides if side == "VNM"],
        "offices": {side: f"{side.lower()}-moc" for side in sides},
        **more,
    }


def _sides(chance: random.Random, third: bool) -> tuple[str, ...]:
    return ("LAO", "KHM", "VNM") if third and chance.random() < 0.6 else ("LAO", "KHM")


def _once(first: int, last: int, chance: random.Random) -> dict[str, Any]:
    year = chance.randint(first, last)
    return {"by": "year", "first": year, "last": year}


def _meeting(chance: random.Random, oid: str, first: int, last: int, third: bool) -> dict[str, Any]:
    return _obligation(oid, "meeting", _sides(chance, third), window=_once(first, last, chance))


def _series(chance: random.Random, oid: str, first: int, last: int, third: bool) -> dict[str, Any]:
    window = {"by": "year", "first": first, "last": last}
    return _obligation(oid, "meeting_series", _sides(chance, third), window=window, cadence="annual")


def _deliverable(chance: random.Random, oid: str, first: int, last: int, third: bool) -> dict[str, Any]:
    return _obligation(oid, "deliverable", ("LAO", "KHM"), window=_once(first, last, chance))


def _instrument(chance: random.Random, oid: str, first: int, last: int, third: bool) -> dict[str, Any]:
    return _obligation(oid, "instrument", ("LAO", "KHM"), window=_once(first, last, chance))


def _standing(chance: random.Random, oid: str, first: int, last: int, third: bool) -> dict[str, Any]:
    return _obligation(oid, "standing", ("LAO", "KHM"), window=None, cadence="continuous", strength="promote")


_KINDS = {
    "meeting": _meeting,
    "series": _series,
    "deliverable": _deliverable,
    "instrument": _instrument,
    "standing": _standing,
}


def plan_of(story: Story) -> Plan:
    """Returns the plan of a story: two signatories, and Viet Nam as the third state if the story has one."""
    sides: dict[str, Any] = {
        "LAO": {"name": "Lao PDR", "adjective": "Lao", "zone": "Asia/Vientiane", "focal_point": "lao-mfa"},
        "KHM": {"name": "Cambodia", "adjective": "Cambodian", "zone": "Asia/Phnom_Penh", "focal_point": "khm-mfa"},
    }
    if story.third:
        sides["VNM"] = {"name": "Viet Nam", "adjective": "Vietnamese", "zone": "Asia/Ho_Chi_Minh", "signatory": False}
    offices = {
        f"{side.lower()}-{name}": {"side": side, "name": f"Ministry {name.upper()}", "titles": TITLES}
        for side in sides
        for name in ("mfa", "moc")
    }
    rungs = [{"rank": 1, "after": "PT0S"}, *({"rank": n + 1, "after": f"P{30 * n}D"} for n in (1, 2, 3))]
    strengths = ("shall", "act", "maintain", "promote", "encourage", "discuss", "may")
    first, last = story.start.year, (story.start + timedelta(days=story.days)).year
    return Plan.model_validate(
        {
            "plan": "t",
            "title": "Simulated plan",
            "short": "Simulated plan",
            "zone": "Asia/Vientiane",
            "valid_from": story.start.date().isoformat(),
            "valid_for_years": last - first + 1,
            "sides": sides,
            "offices": offices,
            "ladders": {
                "top": {"title": "to the top", "rungs": rungs},
                "letter": {"title": "letter", "rungs": rungs[:1]},
            },
            "ladder_by_strength": dict.fromkeys(strengths, "top"),
            "undated_ladder": "letter",
            "despatch": {"period": "P7D", "gather": "PT5S"},
            "round": {"by": "year", "day": "01-15", "first": first, "last": last},
            "round_closes": "P30D",
            "silence": "P14D",
            "provisions": [
                {"ref": "1.1", "pillar": "I", "article": "1", "title": "Test", "obligations": list(story.obligations)}
            ],
        }
    )


def launch_of(story: Story, plan: Plan) -> Launch:
    """Returns the launch of the plan at the start of the life."""
    return Launch(
        plan=plan,
        launched=story.start,
        as_of=story.start,
        edition=EDITION,
        epoch=1,
        valid_from=start_of_validity(plan),
        valid_until=end_of_validity(plan),
        clock=clock_of(plan, story.start),
    )

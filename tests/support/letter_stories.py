"""Stories of small plans whose every letter is composed, so that a test can read it."""

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from adapters.mail.compose import compose, message_id
from adapters.program_folders import TEMPLATES
from adapters.working_time import rehearsed_hours
from models.messages import acts
from models.messages.acts import Act, Terms, Topic
from models.messages.effects import Await, Settle
from models.plan.parties import all_offices
from models.plan.plan import Plan
from models.post.contacts import Contacts
from models.post.despatch import Despatch, DespatchResult, Fate
from models.post.hearing import hear_awaited, hear_settled
from models.post.post_room_state import Delivered, PostRoomState, Returned
from models.post.sending import despatched
from models.registry import MACHINES
from models.rehearsal.assumptions import assumption_of
from models.rehearsal.world import World
from tests.support.builders import DAY, START, date_terms, launch_of, obligation, plan_of
from tests.support.letter_reader import Mail
from tests.support.letters import body, decoded

LENGTH = 420 * DAY
THREE = ("LAO", "KHM", "VNM")


class Written(World):
    """A rehearsal that composes each of its mails. Mail to the offices in `broken` is refused between two instants."""

    def __init__(self, *given: Any, contacts: Contacts, **more: Any) -> None:
        self.contacts = contacts
        self.mails: list[Mail] = []
        self.broken: dict[str, tuple[datetime, datetime]] = {}
        self.acted: dict[str, set[date]] = defaultdict(set)
        super().__init__(*given, **more)

    def _act(self, item: str, make: Any) -> None:
        if isinstance(make, Returned):
            self._come_back(make)
            return

        def noted(world: World) -> Act | None:
            act: Act | None = make(world)
            if act is not None:
                self.acted[act.office[:3].upper()].add(self.now.astimezone(ZoneInfo("Asia/Vientiane")).date())
            return act

        super()._act(item, noted)

    def _post(self, name: str) -> None:
        self._routine.pop(name, None)  # each letter is composed
        super()._post(name)

    def _send(self, room: PostRoomState, despatch: Despatch) -> PostRoomState:
        since, until = self.broken.get(despatch.office, (self.now, self.now))
        if since <= self.now < until:
            step = despatched(room, despatch, DespatchResult(fate=Fate.REFUSED, reason="550 no such user"), self.now)
        else:
            self.mails.append(self._mail(despatch))
            sent = DespatchResult(fate=Fate.SENT, message_id=message_id(despatch, self.contacts))
            step = despatched(room, despatch, sent, self.now)
        for effect in step.effects:
            if isinstance(effect, Delivered):
                self._push(self.now, "delivered", effect)
            elif isinstance(effect, Returned):
                self._push(self.now, "act", (effect.item, effect))
            elif isinstance(effect, Await):
                self._ask(effect)
            elif isinstance(effect, Settle):
                self._tell(effect)
        return step.state

    def _come_back(self, word: Returned) -> None:
        if word.item not in self.items:
            return
        machine, state = MACHINES[self._kinds[word.item]], self.items[word.item]
        step = (
            machine.returned(state, word.key, word.reason, self.now)
            if word.reason
            else machine.reached(state, word.key, self.now)
        )
        self._take(word.item, step)

    def _ask(self, effect: Await) -> None:
        name = f"{self.plan.plan}/office/{effect.notice.office}"
        if name in self.rooms:
            self._keep_room(name, hear_awaited(self.rooms[name], effect.notice, self.now))

    def _tell(self, effect: Settle) -> None:
        name = f"{self.plan.plan}/office/{effect.office}"
        if name in self.rooms:
            self._keep_room(name, hear_settled(self.rooms[name], effect, self.now))

    def _mail(self, despatch: Despatch) -> Mail:
        raw = compose(despatch, self.contacts, TEMPLATES)
        title = self.contacts.offices[despatch.office].name or despatch.office_title
        return Mail(despatch.office, title, despatch.at, despatch.zone, decoded(raw), body(raw))


def the_plan(**more: Any) -> Plan:
    """A plan with each kind of item, for two sides and for three."""
    early = {"window": {"by": "offset", "opens": "P3D", "length": "P200D", "every": "P365D", "count": 1}}
    return plan_of(
        obligation("meet", remind="P9D", **early),
        obligation("visit", kind="visit", host="KHM", host_rule="fixed", report_to_higher=True, **early),
        obligation("three", sides=THREE, remind="P3D"),
        obligation(
            "turns",
            kind="meeting_series",
            cadence="annual",
            host_rule="rotating",
            window={"by": "year", "first": 2026, "last": 2027},
            readings={"first_host": {"chosen": None, "others": ["LAO", "KHM"]}},
        ),
        obligation("mou", kind="instrument", **early),
        obligation("promise", kind="standing", cadence="continuous", window=None),
        obligation("seminar", kind="seminar", sides=THREE, window=None),
        third=True,
        round={"by": "offset", "opens": "P40D", "every": "P120D", "count": 3},
        round_closes="P25D",
        valid_from="2025-06-01",
        valid_for_years=2,
        expiry_notice="P150D",
        lead="P10D",
        **more,
    )


def contacts_of(plan: Plan, chance: random.Random) -> Contacts:
    """Contacts of every office. Some are closed for weeks, some have a stand-in, and some have a name of their own."""
    offices: dict[str, Any] = {}
    for office in all_offices(plan):
        entry: dict[str, Any] = {"address": f"{office}@mail.example"}
        if chance.random() < 0.3:
            first = chance.randint(10, 300)
            entry["closed"] = {
                (START + (first + n) * DAY).date().isoformat(): "leave" for n in range(chance.choice([5, 20, 70]))
            }
        if chance.random() < 0.15:
            first = chance.randint(10, 300)
            days = [(START + (first + n) * DAY).date().isoformat() for n in (0, 20)]
            entry["stand_ins"] = [
                {"address": f"deputy-{office}@mail.example", "name": "Ms Keo", "first": days[0], "last": days[1]}
            ]
        if chance.random() < 0.2:
            entry["letter_day"] = "wed"
        offices[office] = entry
    organizer = {"name": "Secretariat of the Test plan", "address": "plan@secretariat.example"}
    return Contacts.model_validate({"organizer": organizer, "offices": offices})


def story(seed: int, zone: str = "Asia/Phnom_Penh") -> Written:
    """One life of the plan. The same seed gives the same life."""
    chance = random.Random(f"letters/{seed}")
    plan = the_plan()
    if zone != "Asia/Phnom_Penh":
        there = plan.sides["KHM"].model_copy(update={"zone": zone})
        plan = plan.model_copy(update={"sides": {**plan.sides, "KHM": there}})
    contacts = contacts_of(plan, chance)
    assume = ["silent", "on-time", f"random:{seed}", f"random:{seed + 100}"][seed % 4]
    world = Written(
        launch_of(plan),
        assumption_of(assume),
        rehearsed_hours(contacts, START + LENGTH + DAY),
        contacts=contacts,
    )
    for office in chance.sample(sorted(all_offices(plan)), 3):
        since = START + chance.randint(5, 200) * DAY
        world.broken[office] = (since, since + chance.choice([3, 30]) * DAY)
    for n in range(60):
        at = START + timedelta(days=chance.uniform(0.5, LENGTH / DAY - 30))
        item = f"t/{chance.choice(['meet', 'visit', 'three', 'turns/2026', 'turns/2027', 'mou', 'promise', 'seminar'])}"
        world.plan_act(at, item if chance.random() < 0.9 else "t", _some_act(chance, f"{seed}-{n}"))
    return world


def _some_act(chance: random.Random, name: str) -> Any:
    """A function that makes some act that may be possible then. The item refuses it if it is not."""
    draw = random.Random(chance.random())

    def make(world: World) -> Act | None:
        office = draw.choice(["lao-moc", "khm-moc", "lao-mfa", "vnm-moc"])
        verb, fields = draw.choice([*_possible(draw, world)])
        act: Act = acts.VERBS[verb].model_validate({"act_id": f"story-{name}", "office": office, **fields})
        return act

    return make


def _possible(draw: random.Random, world: World) -> Iterator[tuple[str, dict[str, Any]]]:
    numbers = {p.number for state in world.items.values() for p in state.open_proposals} or {1}
    hour = world.now.replace(minute=0, second=0, microsecond=0)
    ahead = hour + draw.choice([4, 12, 25, 60, 120]) * DAY + timedelta(hours=draw.choice([0, 2, 5, 15]))
    number = draw.choice(sorted(numbers))
    yield (
        "propose",
        {
            "terms": date_terms(ahead).model_copy(
                update={"format": draw.choice(["virtual", None]), "reason": draw.choice(["", "the minister travels."])}
            )
        },
    )
    yield "propose", {"terms": date_terms(ahead)}
    yield "propose", {"terms": Terms(topic=Topic.POSTPONE, until=ahead, reason="flood")}
    yield "propose", {"terms": Terms(topic=Topic.EXTEND, until=ahead + 100 * DAY, reason="more time")}
    yield "propose", {"terms": Terms(topic=draw.choice([Topic.DROP, Topic.EXCUSE]), reason="not needed")}
    yield "propose", {"terms": Terms(topic=Topic.HOST, host=draw.choice(["LAO", "KHM"]))}
    yield "counter", {"proposal": number, "terms": date_terms(ahead)}
    yield "accept", {"proposal": number}
    yield "accept", {"proposal": number}
    yield "reject", {"proposal": number, "reason": 'the word "shall"'}
    yield "withdraw", {"proposal": number}
    yield "regret", {"reason": "the delegation cannot travel"}
    yield "held", {}
    yield "held", {}
    yield "not_held", {"reason": "flood"}
    yield "outcome", {"text": 'Both sides agreed on "three points".'}
    yield "evidence", {"text": "signed"}
    yield "dispute", {"reason": "page 2 is missing"}
    yield "agree", {}
    yield "call", {"reason": "a case of necessity"}
    yield "progress", {"state": "limited", "note": "two of five"}

"""The people of a life: clerks who read the mail of their offices, and answer by mail or at the desk.

They see only what reached their mailboxes, and what the command line would show them. They are late, answer twice, send
answers in the wrong order, write words of their own, and their clocks are off. Strangers forge answers.
"""

import asyncio
import random
from datetime import datetime, timedelta
from typing import Any

from temporalio.client import WorkflowQueryFailedError, WorkflowUpdateFailedError
from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError as Overdue
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from adapters.files.inbox_file import Inbox
from models.items.meeting_state import MeetingState
from models.machine.state import ItemState, OpenAct
from models.messages import acts
from models.messages.acts import Act, ProgressState, Terms, Topic
from models.messages.views import Receipt
from models.post.incoming import SeenTo
from models.registry import STATES
from models.rehearsal.assumptions import date_terms, good_answer
from simulation.auditor.evidence import Office, SaidAct, SentMail
from simulation.correspondents import ACTS, DAY, Correspondents, calendar_in


class People(Correspondents):
    """All offices of a life, and the clerk of the secretariat."""

    def receive(self, mail: SentMail) -> None:
        """A mail lies in a mailbox. Somebody reads it after a while."""
        office = self._by_address.get(mail.to)
        if office is None:
            return
        chance = self.chance("read", office.name, len(self._asked), self._loop.seconds)
        calendar = calendar_in(mail.data)
        if calendar is not None and b"METHOD:REQUEST" in calendar:
            self._think_about(office, calendar, chance)
        self._later(chance.uniform(600, 2 * DAY), lambda: self._look_at_items(office))

    async def _look_at_items(self, office: Office) -> None:
        for run in list(self._engine.runs.values()):
            if run.closed or run.kind not in STATES:
                continue
            try:
                handle = self._client.get_workflow_handle(run.id)
                state = await handle.query("state_now", result_type=STATES[run.kind], rpc_timeout=timedelta(seconds=10))
            except (RPCError, WorkflowQueryFailedError):
                continue
            for open_act in state.open_acts:
                if open_act.side == office.side:
                    self._consider(run.id, run.kind, state, open_act, office)
            self._on_a_whim(run.id, run.kind, state, office)

    def _consider(self, item: str, kind: str, state: ItemState, open_act: OpenAct, office: Office) -> None:
        key = (item, open_act.act, open_act.side, open_act.subject, open_act.round)
        chance = self.chance(*key, "act", sum(1 for each in self._asked if each[:5] == key))
        if (*key, round(self._loop.seconds / (7 * DAY))) in self._asked:
            return
        self._asked.add((*key, round(self._loop.seconds / (7 * DAY))))
        if chance.random() > ACTS[self._story.temper]:
            return
        delay = chance.uniform(0.01, 20) * DAY
        self._later(delay, lambda: self._do_awaited(item, kind, open_act, chance))

    async def _do_awaited(self, item: str, kind: str, open_act: OpenAct, chance: random.Random) -> None:
        state = await self._state(item, kind)
        same = (open_act.act, open_act.side, open_act.subject, open_act.round)
        if state is None or not any((o.act, o.side, o.subject, o.round) == same for o in state.open_acts):
            return
        now = self._loop.now()
        try:
            found = _chosen(chance, state, open_act, now)
        except KeyError:
            return
        if found is not None:
            office = state.setup.party(open_act.side).coordinator.office
            await self._send(item, found[0], office, open_act.side, found[1], chance)

    def _on_a_whim(self, item: str, kind: str, state: ItemState, office: Office) -> None:
        """Now and then a side does what nobody awaits."""
        chance = self.chance("whim", item, office.name, round(self._loop.seconds))
        if chance.random() > 0.06 or office.rank != 1 or self._story.temper == "silent":
            return
        now = self._loop.now()
        until = now + timedelta(days=chance.randint(10, 90))
        drop = Terms(topic=Topic.DROP, reason="no longer needed")
        choices: list[tuple[type[Act], dict[str, Any]]] = [
            (acts.Propose, {"terms": drop}),
            (acts.Propose, {"terms": Terms(topic=Topic.EXTEND, until=until, reason="more time")}),
            (acts.Dispute, {"reason": "the minutes lack a page"}),
            (acts.Close, {}),
            (acts.Agree, {}),
            (acts.Withdraw, {"proposal": state.last_proposal}),
            (acts.Accept, {"proposal": max(state.last_proposal - 1, 1)}),
            (acts.Evidence, {"text": "a report"}),
        ]
        if isinstance(state, MeetingState):
            choices += [
                (acts.Regret, {"reason": "the minister travels"}),
                (acts.Propose, {"terms": Terms(topic=Topic.POSTPONE, until=until, reason="flood")}),
                (acts.Propose, {"terms": date_terms(state, now, now + timedelta(days=chance.randint(3, 60)))}),
                (acts.NotHeld, {"reason": "flood"}),
                (acts.Held, {}),
                (acts.Outcome, {"text": "minutes, corrected"}),
            ]
        verb, fields = chance.choice(choices)
        self._later(
            chance.uniform(60, 3 * DAY), lambda: self._send(item, verb, office.name, office.side, fields, chance)
        )

    async def _state(self, item: str, kind: str) -> Any:
        try:
            handle = self._client.get_workflow_handle(item)
            return await handle.query("state_now", result_type=STATES[kind], rpc_timeout=timedelta(seconds=10))
        except (RPCError, WorkflowQueryFailedError):
            return None

    async def _send(
        self, item: str, verb: type[Act], office: str, side: str, fields: dict[str, Any], chance: random.Random
    ) -> None:
        if self._muted():
            return
        self._acts += 1
        act = verb.model_validate({"act_id": f"act-{self._acts}", "office": office, **fields})
        terms = fields.get("terms")
        said = SaidAct(
            act_id=act.act_id,
            item=item,
            verb=act.verb,
            office=office,
            side=side,
            at=self._loop.now(),
            proposal=int(fields.get("proposal", 0)),
            start=terms.slot.start.utc if terms is not None and terms.slot is not None else None,
        )
        self._evidence.acts.append(said)
        if chance.random() < 0.1:  # an impatient finger
            self._go(lambda: self._submit(said, act))
        await self._submit(said, act)

    async def _submit(self, said: SaidAct, act: Act) -> None:
        """Sends an act until an answer comes, as a person would who reads "repeat the call"."""
        for attempt in range(6):
            try:
                handle = self._client.get_workflow_handle(said.item)
                receipt = await handle.execute_update(
                    act.verb,
                    act,
                    id=f"{act.verb}/{act.office}/{act.act_id}",
                    result_type=Receipt,
                    rpc_timeout=timedelta(seconds=10),
                )
            except WorkflowUpdateFailedError as error:
                cause = error.cause
                said.refused = getattr(cause, "type", "") or "refused"
                if isinstance(cause, ApplicationError) and cause.type not in ("Refusal",):
                    self._evidence.told.append(("update-fault", f"{said.item} {act.verb}: {cause}"))
                return
            except Overdue:
                await asyncio.sleep(60.0 * 4**attempt)
                continue
            except RPCError:
                if attempt == 0:  # later, the act itself may have ended the item
                    said.refused = said.refused or "not-open"
                return
            said.acknowledged = said.acknowledged or self._loop.now()
            said.made = receipt.proposal or 0
            return

    def plan_amendments(self) -> None:
        """Plans the amendments of the story."""
        for day, amendment in self._story.amendments:
            fields = {"terms": Terms(topic=Topic.AMEND, amendment=amendment, reason="by common wish")}
            chance = self.chance("amendment", day)
            self._later(day * DAY, lambda fields=fields, chance=chance: self._amend(fields, chance))  # type: ignore[misc]

    async def _amend(self, fields: dict[str, Any], chance: random.Random) -> None:
        await self._send(self._evidence.plan, acts.Propose, "lao-mfa", "LAO", fields, chance)

    async def look_at_inbox(self) -> None:
        """The clerk of the secretariat looks at the messages that wait for a person, and files them."""
        while True:
            await asyncio.sleep(self.chance("clerk", round(self._loop.seconds)).uniform(1, 9) * DAY)
            inbox = Inbox(self._evidence.record, self._evidence.plan).read()
            now = self._loop.now()
            await inbox.see_to(SeenTo(at=now, done=each.n, note="filed") for each in inbox.waiting)


def _chosen(
    chance: random.Random, state: ItemState, open_act: OpenAct, now: datetime
) -> tuple[type[Act], dict[str, Any]] | None:
    """What a side does with an act that is awaited of it."""
    roll = chance.random()
    proposal = state.proposal(open_act.subject)
    is_date = proposal is not None and proposal.terms.topic is Topic.DATE
    if open_act.act == "answer" and roll < 0.12:
        return acts.Reject, {"proposal": open_act.subject, "reason": "another time"}
    if open_act.act == "answer" and roll < 0.3 and is_date:
        terms = date_terms(state, now, now + timedelta(days=chance.randint(5, 60)))
        return acts.Counter, {"proposal": open_act.subject, "terms": terms}
    if open_act.act == "mark" and roll < 0.2:
        return acts.NotHeld, {"reason": "flood"}
    if open_act.act == "propose-date" and roll < 0.06:
        return acts.Propose, {"terms": Terms(topic=Topic.DROP, reason="merged with another")}
    if open_act.act in ("agree", "close") and roll < 0.15:
        return acts.Dispute, {"reason": "a page is missing"}
    if open_act.act == "progress":
        return acts.Progress, {"state": chance.choice(list(ProgressState))}
    return good_answer(state, open_act, now)

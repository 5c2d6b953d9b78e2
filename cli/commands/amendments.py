"""`amendments`: lists the amendments that are in force, and those that are proposed."""

import asyncio
import json
from datetime import datetime, time
from pathlib import Path
from typing import Any

from cli.asking import plan_state_of
from cli.json_text import json_text
from cli.options import DataOption, JsonOption, PlanOption
from cli.output import write_line
from cli.session import session
from models.common.clock import Clock
from models.common.values import read_instant, write_instant
from models.common.zones import zoned
from models.governance.amended_plan import difference, replaced_by, text_after
from models.governance.coming_into_force import proposed_texts
from models.governance.plan_state import PlanState
from models.machine.state import Proposal
from models.messages.sentences import describe, value_in_words


def amendments(data: DataOption = Path("var"), plan: PlanOption = None, as_json: JsonOption = False) -> None:
    """List the amendments in force, with the earlier text of each and its time in force. Also list the open proposals,
    with the sides that have consented."""
    state = asyncio.run(_plan_state(data, plan))
    document = amendments_document(state)
    write_line(json_text(document) if as_json else amendments_text(document, state.setup.clock))


async def _plan_state(data: Path, plan: str | None) -> PlanState:
    async with session(data, plan) as here:
        return await plan_state_of(here)


def amendments_document(state: PlanState) -> dict[str, Any]:
    """Returns the document that `amendments --json` prints (docs/json.md)."""
    start = state.plan.valid_from
    begins = zoned(datetime.combine(start, time.min), state.plan.zone).utc if start else state.launch.launched
    replaced = {
        each.question: replaced_by(state.plan, state.amendments, each.question, each.at, state.settlements)
        for each in state.settlements
    }
    return {
        "plan": state.setup.plan,
        "in_force": [
            {
                "number": each.number,
                "kind": each.amendment.kind.value,
                "obligation": each.amendment.obligation,
                "text": each.text,
                "since": write_instant(each.at),
                "proposed_by": each.proposed_by,
                "consents": [{"side": side, "at": write_instant(at)} for side, at in each.consents],
                "later": text_after(state.plan, state.amendments, each, state.settlements),
                "earlier": {
                    "text": each.before,
                    "from": write_instant(each.before_since or begins),
                    "until": write_instant(each.at),
                }
                if each.before is not None
                else None,
            }
            for each in state.amendments
        ],
        "open": [_open_proposal(state, each) for each in state.open_proposals],
        "settled": [
            {"question": name, "value": value}
            for name, value in state.settled.items()
            if name not in replaced or replaced[name] is None
        ],
        "replaced": [
            {"question": name, "value": state.settled[name], "by": each.number, "text": each.text}
            for name, each in replaced.items()
            if each is not None
        ],
    }


def _open_proposal(state: PlanState, proposal: Proposal) -> dict[str, Any]:
    consented = [consent.side for consent in proposal.consents]
    terms = proposal.terms
    # An answer corrects a session that was missed before the launch. It is no amendment.
    kind, about = (terms.amendment.kind, terms.about) if terms.amendment else (terms.topic, terms.question)
    before, after = proposed_texts(state, proposal)
    return {
        "number": proposal.number,
        "kind": kind.value,
        "obligation": about.partition("/")[0],
        "earlier": {"text": before} if before else None,
        "later": after,
        "text": describe(proposal.terms, state.setup.clock),
        "reason": proposal.terms.reason,
        "proposed_by": proposal.office,
        "at": write_instant(proposal.at),
        "consents": consented,
        "awaited": [side for side in state.setup.sides if side not in consented],
    }


def amendments_text(document: dict[str, Any], clock: Clock) -> str:
    lines = []
    for each in document["in_force"]:
        consents = ", ".join(f"{c['side']} on {clock.day(read_instant(c['at']))}" for c in each["consents"])
        lines.append(f"{each['number']}  in force since {clock.moment(read_instant(each['since']))}: {each['text']}")
        lines.append(f"     proposed by {each['proposed_by']}; consent of {consents}")
        lines += [f"     {line}" for line in difference(_old(each), each["later"])]
        if each["earlier"]:
            span = each["earlier"]
            until = clock.moment(read_instant(span["until"]))
            lines.append(
                f"     the earlier text was in force from {clock.moment(read_instant(span['from']))} until {until}:"
            )
            lines += [f"       {line}" for line in _earlier(span["text"])]
    for each in document["open"]:
        lines.append(f"{each['number']}  open: {each['text']}, proposed by {each['proposed_by']}")
        lines.append(f"     consent of {', '.join(each['consents'])}; awaited of {', '.join(each['awaited'])}")
        lines += [f"     {line}" for line in difference(_old(each), each["later"])]
    for each in document["settled"]:
        lines.append(f"settled: {each['question']}: {value_in_words(each['value'])}")
    for each in document["replaced"]:
        was = f"{each['question']}: {value_in_words(each['value'])}"
        lines.append(f"no longer: {was}, replaced by amendment {each['by']}: {each['text']}")
    return "\n".join(lines) or "no amendments, and none proposed"


def _old(each: dict[str, Any]) -> dict[str, Any] | None:
    return each["earlier"]["text"] if each["earlier"] else None


def _earlier(text: dict[str, Any]) -> list[str]:
    """Returns one line for each field of an obligation, except empty fields, `basis` and `readings`."""
    shown = {name: value for name, value in text.items() if value not in (None, "", [], {}, False) and name != "basis"}
    return [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in shown.items() if name != "readings"]

"""What must hold of the record: acts, consents, close-outs, and what is awaited."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from simulation.auditor.evidence import SaidAct, Violation
from simulation.auditor.reading import Case, Item, instant

SECOND = timedelta(seconds=2)
WITHIN = timedelta(days=21)
"""A letter about what is awaited goes within this time: a week, the office's feasts, and what else may hold it up."""
VERBS = frozenset(
    (
        *("propose", "accept", "reject", "counter", "withdraw", "regret", "held", "not_held", "dispute"),
        *("outcome", "evidence", "agree", "close", "progress", "call"),
    )
)
"""The verbs of acts, as lines of the record bear them."""


def files_are_whole(case: Case) -> Iterator[Violation]:
    """S11: every line of the record is complete, and numbered from 1 without a gap; the instants of an item never
    fall."""
    for item in (*case.items.values(), *case.rooms.values()):
        for fault in item.faults:
            yield Violation("S11", f"{item.id}: {fault}")
    for item in case.items.values():
        for before, line in zip(item.lines, item.lines[1:], strict=False):
            if instant(line["at"]) < instant(before["at"]):
                yield Violation("S11", f"{item.id}: line {line['n']} is older than the line before it")


def acts_are_on_record(case: Case) -> Iterator[Violation]:
    """S12: every acknowledged act is on record once, and no act is on record that nobody did."""
    for item in case.items.values():
        lines = [line for line in item.lines if line["verb"] in VERBS | {"closed"} and line.get("office")]
        left = list(lines)
        said = sorted((each for each in case.evidence.acts if each.item == item.id), key=lambda each: each.at)
        for act in said:
            found = next((line for line in left if _fits(line, act)), None)
            if found is not None and (act.acknowledged or not act.refused):
                left.remove(found)
            elif act.acknowledged and not _changed_nothing(act, item):
                yield Violation("S12", f"{item.id}: {act.verb} of {act.office} at {act.at} is acknowledged and lost")
        for line in left:
            if line["verb"] != "closed" and not _by_mail(line):
                yield Violation("S12", f"{item.id}: line {line['n']}, {line['verb']} of {line['office']}, nobody did")


def _fits(line: dict[str, object], act: SaidAct) -> bool:
    verb = "closed" if act.verb == "close" else act.verb
    if line["verb"] not in (act.verb, verb) or line["office"] != act.office:
        return False
    at = instant(str(line["at"]))
    return act.at - timedelta(seconds=10) <= at <= (act.acknowledged or act.at + timedelta(days=2)) + SECOND


def _by_mail(line: dict[str, object]) -> bool:
    data = line.get("data")
    return isinstance(data, dict) and ("message" in data or "by_mail" in data or "mail" in data)


def _changed_nothing(act: SaidAct, item: Item) -> bool:
    """Whether the office had said the same before, so that its act adds no line."""
    return any(
        line["verb"] == act.verb and line.get("office") == act.office and instant(line["at"]) < act.at
        for line in item.lines
    )


def nobody_else_answers(case: Case) -> Iterator[Violation]:
    """S13: an answer by mail is on record only if that office wrote it, and once; a forged one never is."""
    genuine: dict[str, list[str]] = defaultdict(list)
    for answer in case.evidence.answers:
        if answer.genuine:
            genuine[answer.office].append(f"{answer.partstat} {answer.sequence} {answer.method}")
    for item in case.items.values():
        seen: dict[str, int] = {}
        for line in item.lines:
            data = line.get("data") or {}
            if line["verb"] not in ("reply", "counter") or "partstat" not in data:
                continue
            says = f"{data.get('partstat')} {data.get('sequence')} {data.get('method')}"
            if says not in genuine[str(line.get("office"))]:
                yield Violation("S13", f"{item.id}: line {line['n']}: {line.get('office')} never wrote {says}")
            mail = str((data.get("message") or {}).get("sha256"))
            if mail in seen:
                yield Violation("S13", f"{item.id}: lines {seen[mail]} and {line['n']} are of one mail")
            seen[mail] = line["n"]


def answers_are_taken_in(case: Case) -> Iterator[Violation]:
    """S14: every answer that reached the mailbox is in the inbox, and has one outcome."""
    there = {line.get("message_id") for line in case.inbox}
    for answer in case.evidence.answers:
        if answer.message_id not in there and case.evidence.ended - answer.at > timedelta(days=5):
            yield Violation("S14", f"{answer.message_id} of {answer.office} at {answer.at} was never taken in")


def consent_was_given(case: Case) -> Iterator[Violation]:
    """S15: what is agreed was said by every side: at the desk, or with the plain button on that version."""
    plain = [each for each in case.evidence.answers if each.genuine and each.plain]
    for item in case.items.values():
        sides = _sides(case, item)
        for line in item.lines:
            if line["verb"] != "agreed":
                continue
            number, at = (line.get("data") or {}).get("proposal"), instant(line["at"])
            start = _start_of(item, number)
            for side in sides:
                by_act = any(
                    act.side == side
                    and act.item == item.id
                    and act.at <= at
                    and (
                        (act.verb == "accept" and act.proposal == number)
                        or (act.verb in ("propose", "counter") and (act.made == number or act.start == start))
                        or (act.verb in ("propose", "counter") and start is None)
                    )
                    for act in case.evidence.acts
                )
                by_mail = any(
                    each.side == side and each.at <= at and (each.start is None or start is None or each.start == start)
                    for each in plain
                    if each.partstat == "ACCEPTED" or each.method == "COUNTER"
                )
                if not by_act and not by_mail:
                    yield Violation("S15", f"{item.id}: line {line['n']}: {side} never consented to proposal {number}")


def _sides(case: Case, item: Item) -> list[str]:
    return sorted({case.evidence.offices[str(line["office"])].side for line in item.lines if line.get("office")})


def _start_of(item: Item, number: object) -> datetime | None:
    for line in item.lines:
        data = line.get("data") or {}
        slot = (data.get("terms") or {}).get("slot") or data.get("slot")
        if data.get("proposal") == number and slot:
            return instant(slot["start"]["utc"])
    return None


def silence_was_long(case: Case) -> Iterator[Violation]:
    """S16: silence closes an item only if every other side got a mail about it so long before, and objected to
    nothing since; a side that closes alone has the others' word."""
    for item in case.items.values():
        close = item.close
        if close is None or (close.get("data") or {}).get("by") != "silence":
            continue
        at, name = instant(close["at"]), item.id.removeprefix(f"{case.evidence.plan}/")
        facts = [line for line in item.lines if line["verb"] in ("held", "not_held", "outcome", "evidence")]
        if not facts:
            yield Violation("S16", f"{item.id} was closed by silence about nothing")
            continue
        since, author = instant(facts[-1]["at"]), case.evidence.offices[str(facts[-1]["office"])].side
        for side in _sides_of_plan(case, item):
            spoke = any(
                line["verb"] in ("agree", "held", "outcome", "evidence") and _side(case, line) == side
                for line in item.lines
                if instant(line["at"]) >= instant(facts[0]["at"])
            )
            reached = [
                each
                for each in case.letters
                if each.office and case.evidence.offices[each.office].side == side and each.sent.at >= since
            ]
            early = [each for each in reached if each.sent.at <= at - case.evidence.silence + timedelta(minutes=5)]
            if side != author and not spoke and not early:
                yield Violation("S16", f"{name} was closed by the silence of {side}, which had no mail in time")
        objections = [
            act
            for act in case.evidence.acts
            if act.item == item.id and act.verb == "dispute" and act.acknowledged and since < act.acknowledged <= at
        ]
        if objections:
            yield Violation("S16", f"{name} was closed by silence although {objections[-1].office} had objected")


def _sides_of_plan(case: Case, item: Item) -> list[str]:
    found = set()
    for line in item.lines:
        for row in (line.get("data") or {}).get("awaiting") or ():
            found.add(case.evidence.offices[row["office"]].side)
    return sorted(found)


def _side(case: Case, line: dict[str, object]) -> str:
    office = case.evidence.offices.get(str(line.get("office")))
    return office.side if office else ""


def nobody_waits_unasked(case: Case) -> Iterator[Violation]:
    """S17: nobody is awaited for three weeks without a letter that asks."""
    for item in case.items.values():
        name = item.id.removeprefix(f"{case.evidence.plan}/")
        if name == case.evidence.plan:
            continue
        for office, act, since, until in _awaited(item, case.evidence.ended):
            if until - since < WITHIN or office in case.evidence.unreachable:
                continue
            if any(b < since + WITHIN and since < e for b, e in case.evidence.troubled):
                continue
            asked = [each for each in case.of_office(office) if name in each.names and since <= each.sent.at <= until]
            if not asked or asked[0].sent.at - since > WITHIN:
                yield Violation("S17", f"{office} is awaited to {act} in {name} since {since}, and no letter asks")


def _awaited(item: Item, end: datetime) -> Iterator[tuple[str, str, datetime, datetime]]:
    """The office, the act, since when and until when, of everything that an item awaited."""
    standing: dict[tuple[str, str, str], datetime] = {}
    for line in item.lines:
        rows = (line.get("data") or {}).get("awaiting")
        if rows is None:
            continue
        at = instant(line["at"])
        now = {(row["office"], row["act"], row["since"]): at for row in rows}
        for key in [each for each in standing if each not in now]:
            yield key[0], key[1], max(instant(key[2]), standing.pop(key)), at
        for key in now:
            standing.setdefault(key, at)
    close = item.close
    last = instant(close["at"]) if close else end
    for key, at in standing.items():
        yield key[0], key[1], max(instant(key[2]), at), last


def nobody_is_stuck(case: Case) -> Iterator[Violation]:
    """S18: an open item has a timer, or awaits somebody, or has an open item below it. No task fails, no replay
    differs, no activity meets an error that it does not know."""
    for what, detail in case.evidence.told:
        yield Violation("S18", f"{what}: {detail}")
    there = [each.id for each in case.evidence.resting]
    for each in case.evidence.resting:
        waits = each.timer or bool(each.awaited) or any(other.startswith(f"{each.id}/") for other in there)
        if each.kind in ("meeting", "series", "questions", "plan") and not waits:
            yield Violation("S18", f"{each.id} has no timer and awaits nobody")


def ledger_of_mail(case: Case) -> Iterator[Violation]:
    """S19: every mail that the relay acknowledged is in the record of its post room, and every mail that the record
    calls sent was taken by the relay."""
    ids = {each.message_id for each in case.letters}
    told = {str((line.get("data") or {}).get("message_id")) for room in case.rooms.values() for line in room.lines}
    fresh = case.evidence.ended - timedelta(days=2)
    for office, room in case.rooms.items():
        for line in room.lines:
            message_id = (line.get("data") or {}).get("message_id")
            if line["verb"] == "sent" and message_id and message_id not in ids:
                yield Violation(
                    "S19", f"the post room of {office} calls {message_id} sent, and the relay never took it"
                )
    for letter in case.letters:
        if letter.event is not None and letter.message_id not in told and letter.sent.at < fresh:
            yield Violation("S19", f"{letter.message_id} to {letter.office} is in no record")


def plan_ends(case: Case) -> Iterator[Violation]:
    """S20: at the end of its validity the plan and its items end, and nobody is asked anything afterwards."""
    end = case.evidence.valid_until
    if end is None or case.evidence.ended < end + timedelta(days=10):
        return
    for each in case.evidence.resting:
        if each.kind not in ("secretariat", "mailbox", "rectification"):
            yield Violation("S20", f"{each.id} is still open after the plan has ended")
    for letter in case.letters:
        if letter.asks and letter.sent.began > end + timedelta(hours=3):
            yield Violation("S20", f"{letter.office} was asked about {letter.asks} after the plan had ended")


RULES = (
    files_are_whole,
    acts_are_on_record,
    nobody_else_answers,
    answers_are_taken_in,
    consent_was_given,
    silence_was_long,
    nobody_waits_unasked,
    nobody_is_stuck,
    ledger_of_mail,
    plan_ends,
)

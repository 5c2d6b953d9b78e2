"""What a message in the organizer's mailbox says: octets to a frozen value. Pure, bounded, and never an exception."""

import hashlib
import json
import re
import unicodedata
from datetime import datetime
from email.message import Message
from urllib.parse import unquote

from adapters.inbound import bounces, bounds, mime
from adapters.inbound.bounds import OutOfBoundsError
from adapters.inbound.ical import Component, Property, read_calendar, unescaped
from adapters.inbound.times import TimeFaultError, duration, instant, moment
from models.common.times import Slot
from models.common.zones import later
from models.messages.acts import ReplyMethod
from models.messages.calendar_event import PartStat
from models.post.incoming import CalendarAnswer, IncomingMessage, MessageKind


def read(raw: bytes, truncated: bool = False) -> IncomingMessage:
    """The message, read. Whatever it holds, the answer is a Reading; what cannot be read is refused with a reason."""
    try:
        try:
            if truncated:
                raise OutOfBoundsError("it is larger than what the mailbox hands over")
            return _read(raw)
        except OutOfBoundsError as refused:
            return _refused(raw, str(refused))
    except Exception as error:  # hostile mail finds what nobody thought of: a person looks at it
        return _refused(raw, f"it cannot be read ({type(error).__name__})")


def _refused(raw: bytes, reason: str) -> IncomingMessage:
    """Only its head is looked at. A relay writes other headers before ours, so its digest is that of the body."""
    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    try:
        about = _about(mime.parsed(head[:32768].replace(b"\0", b" ")))
    except Exception:  # its head cannot be read either
        about = {}
    said = (_who(about), about.get("subject", ""), about.get("date", ""), hashlib.sha256(body).hexdigest())
    return IncomingMessage(
        kind=MessageKind.REFUSED, reason=mime.clean(reason), digest=_digest("refused", *said), **about
    )


def _about(message: Message) -> dict[str, str]:
    senders = mime.addresses(message, "From")
    return {
        "sender": senders[0] if len(senders) == 1 else "",
        "from_line": mime.header(message, "From"),
        "subject": mime.header(message, "Subject"),
        "date": mime.date(message),
        "message_id": mime.header(message, "Message-ID"),
    }


def _who(about: dict[str, str]) -> str:
    """The sender, however a relay writes its name; where there is no single one, the line as it is."""
    return about.get("sender") or about.get("from_line", "")


def _read(raw: bytes) -> IncomingMessage:
    message = mime.parsed(raw)
    about = _about(message)
    said = {"text": mime.text(message), "robot": _robot(message), **about}
    # Headers of our own server stand first; a sender can write what it likes below them.
    unauthentic = "dmarc=fail" in mime.header(message, "Authentication-Results").lower().replace(" ", "")
    if bounces.is_report(message):
        return _report(message, said)
    calendar = _calendar(message)
    if calendar is not None:
        return _with_calendar(message, calendar, {**said, "unauthentic": unauthentic})
    digest = _digest("letter", _who(about), about["subject"], about["date"], said["text"])
    names = mime.attachments(message)
    if said["robot"]:
        # A registry's program sends letters, too; who is out of office attaches nothing.
        kind, more = (MessageKind.LETTER, f", with {', '.join(names)[:200]}") if names else (MessageKind.AUTOMATIC, "")
        return IncomingMessage(kind=kind, reason=f"sent by a program ({said['robot']}){more}", digest=digest, **said)
    return IncomingMessage(
        kind=MessageKind.LETTER, reason=_letter(message, names), digest=digest, unauthentic=unauthentic, **said
    )


def _letter(message: Message, names: list[str]) -> str:
    """Why a person should read it."""
    if any(name.lower() == "winmail.dat" for name in names):
        return "its calendar or attachment is in Outlook's own format (winmail.dat)"
    postmaster = mime.header(message, "Return-Path").replace(" ", "") == "<>"
    return "it may be a delivery failure that no report describes" if postmaster else "a letter"


def _robot(message: Message) -> str:
    """The header by which a message says that a program sent it (RFC 3834, and what came before)."""
    submitted = "".join(re.findall(r"^[a-z-]+", mime.header(message, "Auto-Submitted").lower()))
    if submitted and submitted != "no":
        return submitted
    precedence = mime.header(message, "Precedence").lower()
    if precedence in ("auto_reply", "auto-reply", "bulk", "junk"):
        return f"Precedence: {precedence}"
    names = ("X-Auto-Response-Suppress", "X-Autoreply", "X-Autorespond", "X-Auto-Reply-From")
    return next((name for name in names if mime.header(message, name)), "")


def _report(message: Message, said: dict[str, str]) -> IncomingMessage:
    """A delivery status, or a receipt, from which nothing follows."""
    if not bounces.is_delivery_status(message):
        digest = _digest("report", _who(said), said["subject"], said["date"], said["text"])
        return IncomingMessage(kind=MessageKind.AUTOMATIC, reason="a report of reading", digest=digest, **said)
    found = bounces.returned(message)
    facts = [f"{each.recipient} {each.status} {each.failed} {each.message_id}" for each in found]
    digest = _digest("bounce", *facts) if found else _digest("bounce", said["subject"], said["date"], said["text"])
    reason = "" if found else "a delivery status that names no recipient"
    return IncomingMessage(kind=MessageKind.BOUNCE, reason=reason, returned=found, digest=digest, **said)


# --- calendars --------------------------------------------------------------------------------------------------------


def _calendar(message: Message) -> tuple[Component, str] | None:
    """The calendar of a message and its METHOD. Raises RefusedError where there are several that differ."""
    found: list[tuple[Component, str]] = []
    for part in mime.parts(message):
        if not mime.is_calendar(part):
            continue
        calendar = read_calendar(mime.content(part), mime.charset(part))
        said = calendar.value("METHOD").upper()
        told = mime.method(part)
        if said and told and said != told:
            raise OutOfBoundsError(f"its part says METHOD {told[:20]}, its calendar {said[:20]}")
        found.append((calendar, said or told))
    if not found:
        return None
    # The attachment is the inline part once more; clients that add one leave out what they do not need.
    methods = {method for _, method in found if method}
    method = next(iter(methods), "")
    if len(methods) > 1 or len({_gist(message, calendar, method) for calendar, _ in found}) > 1:
        raise OutOfBoundsError("it holds two calendars that differ")
    return found[0][0], method


def _gist(message: Message, calendar: Component, method: str) -> tuple[str, ...]:
    """What a calendar says, however it is written."""
    return tuple(sorted(map(digest_of, _answers(message, calendar, method))))


def _answers(message: Message, calendar: Component, method: str) -> tuple[CalendarAnswer, ...]:
    """Every answer in a calendar; none where its METHOD is no answer's."""
    if method not in (ReplyMethod.REPLY, ReplyMethod.COUNTER):
        return ()
    senders, sent = mime.addresses(message, "From"), mime.date(message)
    events = calendar.within("VEVENT")[: bounds.EVENTS + 1]
    if len(events) > bounds.EVENTS:
        raise OutOfBoundsError(f"its calendar has more events than the {bounds.EVENTS} that are read")
    return tuple(_answer(event, ReplyMethod(method), calendar, senders, sent) for event in events)


def _with_calendar(message: Message, found: tuple[Component, str], said: dict[str, object]) -> IncomingMessage:
    calendar, method = found
    if each := _answers(message, calendar, method):
        # With its sender: what a stranger sent first must not stand for what the office sends.
        digest = _digest("answers", str(said["sender"]), str(said["unauthentic"]), *sorted(map(digest_of, each)))
        return IncomingMessage(kind=MessageKind.ANSWERS, answers=each, digest=digest, **said)
    uids = sorted(event.value("UID") for event in calendar.within("VEVENT"))
    head = [str(said[name]) for name in ("sender", "subject", "date")]
    digest = _digest("calendar", method, *uids, *head, str(said["text"]))
    if said["robot"]:
        return IncomingMessage(
            kind=MessageKind.AUTOMATIC, reason=f"sent by a program ({said['robot']})", digest=digest, **said
        )
    what = f"a calendar object with METHOD {mime.clean(method[:20])}" if method else "a calendar object without METHOD"
    return IncomingMessage(kind=MessageKind.CALENDAR, reason=f"{what} alters nothing here", digest=digest, **said)


def _answer(
    event: Component, method: ReplyMethod, calendar: Component, senders: list[str], sent: str
) -> CalendarAnswer:
    attendee, doubt = _attendee(event, senders)
    slot = recurrence = None
    try:
        if (found := event.first("RECURRENCE-ID")) is not None:
            recurrence = moment(found, calendar).utc
        if method is ReplyMethod.COUNTER:
            slot = _slot(event, calendar)
    except (TimeFaultError, OverflowError) as fault:
        doubt = doubt or str(fault)
    partstat, unknown = _partstat(attendee, method)
    stamp, sequence = instant(event.value("DTSTAMP")) or _sent(sent), event.value("SEQUENCE") or "0"
    if not re.fullmatch(r"\d{1,9}", sequence):
        doubt, sequence = doubt or f"{sequence[:20]!r} is no SEQUENCE", "0"
    missing = (
        "it has no UID" if not event.value("UID") else "it does not say when it was given" if stamp is None else ""
    )
    if method is ReplyMethod.COUNTER and any(event.first(name) for name in ("RRULE", "RDATE")):
        missing = missing or "it proposes that the event recur"
    return CalendarAnswer(
        method=method,
        uid=mime.clean(event.value("UID"))[:500],
        recurrence=recurrence,
        attendee=_address(attendee) if attendee else "",
        sent_by=_mailto(attendee.parameters.get("SENT-BY", "")) if attendee else "",
        partstat=partstat,
        sequence=int(sequence),
        dtstamp=stamp,
        comment=_comment(event, attendee),
        slot=slot,
        doubt=mime.clean(doubt or unknown or missing)[:300],
    )


def _sent(date: str) -> datetime | None:
    """The Date header, for an answer whose DTSTAMP is missing or no instant."""
    return datetime.fromisoformat(date) if date.endswith("Z") and date[:1].isdigit() else None


def _attendee(event: Component, senders: list[str]) -> tuple[Property | None, str]:
    """Who answers: the attendee that is the sender; the only one where none is."""
    found = event.all("ATTENDEE")
    own = [each for each in found if _address(each) in senders]
    if len(own) == 1 or (len(found) == 1 and not own):
        return (own or found)[0], ""
    if not found:
        return None, "it names no attendee"
    return found[0], f"it names {len(found)} attendees, and it is not certain which of them answers"


def _partstat(attendee: Property | None, method: ReplyMethod) -> tuple[PartStat | None, str]:
    text = attendee.parameters.get("PARTSTAT", "").strip().upper() if attendee else ""
    if text in (PartStat.ACCEPTED, PartStat.DECLINED, PartStat.TENTATIVE):
        return PartStat(text), ""
    if method is ReplyMethod.COUNTER and text in ("", PartStat.NEEDS_ACTION):
        return PartStat.NEEDS_ACTION if text else None, ""
    if text == "DELEGATED":
        return (
            None,
            f"it delegates to {_mailto(attendee.parameters.get('DELEGATED-TO', '')) or 'somebody'}" if attendee else "",
        )
    return None, f"its PARTSTAT is {text[:40]}" if text else "it has no PARTSTAT"


def _slot(event: Component, calendar: Component) -> Slot:
    """The time that a COUNTER proposes. Raises TimeFaultError."""
    begins, ends = event.first("DTSTART"), event.first("DTEND")
    if begins is None:
        raise TimeFaultError("it proposes another time and names none")
    start = moment(begins, calendar)
    end = moment(ends, calendar) if ends else later(start, duration(event.value("DURATION")))
    if end.utc <= start.utc:
        raise TimeFaultError("the time that it proposes ends before it begins")
    return Slot(start=start, end=end)


def _comment(event: Component, attendee: Property | None) -> str:
    said = [unescaped(each.value) for each in event.all("COMMENT")[:5]]
    if not any(said) and attendee is not None:
        said = [attendee.parameters.get("X-RESPONSE-COMMENT", "")]  # Google's place for it
    return mime.clean(" ".join(said))[: bounds.VALUE]


def _address(attendee: Property) -> str:
    """Its mail address in lower case. Apple writes a path or a URN, and the address beside it."""
    return _mailto(attendee.value) or _mailto(attendee.parameters.get("EMAIL", ""))


def _mailto(text: str) -> str:
    address = (
        unquote(re.sub(r"(?i)^\s*mailto:", "", text[: bounds.HEADER]).partition("?")[0]).strip().strip("<>").lower()
    )
    return mime.clean(address) if re.fullmatch(r"[^\s@:/]+@[^\s@:/]+", address) else ""


# --- digests ----------------------------------------------------------------------------------------------------------


def digest_of(answer: CalendarAnswer) -> str:
    """Of what one answer says, whatever a relay made of its octets."""
    slot = answer.slot
    return _digest(
        "answer",
        answer.uid,
        str(answer.recurrence),
        answer.attendee,
        answer.method,
        str(answer.partstat),
        str(answer.sequence),
        str(answer.dtstamp),
        f"{slot.start.utc} {slot.end.utc}" if slot else "",
        answer.comment,
        answer.doubt,
    )


def _digest(*words: str) -> str:
    """Hexadecimal; the same for text that differs in white space, composition or case alone."""
    normal = [" ".join(unicodedata.normalize("NFC", word).casefold().split()) for word in words]
    return hashlib.sha256(json.dumps(normal).encode("utf-8", "replace")).hexdigest()

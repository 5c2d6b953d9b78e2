"""Mail that was made to cost: 128 shapes, each as large as is asked for.

`python -m tests.support.hostile_mail` prints the processor time that reading each shape takes, at the size where it
costs most. The numbers of lines stay just within the bounds, so that no shape is refused for a cheaper reason.
"""

import base64
import sys
import time
from collections.abc import Callable

from adapters.inbound import bounds

HEAD = b"From: khm-moc@office.example\nSubject: x\nDate: Fri, 02 Jan 2026 09:15:00 +0700\n"
Shape = Callable[[int], bytes]
"""A message of about so many octets."""

SHAPES: dict[str, Shape] = {}


def shape(name: str) -> Callable[[Shape], Shape]:
    def register(make: Shape) -> Shape:
        SHAPES[name] = make
        return make

    return register


def fill(unit: bytes, size: int, lines: int = bounds.LINES - 5000) -> bytes:
    """The unit again and again, up to so many lines; what is missing of the size stands on the last one."""
    many = size // len(unit)
    if unit.count(b"\n"):
        many = min(many, lines // unit.count(b"\n"))
    return unit * many + b"x" * (size - many * len(unit))


def counted(unit: bytes, size: int, lines: int = bounds.LINES - 5000) -> bytes:
    """The same, %d in the unit replaced by a number of its own."""
    many = size // (len(unit) + 4)
    if unit.count(b"\n"):
        many = min(many, lines // unit.count(b"\n"))
    found = b"".join(unit % n for n in range(many))
    return found + b"x" * (size - len(found))


def headers(name: str, unit: bytes, before: bytes = b"", numbered: bool = False, after: bytes = b"") -> None:
    """A shape whose one header is made of units."""

    def make(size: int) -> bytes:
        most = bounds.HEADERS - 10
        units = counted(unit, size, most) if numbered else fill(unit, size, most)
        return before + units + after + b"\n\nx"

    SHAPES[name] = make


def body(
    name: str, unit: bytes, kind: bytes = b"text/plain", encoding: bytes = b"8bit", numbered: bool = False
) -> None:
    """A shape of one part whose content is made of units."""

    def make(size: int) -> bytes:
        head = HEAD + b"Content-Type: " + kind + b"\nContent-Transfer-Encoding: " + encoding + b"\n\n"
        return head + (counted(unit, size) if numbered else fill(unit, size))

    SHAPES[name] = make


def parts(name: str, unit: bytes, boundary: bytes = b"b", numbered: bool = False, kind: bytes = b"mixed") -> None:
    """A multipart whose body is made of units."""

    def make(size: int) -> bytes:
        head = HEAD + b"Content-Type: multipart/" + kind + b'; boundary="' + boundary + b'"\n\n'
        return head + (counted(unit, size) if numbered else fill(unit, size)) + b"\n--" + boundary + b"--\n"

    SHAPES[name] = make


CALENDAR_HEAD = HEAD + b"Content-Type: text/calendar; charset=utf-8; method=REPLY\n\n"
EVENT = (
    b"UID:0049cf39-ab2c-5419-9ce8-5da4be44ea84@aide-memoire.example\nDTSTAMP:20260102T021500Z\nSEQUENCE:0\n"
    b"ATTENDEE;PARTSTAT=ACCEPTED:mailto:khm-moc@office.example\n"
)


def vcalendar(inner: bytes, method: bytes = b"REPLY") -> bytes:
    return b"BEGIN:VCALENDAR\nMETHOD:" + method + b"\n" + inner + b"END:VCALENDAR\n"


def event(inner: bytes) -> bytes:
    return b"BEGIN:VEVENT\n" + EVENT + inner + b"END:VEVENT\n"


def calendar(
    name: str,
    unit: bytes,
    before: bytes = b"",
    after: bytes = b"\n",
    lines: int = bounds.CALENDAR_LINES - 20,
    numbered: bool = False,
) -> None:
    """A calendar whose one event holds units: as large as one that is read."""

    def make(size: int) -> bytes:
        size = min(size, bounds.CALENDAR_OCTETS - 500)
        units = counted(unit, size, lines) if numbered else fill(unit, size, lines)
        return CALENDAR_HEAD + vcalendar(event(before + units + after))

    SHAPES[name] = make


# --- headers ----------------------------------------------------------------------------------------------------------

headers("parameter continuations", b";\n a*%d=x", HEAD + b"Content-Type: text/plain", numbered=True)
headers("parameter continuations on one line", b"; a*%d=x", HEAD + b"Content-Type: text/plain", numbered=True)
headers("continuations of one number", b"; a*0*=b", HEAD + b"Content-Type: text/calendar")
headers("continuations of many names", b"; a%d*0*=utf-8''%%41", HEAD + b"Content-Type: text/plain", numbered=True)
headers("an unbalanced quote and semicolons", b";", HEAD + b'Content-Type: text/plain; a="')
headers("many unbalanced quotes", b'; a="', HEAD + b"Content-Type: text/plain")
headers("backslashes in a quote", b"\\", HEAD + b'Content-Type: text/plain; a="')
headers("escaped quotes in a quote", b'\\"', HEAD + b'Content-Type: text/plain; a="')
headers("percents in a parameter", b"%41", HEAD + b"Content-Type: text/plain; method*=utf-8''")
headers("a content type of slashes", b"/", HEAD + b"Content-Type: ")
headers("many content types", b"\nContent-Type: multipart/mixed; boundary=b%d", HEAD, numbered=True)
headers("open comments", b"(", b"Subject: x\nFrom: ")
headers("nested comments", b"(", b"Subject: x\nFrom: ", after=b")" * 4_000 + b" a@b.example")
headers("many comments", b"(x) ", b"Subject: x\nFrom: ", after=b"a@b.example")
headers("many addresses", b"<a@b.example>,", b"Subject: x\nFrom: ")
headers("many groups", b"g: a@b.example;,", b"Subject: x\nFrom: ")
headers("open groups", b"g:", b"Subject: x\nFrom: ")
headers("a source route", b"@a.example,", b"Subject: x\nFrom: <", after=b":khm-moc@office.example>")
headers("quotes in a name", b'"', b"Subject: x\nFrom: ", after=b" <a@b.example>")
headers("at signs", b"a@", b"Subject: x\nFrom: ")
headers("many senders", b"\nFrom: a%d@b.example", b"Subject: x", numbered=True)
headers("encoded words in a name", b"=?utf-8?q?a=40b?= ", b"Subject: x\nFrom: ", after=b"<a@b.example>")
headers("encoded words", b"=?utf-8?b?YQ==?= ", b"From: a@b.example\nSubject: ")
headers("half encoded words", b"=?utf-8?b?", b"From: a@b.example\nSubject: ")
headers("nearly encoded words", b"=?a?b?x", b"From: a@b.example\nSubject: ")
headers("encoded words of many charsets", b"=?x-%d?q?a?= ", b"From: a@b.example\nSubject: ", numbered=True)
headers("one encoded word in punycode", b"a-", b"From: a@b.example\nSubject: =?punycode?q?", after=b"?=")
headers("a subject of one line", b"x", b"From: a@b.example\nSubject: ")
headers("a subject of many lines", b"\n x", b"From: a@b.example\nSubject: ")
headers("a subject of spaces", b" ", b"From: a@b.example\nSubject: ")
headers("a subject of control characters", b"\x01\xff", b"From: a@b.example\nSubject: ")
headers("Received", b"Received: from a.example by b.example; x\n", HEAD)
headers("To", b"a@b.example, ", HEAD + b"To: ")
headers("To on many lines", b"a@b.example,\n ", HEAD + b"To: ")
headers("many lines of To", b"To: a@b.example\n", HEAD)
headers("a folded header of blanks", b" \t", HEAD + b"X: x\n ")
headers("Authentication-Results", b"Authentication-Results: mx.example; dmarc=pass\n", HEAD)
headers("one Authentication-Results", b" dmarc = (", HEAD + b"Authentication-Results: mx.example;")
headers("a date of digits", b"9", b"From: a@b.example\nDate: Fri, 02 Jan ")
headers("a date of comments", b"(", b"From: a@b.example\nDate: Fri, 02 Jan 2026 09:15:00 +0700 ")
headers("a date of colons", b"1:", b"From: a@b.example\nDate: Fri, 02 Jan 2026 ")
headers("a message id", b"<", b"From: a@b.example\nMessage-ID: ")
headers("a header without a colon", b"x", HEAD)
headers("a header name", b"x", HEAD, after=b": y")
headers("auto-submitted", b"a-", HEAD + b"Auto-Submitted: ")

# --- the tree ---------------------------------------------------------------------------------------------------------

NESTED = b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n'


@shape("deep multiparts")
def deep(size: int) -> bytes:
    return HEAD + b"".join(NESTED % (n, n) for n in range(size // 50))


@shape("multiparts as deep as is read")
def as_deep(size: int) -> bytes:
    levels = b"".join(NESTED % (n, n) for n in range(bounds.DEPTH - 1))
    return HEAD + levels + b"Content-Type: text/plain\n\n" + fill(b"\n-", size - 2000)


@shape("deep messages")
def deep_messages(size: int) -> bytes:
    return HEAD + fill(b"Content-Type: message/rfc822\n\n", size)


parts("deep multiparts of one boundary", b'--b\nContent-Type: multipart/mixed; boundary="b"\n\n')
parts("many parts", b"--b\n\nx\n")
parts("many parts with parameters", b"--b\nContent-Type: text/plain; a*0=x; a*1=y; name=z.ics\n\nx\n")
parts("nearly boundaries", b"--bx\n")
parts("dashes", b"-" * 69 + b"\n", b"-" * 68)
parts("a long boundary", b"--" + b"b" * 4000 + b"c\n", b"b" * 4000)
parts("lines of dashes", b"\n--")
parts("a digest", b"--b\n\nSubject: x\n\ny\n", kind=b"digest")
parts("preamble of newlines", b"\n")
parts("an attachment in base64", b"QUFB" * 19 + b"\n--", b"b")


@shape("heads of parts")
def heads_of_parts(size: int) -> bytes:
    part = b"--b\n" + fill(b"X: y\n", size // 90) + b"\nx\n"
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + part * 90 + b"--b--\n"


@shape("parts with continuations")
def parts_with_continuations(size: int) -> bytes:
    part = b"--b\nContent-Disposition: attachment" + counted(b"; filename*%d*=x", size // 90) + b"\n\nx\n"
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + part * 90 + b"--b--\n"


@shape("parts of text")
def parts_of_text(size: int) -> bytes:
    return _parts_of(size, b"Content-Type: text/plain", b"x\n")


@shape("parts of blanks")
def parts_of_blanks(size: int) -> bytes:
    return _parts_of(size, b"Content-Type: text/plain", b" \n")


@shape("parts of hypertext")
def parts_of_hypertext(size: int) -> bytes:
    return _parts_of(size, b"Content-Type: text/html", b"<p>x\n")


@shape("parts of calendars")
def parts_of_calendars(size: int) -> bytes:
    return _parts_of(size, b"Content-Type: text/calendar", vcalendar(event(b"")))


@shape("parts named as calendars in base64")
def parts_named_as_calendars(size: int) -> bytes:
    head = b"Content-Type: application/x; name=x.ics\nContent-Transfer-Encoding: base64"
    return _parts_of(size, head, b"QUFB" * 19 + b"\n")


def _parts_of(size: int, head: bytes, unit: bytes, count: int = bounds.PARTS - 2) -> bytes:
    part = b"--b\n" + head + b"\n\n" + fill(unit, size // count - 100) + b"\n"
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + part * count + b"--b--\n"


@shape("an answer with an attachment")
def honest(size: int) -> bytes:
    """What an office may send: the fairest of them all, at the limit."""
    answer = vcalendar(event(b""))
    data = base64.encodebytes(bytes(range(256)) * (size * 72 // 99 // 256))
    return (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/calendar; method=REPLY\n\n"
        + answer
        + b"--b\nContent-Type: application/pdf; name=x.pdf\nContent-Transfer-Encoding: base64\n\n"
        + data
        + b"--b--\n"
    )


# --- contents ---------------------------------------------------------------------------------------------------------

body("newlines", b"\n")
body("carriage returns", b"\r")
body("both line ends", b"\r\n")
body("one line", b"x")
body("control characters", b"\x01\x7f\x1b")
body("one line in base64", b"QUFB", encoding=b"base64")
body("base64 of nothing", b"!\n", encoding=b"base64")
body("padding", b"=", encoding=b"base64")
body("soft line breaks", b"=\n", encoding=b"quoted-printable")
body("trailing blanks", b" \t \n", encoding=b"quoted-printable")
body("equal signs", b"=", encoding=b"quoted-printable")
body("uuencoded", b"begin 644 x\nM" + b"A" * 60 + b"\n", encoding=b"x-uuencode")
body("text in punycode", b"a", b"text/plain; charset=punycode")
for charset in (b"idna", b"utf-7", b"unicode_escape", b"utf-16", b"iso-2022-jp", b"hz", b"zlib", b"rot13"):
    body(f"text in {charset.decode()}", b"a-", b"text/plain; charset=" + charset)
body("tags", b"<b>", b"text/html")
body("tags that do not end", b"<", b"text/html")
body("scripts that do not end", b"<script", b"text/html")
body("scripts that end", b"<script></script>", b"text/html")
body("characters by name", b"&amp;", b"text/html")
body("characters by no name", b"&" + b"a" * 31, b"text/html")
body("characters by number", b"&#1114109;", b"text/html")
body("characters that grow in lower case", "İ".encode(), b"text/html; charset=utf-8")

# --- calendars --------------------------------------------------------------------------------------------------------

calendar("parameters", b";A=x", b"ATTENDEE", b":x\n")
calendar("parameters that do not end", b';A="', b"ATTENDEE")
calendar("parameters of carets", b";A=^^^n", b"ATTENDEE", b":x\n")
calendar("one parameter of carets", b"^n", b"ATTENDEE;A=", b":x\n")
calendar("a comment of backslashes", b"\\", b"COMMENT:")
calendar("comments", b"COMMENT:x\n")
calendar("folds", b"\n ", b"COMMENT:", lines=bounds.LINES - 5000)
calendar("lines that are no properties", b"x\n")
calendar("attendees", b"ATTENDEE;PARTSTAT=ACCEPTED;CN=x:mailto:a%d@b.example\n", numbered=True)
calendar("an attendee of percents", b"%41", b"ATTENDEE:mailto:")
calendar("an attendee of at signs", b"a@", b"ATTENDEE:mailto:")
calendar("a sequence of digits", b"9", b"SEQUENCE:")
calendar("rules", b"RRULE:FREQ=DAILY;COUNT=1\n")
calendar("a uid", b"x", b"UID:")
body("a calendar as large as the message", b"COMMENT:x\n", b"text/calendar")
body("calendars", vcalendar(event(b"")), b"text/calendar")
body("nested components", b"BEGIN:VCALENDAR\n", b"text/calendar")
body("a calendar of NULs in UTF-16", base64.encodebytes(b"B\0" * 27), b"text/calendar; charset=utf-16", b"base64")


def events(
    size: int, inner: bytes, method: bytes = b"REPLY", zones: bytes = b"", lines: int = bounds.CALENDAR_LINES // 2 - 250
) -> bytes:
    """As large a calendar as is read, twice, as programs send them. From 60,000 octets it has as many events too."""
    count = max(1, min(bounds.EVENTS, size // 3_000))
    size = min(size, bounds.CALENDAR_OCTETS // 2 - 500) - len(zones)
    each = event(fill(inner, size // count - 300, lines // count) + b"\n")
    found = vcalendar(zones + each * count, method)
    part = b"--b\nContent-Type: text/calendar; method=" + method + b"\n\n" + found
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + part * 2 + b"--b--\n"


@shape("events with attendees")
def events_with_attendees(size: int) -> bytes:
    return events(size, b"ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.example\n")


@shape("events with comments")
def events_with_comments(size: int) -> bytes:
    return events(size, b"COMMENT:" + b"\\n" * 40 + b"\n")


@shape("calendars of many lines")
def calendars_of_many_lines(size: int) -> bytes:
    lines = (bounds.CALENDAR_LINES - 100) // bounds.CALENDARS - bounds.ATTENDEES
    found = vcalendar(event(b"ATTENDEE:mailto:a@b.example\n" * (bounds.ATTENDEES - 1) + b"COMMENT;A=x:x\n" * lines))
    part = b"--b\nContent-Type: text/calendar; method=REPLY\n\n" + found
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + part * bounds.CALENDARS + b"--b--\n"


@shape("everything at once")
def everything(size: int) -> bytes:
    """What costs most in each part of the reading, in one message."""
    lines = b"".join(b"Received: from a%d.example\n" % n for n in range(bounds.HEADERS - 100))
    names = b"".join(b"=?utf-8?q?=41?= " for _ in range(40))
    head = HEAD.replace(b"From: ", b"From: " + names + b"<").replace(
        b".example\nSubject: x", b".example>\nSubject: " + names * 4
    )
    head += lines + fill(b"Authentication-Results: mx.example; x\n", 3_000, 80)
    head += (
        b": y\nX: "
        + fill(b"x", bounds.HEAD_OCTETS - len(head) - 2000)
        + b"\nContent-Type: multipart/mixed; boundary=b\n\n"
    )
    parts_head = b"--b\nContent-Type: application/x" + b"; a*0*=x" * 45 + b"\n" + b"X: y\n" * (bounds.PART_HEADERS - 5)
    html = b"--b\nContent-Type: text/html\n\n" + fill(b"&" + b"a" * 31, bounds.TEXT_OCTETS, 0) + b"\n"
    lines_each = min(bounds.CALENDAR_LINES // 2 // bounds.EVENTS - 20, bounds.ATTENDEES - 1)
    events = b"".join(
        event(b"ATTENDEE;A=x:mailto:a@b.example\n" * lines_each + TIMES_BY_RULE) for _ in range(bounds.EVENTS)
    )
    answer = b"--b\nContent-Type: text/calendar; method=COUNTER\n\n" + vcalendar(zone_of_rules() + events, b"COUNTER")
    more = (parts_head + b"\nx\n") * (bounds.PARTS - 6)
    filled = fill(b"\n-", size - len(head) - len(more) - 2 * len(answer) - len(html), 200_000)
    return head + html + answer * 2 + more + parts_head + b"\n" + filled + b"\n--b--\n"


TIMES = b"DTSTART;TZID=a/b/c/d:20260111T000000\nDTEND;TZID=America/Argentina/Nowhere:20260111T000000\n"
RULE = (
    b"BEGIN:STANDARD\nDTSTART:19700101T000000\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\nTZOFFSETTO:+0%d00\n"
    b"END:STANDARD\n"
)


def zone_of_rules(count: int = 100) -> bytes:
    return b"BEGIN:VTIMEZONE\nTZID:X/1\n" + b"".join(RULE % (n % 9) for n in range(count)) + b"END:VTIMEZONE\n"


TIMES_BY_RULE = b"DTSTART;TZID=X/1:20260111T000000\nDURATION:PT1H\nRECURRENCE-ID;TZID=X/1:20260111T000000\n"


@shape("events in many zones")
def events_in_zones(size: int) -> bytes:
    zones = b"".join(b"BEGIN:VTIMEZONE\nTZID:X/%d\nEND:VTIMEZONE\n" % n for n in range(min(250, size // 200)))
    return events(size, TIMES, b"COUNTER", zones, lines=bounds.CALENDAR_LINES // 2 - 1000)


@shape("events in zones of many rules")
def events_in_rules(size: int) -> bytes:
    zone = zone_of_rules(min(100, size // 400))
    return events(size, TIMES_BY_RULE, b"COUNTER", zone, lines=bounds.CALENDAR_LINES // 2 - 1000)


# --- reports ----------------------------------------------------------------------------------------------------------

REPORT = HEAD + b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
STATUS = b"--b\nContent-Type: message/delivery-status\n\n"
RECIPIENT = b"\nFinal-Recipient: rfc822;a%d@b.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp;550 x\n"


def report(name: str, unit: bytes, numbered: bool = False, before: bytes = STATUS) -> None:
    def make(size: int) -> bytes:
        return REPORT + before + (counted(unit, size) if numbered else fill(unit, size)) + b"\n--b--\n"

    SHAPES[name] = make


report("recipients", RECIPIENT, numbered=True)
report("one recipient", b"\nFinal-Recipient: rfc822;a@b.example\nAction: failed\n")
report("a diagnostic code", b"x;", before=STATUS + b"\nFinal-Recipient: rfc822;a@b.example\nDiagnostic-Code: smtp;")
report("blocks of nothing", b"\n")
report("fields", b"X: y\n")
report("delivery statuses", STATUS + b"\nFinal-Recipient: rfc822;a@b.example\n\n", before=b"")
report("returned headers", b"Message-ID <\n", before=b"--b\nContent-Type: text/rfc822-headers\n\n")
report("a returned message", b"Received: x\n", before=b"--b\nContent-Type: message/rfc822\n\n")
report("returned messages", b"--b\nContent-Type: message/rfc822\n\nMessage-ID: <x@y.example>\n\nx\n", before=b"")


SIZES = (60_000, bounds.HEAD_OCTETS - 5000, 1_000_000, bounds.OCTETS - 5000)
"""At the bounds of single parts, and at that of a message."""


def main() -> None:
    """Of each shape the costliest size: processor time of this process, and what the message was taken for."""
    from adapters.inbound.message import read

    wanted = sys.argv[1:] or list(SHAPES)
    read(SHAPES["an answer with an attachment"](10_000))  # what is loaded on first use
    worst = []
    for name in wanted:
        spent = []
        for size in SIZES:
            data = SHAPES[name](size)[: bounds.OCTETS]
            began = time.process_time()
            reading = read(data)
            spent.append((time.process_time() - began, size, f"{reading.kind.value} {reading.reason[:60]}"))
        seconds, size, what = max(spent)
        worst.append((seconds, name))
        print(f"{seconds:8.3f} s  {size:>9,}  {name}: {what}", flush=True)
    print(f"{len(worst)} shapes; worst: {', '.join(f'{name} {spent:.3f} s' for spent, name in sorted(worst)[:-6:-1])}")


if __name__ == "__main__":
    main()

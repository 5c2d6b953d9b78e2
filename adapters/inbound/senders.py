"""Finds who sent a message, from its From and Sender lines (RFC 5322 sections 3.4, 3.6.2 and 4.4).

Programs read unusual From lines in different ways. One program checks the first address, and another shows the second.
So this module finds every address in the From lines, and lists what is unusual about them. models/post/incoming.py
decides whether that matters.
"""

import re
import unicodedata
from dataclasses import dataclass

from adapters.inbound import bounds
from adapters.inbound.mime import ENCODED_WORD, Part, text_of, words
from adapters.text import line_of_mail
from models.post.contacts import plain_address
from models.post.incoming import Disguise

NAMED = 10
"""The number of addresses of the From lines that the program keeps."""


@dataclass(frozen=True)
class Senders:
    """Who sent a message, and what is unusual about its From and Sender lines."""

    address: str
    """The address of the sender, in lower case. Empty if the From lines name no sender or several, or if they are
    unusual."""
    named: tuple[str, ...]
    """The addresses in the From lines, also those in names, comments and encoded words. It holds at most NAMED
    addresses."""
    disguises: tuple[Disguise, ...]
    """What is unusual about the From and Sender lines. Empty if they are as usual."""
    submitter: str
    """The address in the Sender line. Empty if there is no such line, if it names the sender, or if it does not hold
    exactly one address."""


def senders(message: Part) -> Senders:
    """Returns who sent the message, and what is unusual about its From and Sender lines."""
    lines = message.all("from")
    found: list[str] = []
    odd: set[Disguise] = set()
    if len(lines) > 1:
        odd.add(Disguise.TWO_LINES)
    for line in lines[:2]:
        addresses, more = _read(line)
        found += addresses
        odd |= more
    if len(found) > 1:
        odd.add(Disguise.SEVERAL)
    address = found[0] if len(found) == 1 and not odd else ""
    submitter, doubtful = _submitter(message.all("sender"), address)
    if doubtful:
        odd.add(Disguise.SENDER)
    named = dict.fromkeys(each for line in lines[:2] for each in _named(line))
    return Senders(address, tuple(named)[:NAMED], tuple(sorted(odd)), submitter)


def _submitter(lines: list[bytes], address: str) -> tuple[str, bool]:
    """Returns the address in Sender if it is not that in From, and whether the line is anything but one address."""
    if not any(line.strip() for line in lines):
        return "", False
    found, odd = _read(lines[0])
    if len(lines) > 1 or len(found) != 1 or odd:
        return "", True
    return (found[0] if found[0] != address else ""), False


def _read(line: bytes) -> tuple[list[str], set[Disguise]]:
    """Returns the addresses of one line in lower case, and what is unusual about the line."""
    text = text_of(line[: bounds.FROM + 1])
    odd = {Disguise.LONG} if len(line) > bounds.FROM else set()
    if any(unicodedata.category(c) == "Cc" and c not in "\n\t" for c in text):
        odd.add(Disguise.CONTROL)
    specs, more = _specs(text)
    odd |= more
    found = []
    for spec in specs:
        address = plain_address(spec)
        if address:
            found.append(address)
        elif not spec.isascii():
            odd.add(Disguise.FOREIGN)
        elif "@" in spec:
            odd.add(Disguise.TORN)
    return found, odd


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|\\.|[^"\\()<>,;:]++|.', re.DOTALL)
_IN_COMMENT = re.compile(r"\\.|[()]", re.DOTALL)


def _specs(text: str) -> tuple[list[str], set[Disguise]]:
    """Returns the address of each mailbox as it is written, and what is unusual about the syntax."""
    specs: list[str] = []
    odd: set[Disguise] = set()
    phrase, angle = "", None
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        assert match is not None
        token, at = match.group(), match.end()
        if token == "(":
            at = _after_comment(text, at)
            if at < 0:
                return specs, odd | {Disguise.TORN}
            phrase += " "
        elif token == "<":
            end = text.find(">", at)
            if end < 0 or angle is not None:
                return specs, odd | {Disguise.TORN}
            angle, at = text[at:end].strip(), end + 1
            if angle.startswith("@") and ":" in angle:
                odd.add(Disguise.ROUTE)
                angle = angle.rpartition(":")[2].strip()
            phrase = ""
        elif token in (",", ";"):
            if token == ";":
                odd.add(Disguise.GROUP)
            specs += _spec(phrase, angle, odd)
            phrase, angle = "", None
        elif token == ":":
            odd.add(Disguise.GROUP)
            phrase = ""
        elif token in (")", ">", '"', "\\"):
            odd.add(Disguise.TORN)
        else:
            phrase += token
    return specs + _spec(phrase, angle, odd), odd


def _spec(phrase: str, angle: str | None, odd: set[Disguise]) -> list[str]:
    phrase = phrase.strip()
    if angle is None:
        return [phrase] if phrase else []
    if phrase:
        odd.add(Disguise.TORN)  # words after the address
    return [angle] if angle else []


def _after_comment(text: str, at: int) -> int:
    """Returns the place behind the comment that is open here, or -1 if the comment does not end."""
    depth = 1
    for match in _IN_COMMENT.finditer(text, at):
        if match.group() == "(":
            depth += 1
        elif match.group() == ")":
            depth -= 1
            if depth == 0:
                return match.end()
    return -1


_BETWEEN = re.compile(r"[\s<>()\",;:\[\]\\]+")


def _named(line: bytes) -> list[str]:
    """Returns everything in a line that looks like an address."""
    text = text_of(line[: bounds.FROM])
    found = []
    for each in (ENCODED_WORD.sub(" ", text), words(text)):
        for token in _BETWEEN.split(each):
            local, _, domain = token.strip(".'").partition("@")
            if local and domain:
                address = f"{local}@{domain}"
                found.append(plain_address(address) or line_of_mail(address, bounds.ADDRESS))
    return found

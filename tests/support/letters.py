"""Reads a mail as a mail program does: headers, MIME tree, words."""

import email
import email.header
import email.policy
import html
import re
from collections.abc import Iterator
from email.message import EmailMessage, Message
from pathlib import Path
from typing import Any

from adapters.mail.compose import compose
from adapters.program_folders import TEMPLATES
from models.post.contacts import Contacts
from models.post.despatch import Despatch
from tests.support.mail_samples import contacts


def composed(what: Despatch, who: Contacts | None = None, templates: Path = TEMPLATES) -> bytes:
    return compose(what, who or contacts(), templates)


def read(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    for part in message.walk():
        assert not part.defects
    return message


def body(data: bytes, kind: str = "plain") -> str:
    part = read(data).get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def decoded(data: bytes, name: str = "Subject") -> str:
    """A decoded header. By RFC 2047 section 6.2 it has no space between encoded words. Python's newer decoder keeps
    one."""
    raw = email.message_from_bytes(data)[name]
    return str(email.header.make_header(email.header.decode_header(re.sub(r"\r?\n ", " ", raw))))


def check_wire(data: bytes) -> None:
    assert b"\n" not in data.replace(b"\r\n", b"") and b"\r" not in data.replace(b"\r\n", b"")
    assert data.isascii()
    head, _, rest = data.partition(b"\r\n\r\n")
    assert all(len(line) <= 78 for line in head.split(b"\r\n"))
    assert all(len(line) <= 998 for line in rest.split(b"\r\n"))


def tree(part: Message) -> Any:
    if not part.is_multipart():
        return part.get_content_type()
    children: Iterator[Any] = iter(part.get_payload())  # type: ignore[arg-type]
    return part.get_content_type(), [tree(child) for child in children]


def flat(text: str) -> str:
    """The text without markup and line ends."""
    return re.sub(r"\s+", " ", html.unescape(re.sub("<[^>]*>", "", text)))

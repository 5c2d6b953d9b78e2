"""Reads a calendar object as bytes: its content lines and the values of a property. It also checks lines by RFC
5545."""

import re


def lines(data: bytes) -> list[str]:
    """The unfolded content lines."""
    return data.replace(b"\r\n ", b"").decode().split("\r\n")


def values(data: bytes, name: str) -> list[str]:
    return [line for line in lines(data) if re.match(rf"{name}[;:]", line)]


def check_wire(data: bytes) -> None:
    """Checks lines and line ends by RFC 5545 section 3.1."""
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"\r" not in data.replace(b"\r\n", b"")
    for line in data.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()  # a split UTF-8 sequence would raise
    assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", data)

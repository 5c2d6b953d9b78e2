"""Applies the strict checks to every mail and calendar object that the tests generate.

tests/conftest.py imports this module before all others of ours. It wraps the functions that write calendar objects and
mails, so that the output of every test is checked. It stores a fault and does not raise it, because an activity would
try again. After each test the fixture in conftest asks for the faults, and checks the mails that other processes have
written.
"""

import functools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from adapters.calendar import event_object, merging
from tests.support.wire import mail, objects
from tests.support.wire.objects import Fault
from tests.support.wire.readers import faults_of_readers

# What others write lies there too: answers, and letters that came back.
_OURS = re.compile(rb"\A(?:[!-9;-~]+:[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*)*Message-ID: <[0-9a-f]{40}@")

_faults: list[str] = []
_judged: set[int] = set()
counts = {"objects": 0, "mails": 0}


def _keep(what: str, data: bytes, found: list[Fault]) -> None:
    _faults.extend(f"{what}: {fault.check}: {fault.what}\n{data.decode(errors='replace')[:3000]}" for fault in found)


def judge_object(data: bytes, merged: bool = False) -> None:
    if hash(data) in _judged:
        return
    _judged.add(hash(data))
    counts["objects"] += 1
    found = objects.faults(data, merged)
    if not found and not merged:
        found += faults_of_readers(data)
    _keep("calendar object", data, found)


def judge_mail(data: bytes) -> None:
    if hash(data) in _judged:
        return
    _judged.add(hash(data))
    counts["mails"] += 1
    found = mail.faults(data)
    _keep("mail", data, found)
    calendar = None if found else mail.calendar_of(data)
    if calendar is not None:
        judge_object(calendar)


def judge_folder(folder: Path) -> None:
    """Checks the letters that processes have written into a folder: in an archive, or in the mailboxes of a spool."""
    for path in folder.rglob("*.eml"):
        data = path.read_bytes()
        if path.parent.parent.name == "letters" or _OURS.search(data):
            judge_mail(data)


def faults() -> Iterator[str]:
    while _faults:
        yield _faults.pop(0)


def _judged_by(judge: Callable[[bytes], None], function: Callable[..., bytes]) -> Callable[..., bytes]:
    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> bytes:
        data = function(*args, **kwargs)
        judge(data)
        return data

    return wrapped


def install() -> None:
    """Wraps the functions. Call it before the modules that compose, publish and despatch are imported, because they
    import the functions by name."""
    event_object.calendar_object = _judged_by(judge_object, event_object.calendar_object)
    event_object.declined_counter = _judged_by(judge_object, event_object.declined_counter)
    merging.merged = _judged_by(functools.partial(judge_object, merged=True), merging.merged)
    from adapters.mail import compose

    compose.compose = _judged_by(judge_mail, compose.compose)


install()

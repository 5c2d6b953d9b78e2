"""What an office was sent in a time that Temporal has lost.

Where Temporal was put back to an older state, a post room decides again what it has decided already, and would send it
again under a new key. Beside each archived letter lies a note, written once the letter had gone: which notices it
carried. Within one life of a post room the numbers of its despatches only rise; so a letter of an earlier instant with
the number of this despatch or a higher one is of a time that was lost, and what it said need not be said again.
"""

import json
import logging
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from adapters.files.durable import write_durably
from models.common.values import write_instant
from models.post.despatch import Despatch

_log = logging.getLogger(__name__)

_NAME = re.compile(r"-(\d+)\.[0-9a-f]{12}\.sent\.json$")
_KEY = re.compile(r"[^/]+/([^/]+Z)/(\d+)")


def note_sent(archive: Path, despatch: Despatch, message_id: str) -> None:
    """Notes beside an archived letter that it has gone. A note that cannot be written changes nothing about that."""
    letter = despatch.announcement is None
    told = {"key": despatch.key, "message_id": message_id, "letter": letter, "said": _said(despatch)}
    try:
        write_durably(_note(archive), json.dumps(told).encode())
    except OSError as error:
        _log.warning("no note of %s: %s", archive, error)


def sent_before(archive: Path, despatch: Despatch) -> str | None:
    """The Message-ID of the letter that has said everything that is new in a despatch; None where it is still to go.

    A notice is the same where its key and the instant at which it was due are: an act that is taken anew asks anew. A
    letter in which nothing is new is the periodical one: it is not due again before its period has passed.
    """
    notes = list(_lost(archive, despatch))
    new = {key: at for key, at in _said(despatch).items() if key not in despatch.repeated}
    if new:
        said = {(key, at): note["message_id"] for note in notes for key, at in note["said"].items()}
        ids = [said.get(each) for each in new.items()]
        return ids[-1] if all(ids) else None
    since = despatch.at - despatch.period
    recent = [note["message_id"] for note in notes if note["letter"] and _instant(note["key"]) > since]
    return str(recent[-1]) if recent else None


def _lost(archive: Path, despatch: Despatch) -> Iterator[dict[str, Any]]:
    """The notes of letters that went in a time that was lost, oldest first."""
    ours, folder = _KEY.fullmatch(despatch.key), archive.parent
    if ours is None or not folder.is_dir():
        return
    for path in sorted(folder.glob("*.sent.json")):
        number = _NAME.search(path.name)
        if number is None or int(number[1]) < int(ours[2]):
            continue
        try:
            note = json.loads(path.read_bytes())
        except (OSError, ValueError) as error:
            _log.warning("%s cannot be read: %s", path, error)
            continue
        if note["key"] != despatch.key and _instant(note["key"]) < despatch.at:
            yield note


def _instant(key: str) -> datetime:
    return datetime.fromisoformat(key.split("/")[1])


def _said(despatch: Despatch) -> dict[str, str]:
    words = (despatch.announcement,) if despatch.announcement else despatch.notices
    return {word.key: write_instant(word.at) for word in words}


def _note(archive: Path) -> Path:
    return archive.with_name(archive.name.removesuffix(".eml") + ".sent.json")

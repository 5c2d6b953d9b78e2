"""Notes about sent mails. They show which mails went in a time that Temporal has lost.

After a rewind a post room decides again what it had decided before, and would send the same words under a new key. To
prevent this, the program writes a note beside each archived mail after the mail has gone. The note says which notices
the mail carried. The numbers of a post room's despatches only rise. So if a mail has an earlier instant than this
despatch, and its number or a higher one, that mail is from the lost time, and the office knows already what it says.
"""

import hashlib
import json
import logging
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from adapters.files.durable import write_durably
from adapters.files.record_file import record_error
from models.common.ids import safe_item_id
from models.common.values import write_instant
from models.messages.notices import Announcement, Notice
from models.post.despatch import Despatch

_log = logging.getLogger(__name__)

_NAME = re.compile(r"-(\d+)\.[0-9a-f]{12}\.sent\.json$")
_KEY = re.compile(r"[^/]+/([^/]+Z)/(\d+)")


def archive_file(root: Path, despatch: Despatch) -> Path:
    """Returns the path of the file that archives a despatch. People can read its name, and a digest at the end keeps
    two keys apart that differ only in punctuation.

    Raises a non-retryable ApplicationError (type Record) if the plan and the office cannot form a safe path.
    """
    if not safe_item_id(f"{despatch.plan}/{despatch.office}"):
        raise record_error(f"{despatch.office!r} cannot name a folder")
    legible = re.sub(r"[^A-Za-z0-9._-]+", "-", despatch.key).strip(".-")[:120] or "letter"
    digest = hashlib.sha256(despatch.key.encode()).hexdigest()[:12]
    return root / despatch.plan / "letters" / despatch.office / f"{legible}.{digest}.eml"


def note_sent(archive: Path, despatch: Despatch, message_id: str) -> None:
    """Writes a note beside an archived mail, after the mail was sent. If the note cannot be written, the program only
    logs a warning."""
    letter = despatch.announcement is None
    told = {"key": despatch.key, "message_id": message_id, "letter": letter, "said": _said(despatch)}
    told["items"] = list(dict.fromkeys(word.item for word in _told(despatch)))
    try:
        write_durably(_note(archive), json.dumps(told).encode())
    except OSError as error:
        _log.warning("no note of %s: %s", archive, error)


def noted_as_sent(archive: Path, despatch: Despatch) -> str | None:
    """Returns the Message-ID of an archived mail if a note beside it says that the mail of this very despatch was sent.
    None if there is no such note, or if it cannot be read."""
    try:
        note = json.loads(_note(archive).read_bytes())
        return str(note["message_id"]) if note["key"] == despatch.key else None
    except FileNotFoundError:
        return None
    except (OSError, ValueError, LookupError, TypeError) as error:
        _log.warning("%s cannot be read: %s", _note(archive), error)
        return None


def sent_before(archive: Path, despatch: Despatch) -> str | None:
    """Returns the Message-ID of a mail from the lost time, if such mails have said everything that is new in this
    despatch. None if something is not said yet. The despatch must then go.

    A notice is the same if its key and its instant are the same. An act that was taken again after the rewind has
    another instant, so its notices are new. If nothing in the despatch is new, the despatch is a routine
    letter. The result is then the last letter from the lost time that is less than one despatch period old, or None.
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
    """The notes of mails that went in the lost time, oldest first."""
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
    return {word.key: write_instant(word.at) for word in _told(despatch)}


def _told(despatch: Despatch) -> Sequence[Announcement | Notice]:
    return (despatch.announcement,) if despatch.announcement else despatch.notices


def _note(archive: Path) -> Path:
    return archive.with_name(archive.name.removesuffix(".eml") + ".sent.json")

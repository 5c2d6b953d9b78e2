"""The commands with which a person at a command line does what is awaited of an office. Letters hold no commands."""

from collections.abc import Iterator

from models.messages.views import AwaitedRow, ItemView

_AWAITED = {
    "propose-date": "propose {item} date --start YYYY-MM-DDTHH:MM --zone ZONE --for 3h --as {office}",
    "propose-host": "propose {item} host SIDE --as {office}",
    "answer": 'accept {item} --proposal {proposal} --as {office}   (or reject --reason "...", or counter)',
    "mark": "held {item} --as {office}   (or not-held)",
    "outcome": 'outcome {item} --text "..." --as {office}',
    "report": 'evidence {item} --text "reported to ... on ..." --as {office}',
    "evidence": "evidence {item} --file signed.pdf --as {office}",
    "agree": 'agree {item} --as {office}   (or dispute {item} --reason "...")',
    "close": "close {item} --as {office}",
    "progress": 'progress {item} limited --note "..." --as {office}   '
    "(or not-started, substantial, complete, no-evidence)",
    "settle": "propose {item} answer QUESTION VALUE --as {office}",
}
"""Templates of commands, by awaited act."""

_RECTIFICATION = 'accept {item} --proposal {proposal} --as {office}   (or reject --reason "...")'
"""The template for a rectification, which has no counter-proposal."""


def commands_of(view: ItemView) -> list[str]:
    """Returns the commands of the acts that are open now. For each awaited act, they name the coordinator of each side
    that is asked. After them comes `regret`, if a date is agreed. An act without a command is left out. For example, an
    address is corrected in a file."""
    rows = [row for row in view.awaiting if row.act in _AWAITED and row.rung == 1]
    found = [command for row in rows for command in _commands_of(view, row)]
    if view.status == "scheduled":
        found.append(f'regret {_name(view)} --reason "..." --as OFFICE')
    return list(dict.fromkeys(found))


def _commands_of(view: ItemView, row: AwaitedRow) -> Iterator[str]:
    """The commands of one awaited act: one for each open proposal that the office has not consented to, or one."""
    numbers = [
        each["number"]
        for each in view.proposals
        if each["status"] == "open" and all(consent["office"] != row.office for consent in each["consents"])
    ]
    for number in numbers if row.act == "answer" else [0]:
        command = _RECTIFICATION if row.act == "answer" and view.rectifies else _AWAITED[row.act]
        yield command.format(item=_name(view), office=row.office, proposal=number)


def _name(view: ItemView) -> str:
    """The name of the item as a person types it, without its plan. The plan itself is `plan`."""
    return view.id.partition("/")[2] or "plan"

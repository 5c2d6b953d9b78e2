"""The commands that a letter shows. A person who enters answers at a command line can type them."""

from models.messages.notices import Announcement, Notice

_AWAITED = {
    "propose-date": "propose {item} date --start YYYY-MM-DDTHH:MM --zone ZONE --for PT3H --as {office}",
    "propose-host": "propose {item} host --host SIDE --as {office}",
    "answer": "accept {item} --proposal {proposal} --as {office}   (or reject, or counter)",
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

_SUGGESTED = {
    "accept": "accept {item} --proposal {proposal} --as {office}",
    "withdraw": "withdraw {item} --proposal {proposal} --as {office}",
    "regret": 'regret {item} --reason "..." --as {office}',
}
"""Templates of commands, by the verb that an announcement suggests."""


def commands_of(notices: list[Notice], office: str) -> list[str]:
    """Returns one command for each verb of the notices. If one notice has the verb, the command names its item. If
    several notices have it, the command says ITEM, or answers the full round from a file. An act without a command is
    left out. For example, an address is corrected in a file."""
    by: dict[str, list[Notice]] = {}
    for notice in notices:
        by.setdefault(notice.verb, []).append(notice)
    return [_command(verb, group, office) for verb, group in by.items() if verb in _AWAITED]


def _command(verb: str, group: list[Notice], office: str) -> str:
    if verb == "progress" and len(group) > 1:
        return f"round --answer FILE.csv --as {office}"
    one = len(group) == 1
    proposal = group[0].proposal
    number = str(proposal.number) if one and proposal is not None else "NUMBER"
    return _AWAITED[verb].format(item=group[0].item if one else "ITEM", office=office, proposal=number)


def command_suggested(word: Announcement) -> str:
    """Returns the command of the act that an announcement suggests. Empty if the announcement suggests no act."""
    if word.suggests is None:
        return ""
    template = _SUGGESTED[word.suggests.verb]
    return template.format(item=word.item, office=word.office, proposal=word.suggests.proposal)

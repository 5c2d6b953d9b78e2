"""The acts that a letter asks for, as commands: for whoever enters answers at a command line."""

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
"""By awaited act."""

_SUGGESTED = {
    "accept": "accept {item} --proposal {proposal} --as {office}",
    "withdraw": "withdraw {item} --proposal {proposal} --as {office}",
    "regret": 'regret {item} --reason "..." --as {office}',
}
"""By the verb that an announcement suggests."""


def commands_of(notices: list[Notice], office: str) -> list[str]:
    """The command of each kind of act, once: with its item where there is one, else with ITEM in its place. What a
    command does not answer (an address is corrected in a file) has none."""
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
    """The command of the act that an announcement suggests; empty where it suggests none."""
    if word.suggests is None:
        return ""
    template = _SUGGESTED[word.suggests.verb]
    return template.format(item=word.item, office=word.office, proposal=word.suggests.proposal)

"""What commands there are: under which heading, where they are defined, and how their help begins.

The help of the program is made from this table alone, so that a command is imported only when it is called. A test
compares the table with the commands themselves.
"""

from typing import NamedTuple


class Listed(NamedTuple):
    """A command as the help of the program lists it."""

    name: str
    defined: str
    """MODULE:FUNCTION below `cli.commands`."""
    summary: str
    """The first paragraph of the function's docstring, line for line."""


HEADINGS: dict[str, tuple[Listed, ...]] = {
    "Running": (
        Listed(
            "up",
            "up:up",
            "Run everything here: Temporal with its UI, a calendar server, a mail spool, the worker; launch the plan.",
        ),
        Listed(
            "launch",
            "launch:launch",
            "Launch a plan on the Temporal that is configured, or that `up` runs. Once: afterwards it "
            "changes by consent.",
        ),
        Listed(
            "demo",
            "demo:demo",
            "Two sessions with rotating hosts in about a minute: one that all answer, one that climbs to "
            "the ministers.",
        ),
        Listed(
            "ingest",
            "ingest:ingest",
            "Take in mail that came to the organizer: answers to invitations, mail that came back, letters.",
        ),
    ),
    "Reading": (
        Listed(
            "status",
            "status:status",
            "What is open, what is awaited of whom since when and at which rung, and what comes next.",
        ),
        Listed(
            "show",
            "show:show",
            "One item, exactly: proposals, ledger, calendar UID and SEQUENCE, what is awaited.",
        ),
        Listed(
            "inbox",
            "inbox:inbox",
            "Mail that needs a person: who wrote, when, about what, and why a person is needed. Needs no server.",
        ),
        Listed(
            "register",
            "register:register",
            "Every provision and obligation in the plan file: what the text says, and what is assumed. "
            "Needs no server.",
        ),
        Listed(
            "schema",
            "schema:schema",
            "The JSON schema of plan files, of their parts or of contacts files: editors check by it. Needs no server.",
        ),
        Listed(
            "turns",
            "turns:turns",
            "Who hosts next, and why; and every turn so far: owed, served, swapped, forfeited.",
        ),
        Listed(
            "amendments",
            "amendments:amendments",
            "Amendments of the plan: in force, with the text that each took the place of and when that "
            "was in force; and open\n"
            "proposals, with who has consented.",
        ),
        Listed(
            "round",
            "round:round_",
            "A status round, whole: every commitment that was asked, and what each side answered (B.2).",
        ),
        Listed(
            "days",
            "days:days",
            "Days on which every side of an item works, and the public holidays between them.",
        ),
        Listed(
            "why",
            "why:why",
            "What became of each notice to an office or about an item, and why; and each that was not "
            "sent, with its reason.",
        ),
        Listed(
            "report",
            "report:report",
            "The progress report to the governments: by pillar and article, what is done, in progress, "
            "missed or without\n"
            "evidence; turns, amendments, what is awaited of whom.",
        ),
        Listed(
            "timeline",
            "timeline:timeline",
            "The whole plan as one drawing (SVG, for A3): by pillar, what is due when, agreed dates, "
            "held, missed, turns.",
        ),
        Listed(
            "rehearse",
            "rehearse:rehearse",
            "Every notice and every letter that would be decided, when, to whom, about what, why and at which rung.",
        ),
    ),
    "Acting (always --as OFFICE)": (
        Listed(
            "propose",
            "propose:propose",
            "Propose a date, a host, a postponement, a longer window, to excuse or drop the item, or the "
            "answer to an open\n"
            "question; of `plan`, an amendment. Answers with its number.",
        ),
        Listed(
            "accept",
            "acts:accept",
            "Consent to a proposal for your side. The last consent makes it binding.",
        ),
        Listed(
            "reject",
            "acts:reject",
            "Reject a proposal; its proposer is told, with the reason.",
        ),
        Listed(
            "counter",
            "propose:counter",
            "Answer a proposal with another one. Refused if it is no longer the newest.",
        ),
        Listed(
            "withdraw",
            "acts:withdraw",
            "Take back a proposal of your own side.",
        ),
        Listed(
            "regret",
            "acts:regret",
            "Your side cannot come: the event is cancelled at once, and a new date is awaited.",
        ),
        Listed(
            "held",
            "acts:held",
            "Mark a meeting held. Another side may dispute it until it is closed out.",
        ),
        Listed(
            "not-held",
            "acts:not_held",
            "Mark that it did not take place: a new date is awaited.",
        ),
        Listed(
            "dispute",
            "acts:dispute",
            "Dispute what another side marked or filed, until the close-out.",
        ),
        Listed(
            "outcome",
            "acts:outcome",
            "File the outcome of a meeting: a text, a document, or both.",
        ),
        Listed(
            "evidence",
            "acts:evidence",
            "Give the evidence that closes a commitment, or put a report to the higher authority on record.",
        ),
        Listed(
            "close",
            "acts:close",
            "Close an item out: outcome or evidence is on record, and nothing is disputed.",
        ),
        Listed(
            "progress",
            "acts:progress",
            "Answer a status round: how far a commitment has come. For many at once, see `round --answer`.",
        ),
        Listed(
            "call",
            "acts:call",
            "Call a session of what nothing dates, or pull the trigger of what is dormant, with its stated necessity.",
        ),
    ),
}
"""By heading, in the order in which the help shows them."""

COMMANDS = {each.name: each for listed in HEADINGS.values() for each in listed}
"""By name."""

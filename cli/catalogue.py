"""All commands: the heading of each in the help, the function that defines it, and the first paragraph of its help.

The program makes its help from this table alone, so it imports a command only when somebody calls it. A test compares
the table with the commands.
"""

from typing import NamedTuple


class Listed(NamedTuple):
    """A command as the help of the program lists it."""

    name: str
    defined: str
    """Where the function of the command is, as MODULE:FUNCTION. The module is in `cli.commands`."""
    summary: str
    """The first paragraph of the function's docstring, line for line."""


HEADINGS: dict[str, tuple[Listed, ...]] = {
    "Running": (
        Listed(
            "up",
            "up:up",
            "Run Temporal with its UI, a calendar server, a mail spool and the worker here, and launch the plan.",
        ),
        Listed(
            "launch",
            "launch:launch",
            "Launch a plan, once, on the configured Temporal or on that of `up`. Afterwards the plan changes "
            "by consent.",
        ),
        Listed(
            "demo",
            "demo:demo",
            "Play two sessions with rotating hosts in a minute. All answer the first; the second climbs to "
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
            "Show what is awaited of which office, by when, since when and at which rung, and what comes next: one "
            "screen.",
        ),
        Listed(
            "show",
            "show:show",
            "Show everything about one item: proposals, ledger, calendar UID and SEQUENCE, what is awaited.",
        ),
        Listed(
            "offices",
            "offices:offices",
            "List the offices of the plan: title, side, who stands in now, and whether mail reaches them.",
        ),
        Listed(
            "inbox",
            "inbox:inbox",
            "List mail that needs a person: who wrote, when, about what, and why a person is needed. Needs no server.",
        ),
        Listed(
            "register",
            "register:register",
            "List every provision and obligation of the plan file: what the text says, and what is assumed. "
            "Needs no server.",
        ),
        Listed(
            "schema",
            "schema:schema",
            "Print the JSON schema of plan files, parts or contacts files. Editors check files with it. "
            "Needs no server.",
        ),
        Listed(
            "turns",
            "turns:turns",
            "Show who hosts next, and why. Also show every turn so far: owed, served, swapped, forfeited.",
        ),
        Listed(
            "amendments",
            "amendments:amendments",
            "List the amendments in force, with the earlier text of each and its time in force. Also list the "
            "open proposals,\n"
            "with the sides that have consented.",
        ),
        Listed(
            "round",
            "round:round_",
            "Show one status round: every item that it asks about, and the answers of each side (B.2).",
        ),
        Listed(
            "days",
            "days:days",
            "List the days on which every side of an item works, and the public holidays between them.",
        ),
        Listed(
            "why",
            "why:why",
            "Show what became of each notice to an office or about an item, and why. Also show why others "
            "were not sent.",
        ),
        Listed(
            "report",
            "report:report",
            "Write the progress report to the governments: by pillar and article, what is done, in progress, "
            "missed or without\n"
            "evidence. It also lists turns, amendments, and what is awaited of which office.",
        ),
        Listed(
            "timeline",
            "timeline:timeline",
            "Draw the full plan on one sheet (SVG, for A3): by pillar, windows, agreed dates, what was held or "
            "missed, turns.",
        ),
        Listed(
            "rehearse",
            "rehearse:rehearse",
            "List every notice and letter that the program would decide: when, to whom, about what, why, at "
            "which rung.",
        ),
    ),
    "Acting (always --as OFFICE)": (
        Listed(
            "propose",
            "propose:propose",
            "Propose a date, a host, a postponement, a longer window, an excuse, a drop, or the answer to an "
            "open question.\n"
            "For `plan`, propose an amendment. The command prints the number of the proposal.",
        ),
        Listed(
            "accept",
            "acts:accept",
            "Consent to a proposal for your side. The last consent makes it binding.",
        ),
        Listed(
            "reject",
            "acts:reject",
            "Reject a proposal. Its proposer learns the reason.",
        ),
        Listed(
            "counter",
            "propose:counter",
            "Answer a proposal with another one. Refused if a newer proposal took its place.",
        ),
        Listed(
            "withdraw",
            "acts:withdraw",
            "Take back a proposal of your own side.",
        ),
        Listed(
            "regret",
            "acts:regret",
            "Say that your side cannot come. The event is cancelled at once, and a new date is awaited.",
        ),
        Listed(
            "held",
            "acts:held",
            "Mark a meeting as held, or correct your own side's mark. Another side may dispute it.",
        ),
        Listed(
            "not-held",
            "acts:not_held",
            "Mark a meeting as not held, or correct your own side's mark. A new date is then awaited.",
        ),
        Listed(
            "dispute",
            "acts:dispute",
            "Dispute what another side marked or filed, until the close-out.",
        ),
        Listed(
            "outcome",
            "acts:outcome",
            "File the outcome of a meeting, or correct your own: a text, a document, or both.",
        ),
        Listed(
            "evidence",
            "acts:evidence",
            "Give the evidence that closes a commitment, or put a report to the higher authority on record.",
        ),
        Listed(
            "agree",
            "acts:agree",
            "Agree to what another side put on record. Once every other side agrees, the item is closed.",
        ),
        Listed(
            "close",
            "acts:close",
            "Close an item out that has one side alone. Elsewhere the sides agree, or keep silence.",
        ),
        Listed(
            "progress",
            "acts:progress",
            "Answer a status round: say how far an item has come. For many answers at once, see `round --answer`.",
        ),
        Listed(
            "call",
            "acts:call",
            "Call an item, or a session of a series, that no window dates. Say with --reason why it is necessary.",
        ),
        Listed(
            "rectify",
            "rectify:rectify",
            "Propose to put right the record of a closed item. Every other side must accept; the record itself stays.",
        ),
    ),
}
"""The commands under each heading, in the order in which the help shows them."""

COMMANDS = {each.name: each for listed in HEADINGS.values() for each in listed}
"""Every command, by its name."""

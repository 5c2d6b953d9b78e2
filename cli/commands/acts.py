"""The verbs short of `propose` and `counter`: each is a few lines, what an office says of an item."""

from pathlib import Path
from typing import Annotated

import typer

from cli.arguments import in_zone, wall_time
from cli.desk import Desk, FormatOption, PlaceOption, ProposalOption, ReasonOption, ZoneOption, verb
from cli.errors import BadUsage
from cli.filing import document_of, keep_document
from cli.submitting import rehearse
from models.messages import acts
from models.messages.acts import Act

TextOption = Annotated[str, typer.Option("--text", help="The text itself.")]
FileOption = Annotated[
    Path | None, typer.Option("--file", help="A document, kept with the record.", exists=True, dir_okay=False)
]


@verb
async def accept(desk: Desk, proposal: ProposalOption) -> Act:
    """Consent to a proposal for your side. The last consent makes it binding."""
    return acts.Accept(**desk.fields(), proposal=proposal)


@verb
async def reject(desk: Desk, proposal: ProposalOption, reason: ReasonOption = "") -> Act:
    """Reject a proposal; its proposer is told, with the reason."""
    return acts.Reject(**desk.fields(), proposal=proposal, reason=reason)


@verb
async def withdraw(desk: Desk, proposal: ProposalOption) -> Act:
    """Take back a proposal of your own side."""
    return acts.Withdraw(**desk.fields(), proposal=proposal)


@verb
async def regret(desk: Desk, reason: ReasonOption = "") -> Act:
    """Your side cannot come: the event is cancelled at once, and a new date is awaited."""
    return acts.Regret(**desk.fields(), reason=_given(reason))


@verb
async def held(
    desk: Desk,
    style: FormatOption = None,
    place: PlaceOption = "",
    on: Annotated[str | None, typer.Option("--on", help="The day it was really held, if not the agreed one.")] = None,
    zone: ZoneOption = None,
) -> Act:
    """Mark a meeting held. Another side may dispute it until it is closed out.

    held 16.3-jtc/2026 --format hybrid --place Vientiane --as lao-moic
    """
    day = None
    if on is not None:
        day = in_zone(wall_time(on, "--on", day=True), zone or (await desk.here.plan_in_force()).zone, "--on")
    return acts.Held(**desk.fields(), format=style, place=place, on=day)


@verb
async def not_held(desk: Desk, reason: ReasonOption = "") -> Act:
    """Mark that it did not take place: a new date is awaited."""
    return acts.NotHeld(**desk.fields(), reason=reason)


@verb
async def dispute(desk: Desk, reason: ReasonOption = "") -> Act:
    """Dispute what another side marked or filed, until the close-out."""
    return acts.Dispute(**desk.fields(), reason=_given(reason))


@verb
async def outcome(desk: Desk, text: TextOption = "", file: FileOption = None) -> Act:
    """File the outcome of a meeting: a text, a document, or both."""
    return await _filing(desk, acts.Outcome, text, file)


@verb
async def evidence(desk: Desk, text: TextOption = "", file: FileOption = None) -> Act:
    """Give the evidence that closes a commitment, or put a report to the higher authority on record."""
    return await _filing(desk, acts.Evidence, text, file)


@verb
async def close(
    desk: Desk, note: Annotated[str, typer.Option("--note", help="A last word for the record.")] = ""
) -> Act:
    """Close an item out: outcome or evidence is on record, and nothing is disputed."""
    return acts.Close(**desk.fields(), note=note)


@verb
async def progress(
    desk: Desk,
    state: Annotated[acts.ProgressState, typer.Argument(help="How far it has come.")],
    note: Annotated[str, typer.Option("--note", help="In a few words, what was done or what is missing.")] = "",
) -> Act:
    """Answer a status round: how far a commitment has come. For many at once, see `round --answer`.

    progress 20.2-media substantial --note "two exchanges of news teams in 2025" --as lao-mict
    """
    return acts.Progress(**desk.fields(), state=state, note=note)


@verb
async def call(desk: Desk, reason: ReasonOption = "") -> Act:
    """Call a session of what nothing dates, or pull the trigger of what is dormant, with its stated necessity.

    call 6.2-drugs-adhoc --reason "a new route over the Sekong was found" --as khm-moi
    """
    return acts.Call(**desk.fields(), reason=_given(reason))


def _given(reason: str) -> str:
    if not reason.strip():
        raise BadUsage("missing-option", "say why, with --reason")
    return reason


async def _filing(desk: Desk, act: type[acts.Outcome | acts.Evidence], text: str, file: Path | None) -> Act:
    if not text.strip() and file is None:
        raise BadUsage("missing-option", "give --text or --file")
    document, content = document_of(file)
    made = act(**desk.fields(), text=text, document=document)
    if document is not None and not desk.dry_run:
        # A refused act leaves nothing behind: it is asked first, and kept before the item refers to it.
        await rehearse(desk.here, desk.item, made)
        await keep_document(desk.here, document, content)
    return made

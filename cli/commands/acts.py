"""All verbs except `propose` and `counter`. Each function makes the act of one verb from the options of that verb."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.acting import ActingCommand, FormatOption, PlaceOption, ProposalOption, ReasonOption, ZoneOption, verb
from cli.arguments import in_zone, wall_time
from cli.documents import document_of, keep_document
from cli.errors import BadUsage
from cli.submitting import rehearse
from models.messages import acts
from models.messages.acts import Act, RecordedFact

TextOption = Annotated[str, typer.Option("--text", help="The text to file.")]
FileOption = Annotated[
    Path | None,
    typer.Option("--file", help="A document to file; a copy is kept with the record.", exists=True, dir_okay=False),
]


@verb
async def accept(acting: ActingCommand, proposal: ProposalOption) -> Act:
    """Consent to a proposal for your side. The last consent makes it binding."""
    return acts.Accept(**acting.fields(), proposal=proposal)


@verb
async def reject(acting: ActingCommand, proposal: ProposalOption, reason: ReasonOption = "") -> Act:
    """Reject a proposal. Its proposer learns the reason."""
    return acts.Reject(**acting.fields(), proposal=proposal, reason=reason)


@verb
async def withdraw(acting: ActingCommand, proposal: ProposalOption) -> Act:
    """Take back a proposal of your own side."""
    return acts.Withdraw(**acting.fields(), proposal=proposal)


@verb
async def regret(acting: ActingCommand, reason: ReasonOption = "") -> Act:
    """Say that your side cannot come. The event is cancelled at once, and a new date is awaited."""
    return acts.Regret(**acting.fields(), reason=_given(reason))


@verb
async def held(
    acting: ActingCommand,
    style: FormatOption = None,
    place: PlaceOption = "",
    on: Annotated[str | None, typer.Option("--on", help="The day on which it was held, if not the agreed one.")] = None,
    outside_window: Annotated[
        bool, typer.Option("--outside-window", help="With --on: take a day outside the item's window all the same.")
    ] = False,
    zone: ZoneOption = None,
) -> Act:
    """Mark a meeting as held, or correct your own side's mark. Another side may dispute it.

    held 16.3-jtc/2026 --format hybrid --place Vientiane --as lao-moic
    """
    day = None
    if on is not None:
        day = in_zone(wall_time(on, "--on", day=True), zone or (await acting.here.plan_in_force()).zone, "--on")
    return acts.Held(**acting.fields(), format=style, place=place, on=day, outside_window=outside_window)


@verb
async def not_held(acting: ActingCommand, reason: ReasonOption = "") -> Act:
    """Mark a meeting as not held, or correct your own side's mark. A new date is then awaited."""
    return acts.NotHeld(**acting.fields(), reason=reason)


@verb
async def dispute(
    acting: ActingCommand,
    reason: ReasonOption = "",
    what: Annotated[
        RecordedFact | None,
        typer.Option("--what", help="What is wrong, if another side has put several things on record."),
    ] = None,
) -> Act:
    """Dispute what another side marked or filed, until the close-out.

    dispute 16.3-jtc/2026 --what evidence --reason "this annex was not agreed" --as khm-moc
    """
    return acts.Dispute(**acting.fields(), reason=_given(reason), what=what)


@verb
async def outcome(acting: ActingCommand, text: TextOption = "", file: FileOption = None) -> Act:
    """File the outcome of a meeting, or correct your own: a text, a document, or both."""
    return await _filing(acting, acts.Outcome, text, file)


@verb
async def evidence(
    acting: ActingCommand,
    text: TextOption = "",
    file: FileOption = None,
    corrects: Annotated[
        int | None,
        typer.Option("--corrects", help="The number of the line, as `show` prints it, that this evidence replaces."),
    ] = None,
) -> Act:
    """Give the evidence that closes a commitment, or put a report to the higher authority on record.

    evidence 20.2-media --corrects 4 --file signed.pdf --as lao-mict
    """
    return await _filing(acting, acts.Evidence, text, file, corrects=corrects)


@verb
async def agree(
    acting: ActingCommand, note: Annotated[str, typer.Option("--note", help="A note for the record.")] = ""
) -> Act:
    """Agree to what another side put on record. Once every other side agrees, the item is closed."""
    return acts.Agree(**acting.fields(), note=note)


@verb
async def close(
    acting: ActingCommand, note: Annotated[str, typer.Option("--note", help="A last note for the record.")] = ""
) -> Act:
    """Close an item out that has one side alone. Elsewhere the sides agree, or keep silence."""
    return acts.Close(**acting.fields(), note=note)


@verb
async def progress(
    acting: ActingCommand,
    state: Annotated[acts.ProgressState, typer.Argument(help="How far it has come.")],
    note: Annotated[str, typer.Option("--note", help="In a few words, what was done or what is missing.")] = "",
    number: Annotated[
        int, typer.Option("--from-message", help="The number of the mail that says it, as `inbox` lists it.")
    ] = 0,
) -> Act:
    """Answer a status round: say how far an item has come. For many answers at once, see `round --answer`.

    progress 20.2-media substantial --note "two exchanges of news teams in 2025" --as lao-mict
    """
    from cli.inbox_acts import source_of  # few answers are entered from a mail

    return acts.Progress(**acting.fields(), state=state, note=note, **await source_of(acting.here, number))


@verb
async def call(acting: ActingCommand, reason: ReasonOption = "") -> Act:
    """Call an item, or a session of a series, that no window dates. Say with --reason why it is necessary.

    call 6.2-drugs-adhoc --reason "a new route over the Sekong was found" --as khm-moi
    """
    return acts.Call(**acting.fields(), reason=_given(reason))


def _given(reason: str) -> str:
    if not reason.strip():
        raise BadUsage("missing-option", "say why, with --reason")
    return reason


async def _filing(
    acting: ActingCommand, act: type[acts.Outcome | acts.Evidence], text: str, file: Path | None, **more: Any
) -> Act:
    if not text.strip() and file is None:
        raise BadUsage("missing-option", "give --text or --file")
    document, content = document_of(file)
    made = act(**acting.fields(), text=text, document=document, **more)
    if document is not None and not acting.dry_run:
        # The item is asked first, so that a refused act leaves no file behind. The file must be kept before the item
        # refers to it.
        await rehearse(acting.here, acting.item, made)
        await keep_document(acting.here, document, content)
    return made

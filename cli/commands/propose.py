"""`propose` and `counter`: the verbs that offer terms to the other sides."""

from pathlib import Path
from typing import Annotated

import typer

from cli.acting import (
    ActingCommand,
    FormatOption,
    LinkOption,
    PlaceOption,
    ProposalOption,
    ReasonOption,
    ZoneOption,
    verb,
)
from cli.errors import Refused
from cli.terms import ProposedTopic, TermsOptions, terms_of
from models.messages import acts
from models.messages.acts import Act, Terms, Topic

StartOption = Annotated[str | None, typer.Option("--start", help="Wall time: 2026-12-01T09:00.")]
ForOption = Annotated[str | None, typer.Option("--for", help="Length: 3h, 90m, 1h30m, 2 days.", metavar="DURATION")]
HostOption = Annotated[str | None, typer.Option("--host", help="The side that hosts: LAO.", metavar="SIDE")]
UntilOption = Annotated[str | None, typer.Option("--until", help="A day or wall time: 2027-03-01.")]
ValuesArgument = Annotated[
    list[str] | None,
    typer.Argument(
        help="host: the side; postpone, extend: until when; drop, excuse: why; answer: QUESTION and its answer; "
        "for `plan`: the OBLIGATION, and for cadence and first-host the new value.",
        metavar="[VALUE]...",
    ),
]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", help="plan change: a field and its new value.", metavar="FIELD=VALUE")
]
TermsFileOption = Annotated[
    Path | None, typer.Option("--file", help="plan add: the obligation, in YAML.", exists=True, dir_okay=False)
]
UnderOption = Annotated[str, typer.Option("--under", help="plan add: the provision that it belongs to.")]


@verb
async def propose(
    acting: ActingCommand,
    topic: Annotated[ProposedTopic, typer.Argument(help="What the proposal is about.")],
    values: ValuesArgument = None,
    start: StartOption = None,
    zone: ZoneOption = None,
    length: ForOption = None,
    place: PlaceOption = "",
    link: LinkOption = "",
    style: FormatOption = None,
    host: HostOption = None,
    until: UntilOption = None,
    reason: ReasonOption = "",
    assign: SetOption = None,
    file: TermsFileOption = None,
    under: UnderOption = "",
) -> Act:
    """Propose a date, a host, a postponement, a longer window, an excuse, a drop, or the answer to an open question.
    For `plan`, propose an amendment. The command prints the number of the proposal.

    propose 16.3-jtc/2026 date --start 2026-12-01T09:00 --zone Asia/Vientiane --for 3h --as lao-moic

    propose questions/lao-mps.khm-moi answer 6.2-drugs-provincial/first_host LAO --as lao-mps

    propose plan cadence 5.7-border-security annual --as lao-mfa
    """
    options = TermsOptions(
        tuple(values or ()),
        start,
        zone,
        length,
        place,
        link,
        style,
        host,
        until,
        reason,
        tuple(assign or ()),
        file,
        under,
    )
    return acts.Propose(**acting.fields(), terms=await terms_of(acting, topic, options))


@verb
async def counter(
    acting: ActingCommand,
    proposal: ProposalOption,
    values: ValuesArgument = None,
    start: StartOption = None,
    zone: ZoneOption = None,
    length: ForOption = None,
    place: PlaceOption = "",
    link: LinkOption = "",
    style: FormatOption = None,
    host: HostOption = None,
    until: UntilOption = None,
    reason: ReasonOption = "",
    assign: SetOption = None,
    file: TermsFileOption = None,
    under: UnderOption = "",
) -> Act:
    """Answer a proposal with another one. Refused if a newer proposal took its place.

    counter 16.3-jtc/2026 --proposal 1 --start 2026-12-08T09:00 --zone Asia/Phnom_Penh --for 3h --as khm-moc
    """
    topic, subject = await topic_of(acting, proposal)
    given = (*((subject,) if subject else ()), *(values or ()))
    options = TermsOptions(
        given, start, zone, length, place, link, style, host, until, reason, tuple(assign or ()), file, under
    )
    return acts.Counter(**acting.fields(), proposal=proposal, terms=await terms_of(acting, topic, options))


async def topic_of(acting: ActingCommand, number: int) -> tuple[ProposedTopic, str]:
    """Returns the topic of a proposal, and the question or obligation that the proposal is about. This second text is
    empty for other topics.

    Raises Refused if the item has no proposal of this number. The same if it is a rectification, which has no
    counter-proposal.
    """
    view = await acting.view()
    for proposal in view.proposals:
        if proposal["number"] == number:
            terms = Terms.model_validate(proposal["terms"])
            if terms.topic is Topic.RECTIFY:
                message = "a rectification has no counter-proposal: reject it, and propose another with `rectify`"
                raise Refused("no-counter", message, view.awaiting)
            topic = terms.amendment.kind.value if terms.amendment else terms.topic.value
            return ProposedTopic(topic), terms.about
    raise Refused("no-such-proposal", f"there is no proposal {number} here; `show` lists them", view.awaiting)

"""What `show` and `status` print."""

from cli.commands.show import view_text
from cli.commands.status import status_text
from models.governance.plan_machine import PLAN
from models.items.meeting import MEETING
from models.messages import acts
from models.messages.acts import Terms, Topic
from models.plan.plan import Format
from tests.support.builders import DAY, START, date_terms, obligation
from tests.support.meetings import agreed
from tests.support.plan_lives import ROUND, TERM
from tests.support.worlds import Life


def test_a_plan_is_shown_without_the_lines_that_it_has_nothing_for() -> None:
    life = Life(obligation("m"), round=ROUND, **TERM)
    view, row = PLAN.view(life.plan), PLAN.row(life.plan)
    assert view.next_at and view.ref == "-" and not view.next_what
    first, *lines = view_text(view).splitlines()
    assert first == f"{view.title}   [t]"
    assert not [line for line in lines if line.startswith("next")]
    assert "next" not in status_text([row])
    below = MEETING.view(life.item("t/m"))
    assert view_text(below).splitlines()[0].startswith(f"{below.ref}  ") and "\nnext  " in view_text(below)


def test_a_meeting_is_shown_with_the_day_on_which_its_offices_are_reminded() -> None:
    view = MEETING.view(agreed(remind="P3D").state)
    assert "next     1.1 m: the invited offices are reminded of its date on 8 January 2026" in view_text(view)
    assert view.model_dump(mode="json")["remind_at"] == "2026-01-08T00:00:00Z"
    assert MEETING.view(agreed().state).model_dump(mode="json")["remind_at"] is None


def test_a_proposal_is_shown_with_its_date_its_place_and_its_reason() -> None:
    life = Life(obligation("m"))
    terms = date_terms(START + 40 * DAY).model_copy(update={"place": "Pakse", "reason": "before the flood"})
    assert life.act("t/m", acts.Propose, "lao-moc", terms=terms) is None
    assert life.act("t/m", acts.Propose, "lao-moc", terms=Terms(topic=Topic.DROP, reason="merged")) is None
    lines = view_text(MEETING.view(life.item("t/m"))).splitlines()
    first = lines.index("proposal 1 (date) of lao-moc: open; consent of LAO")
    assert lines[first + 1].strip().startswith("10 February 2026, ") and lines[first + 1].endswith(", Pakse")
    assert lines[first + 2 : first + 5] == [
        "         reason: before the flood",
        "proposal 2 (drop) of lao-moc: open; consent of LAO",
        "         dropping it (merged)",
    ]


def test_the_commands_of_what_is_awaited_are_shown() -> None:
    life = Life(obligation("m"))
    asked = [line for line in view_text(MEETING.view(life.item("t/m"))).splitlines() if line.startswith("command")]
    assert [line for line in asked if line.endswith(" --as lao-moc")] == [
        "command  propose m date --start YYYY-MM-DDTHH:MM --zone ZONE --for 3h --as lao-moc"
    ]
    assert len(asked) == 2
    assert life.act("t/m", acts.Propose, "lao-moc", terms=date_terms(START + 40 * DAY)) is None
    asked = [line for line in view_text(MEETING.view(life.item("t/m"))).splitlines() if line.startswith("command")]
    assert asked == ['command  accept m --proposal 1 --as khm-moc   (or reject --reason "...", or counter)']
    scheduled = view_text(MEETING.view(agreed().state))
    assert [line for line in scheduled.splitlines() if line.startswith("command")] == [
        'command  regret m --reason "..." --as OFFICE'
    ]


def test_a_date_is_shown_with_its_format_and_joining_link() -> None:
    terms = date_terms(START + 40 * DAY).model_copy(update={"format": Format.VIRTUAL, "link": "https://meet.example/1"})
    life = Life(obligation("m"))
    assert life.act("t/m", acts.Propose, "lao-moc", terms=terms) is None
    assert ", virtual, https://meet.example/1" in view_text(MEETING.view(life.item("t/m")))
    assert life.act("t/m", acts.Accept, "khm-moc", proposal=1) is None
    [date] = [line for line in view_text(MEETING.view(life.item("t/m"))).splitlines() if line.startswith("date ")]
    assert date.endswith(", virtual, https://meet.example/1")


def test_what_stands_under_silence_and_what_it_replaced_are_shown() -> None:
    player = agreed().tick(START + 12 * DAY)
    player.act(acts.Held, "lao-moc")
    player.act(acts.Held, "lao-moc", place="Pakse")
    player.act(acts.Outcome, "khm-moc", text="minutes")
    lines = view_text(MEETING.view(player.state)).splitlines()
    assert 'outcome  khm-moc: "minutes"' in lines
    assert "replaced by line 6: held on 11 January 2026 (Vientiane)" in lines
    waits = "the time of {} to object does not run yet: the mail about it has not gone"
    assert f"silence  mark of LAO: {waits.format('KHM')}" in lines
    for key in [key for each in player.state.silences for key in each.keys.values()]:
        player.state = MEETING.delivered(player.state, key, player.now, player.now).state
    player.act(acts.Agree, "khm-moc")
    lines = view_text(MEETING.view(player.state)).splitlines()
    assert "silence  mark of LAO: stands; the other sides agree" in lines
    when = player.state.setup.clock.moment(player.now + 14 * DAY)
    assert f"silence  outcome of KHM: stands unless LAO objects before {when}" in lines

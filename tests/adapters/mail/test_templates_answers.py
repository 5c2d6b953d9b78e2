"""What a letter says of an answer by mail comes from the templates, in the language of its reader."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.mail.compose import compose_noting
from adapters.program_folders import TEMPLATES
from models.messages import acts
from models.messages.acts import Terms, Topic
from models.messages.calendar_event import PartStat
from models.messages.effects import Announce
from models.messages.notices import Announcement, AnnouncementKind, AnswerEffect
from models.post.contacts import Contacts
from tests.support.builders import DAY, START, Player, date_terms
from tests.support.letters import body, flat, read
from tests.support.mail_answers import reply
from tests.support.mail_samples import contacts, despatch
from tests.support.meetings import KHM, LAO, VNM, agreed, proposed, slot

ENGLISH_OF_THE_RECORD = "English of the record"


def addressed() -> Contacts:
    known = contacts()
    office = known.offices["lao-moic"]
    return known.model_copy(update={"offices": dict.fromkeys((LAO, KHM, VNM), office)})


def countered_and_agreed() -> Player:
    player = proposed()
    reply(player, KHM, PartStat.TENTATIVE, slot=slot(15))
    player.act(acts.Accept, LAO, proposal=2)
    return player


def countered_twice() -> Player:
    player = proposed()
    reply(player, KHM, None, slot=slot(15))
    reply(player, LAO, None, slot=slot(20))
    return player


def place_changed() -> Player:
    player = proposed()
    player.act(acts.Propose, LAO, terms=date_terms(START + 10 * DAY, place="Pakse"))
    return player


def withdrawn() -> Player:
    player = proposed()
    player.act(acts.Withdraw, LAO, proposal=1)
    return player


def rejected_and_proposed_again() -> Player:
    player = proposed()
    reply(player, KHM, PartStat.DECLINED)
    player.act(acts.Propose, LAO, terms=date_terms(START + 20 * DAY))
    return player


def own_typed() -> Player:
    player = proposed()
    player.act(acts.Counter, KHM, proposal=1, terms=date_terms(START + 15 * DAY))
    return player


CASES: list[tuple[Callable[[], Player], str, PartStat, int, dict[str, str]]] = [
    (countered_and_agreed, KHM, PartStat.ACCEPTED, 0, {KHM: "16 January 2026, 07:00 Vientiane was agreed since"}),
    (countered_twice, KHM, PartStat.ACCEPTED, 0, {KHM: "another proposal is open since. Proposal 3 stands."}),
    (place_changed, KHM, PartStat.ACCEPTED, 0, {KHM: "is about earlier terms, and does not count for these"}),
    (withdrawn, KHM, PartStat.ACCEPTED, 0, {KHM: "the event was cancelled before it came"}),
    (
        rejected_and_proposed_again,
        KHM,
        PartStat.ACCEPTED,
        0,
        {KHM: "is about earlier terms, and does not count for these"},
    ),
    (own_typed, KHM, PartStat.ACCEPTED, 0, {KHM: "your side itself has made another proposal since"}),
    (
        agreed,
        KHM,
        PartStat.DECLINED,
        1,
        {LAO: "declines by mail. The agreed date stands.", KHM: "If your side is unable to come"},
    ),
    (proposed, LAO, PartStat.DECLINED, 0, {LAO: "Proposal 1 of your side stands. To take it back"}),
]


def told(player: Player, before: int) -> Iterator[Announcement]:
    kinds = (AnnouncementKind.ANSWER, AnnouncementKind.INVITATION)
    for effect in player.effects[before:]:
        if isinstance(effect, Announce) and effect.announcement.kind in kinds:
            yield effect.announcement


def letter(word: Announcement, templates: Path = TEMPLATES) -> tuple[str, str]:
    """The plain text and the HTML. The English of the record is replaced, so that it is seen where it is used."""
    word = word.model_copy(update={"text": ENGLISH_OF_THE_RECORD})
    data, written = compose_noting(despatch(office=word.office, announcement=word), addressed(), templates)
    assert not written.fault and read(data)["Subject"]
    return flat(body(data)), flat(body(data, "html")).replace("&#34;", '"')


@pytest.mark.parametrize(("life", "office", "partstat", "sequence", "wanted"), CASES)
def test_what_follows_from_an_answer_is_said_by_the_templates(
    life: Callable[[], Player], office: str, partstat: PartStat, sequence: int, wanted: dict[str, str]
) -> None:
    player = life()
    before = len(player.effects)
    reply(player, office, partstat, sequence=sequence)
    said = {word.office: letter(word) for word in told(player, before)}
    assert said.keys() == wanted.keys()
    for to, (plain, html) in said.items():
        assert wanted[to] in plain and wanted[to] in html
        assert ENGLISH_OF_THE_RECORD not in plain + html


def test_the_words_of_an_answer_that_changes_nothing_reach_the_others_by_the_templates() -> None:
    player = agreed()
    before = len(player.effects)
    reply(player, KHM, PartStat.TENTATIVE, words="two more delegates will come")
    [word] = told(player, before)
    for text in letter(word):
        assert 'accepts tentatively by mail, with the words: "two more delegates will come"' in text


def test_a_counter_proposal_that_its_side_takes_back_is_said_by_the_templates() -> None:
    player = proposed(third=True)
    player.act(acts.Propose, LAO, terms=Terms(topic=Topic.HOST, host="LAO"))
    player.act(acts.Counter, KHM, proposal=2, terms=Terms(topic=Topic.HOST, host="KHM"))
    before = len(player.effects)
    player.act(acts.Accept, KHM, proposal=2)
    [word] = [word for word in told(player, before) if word.office == LAO]
    for text in letter(word):
        assert "accepts the proposal:" in text and "It takes back its own proposal 3." in text


def test_who_accepts_a_proposed_date_is_said_by_the_templates() -> None:
    player = proposed(third=True)
    reply(player, KHM, None, slot=slot(15))
    before = len(player.effects)
    player.act(acts.Accept, KHM, proposal=1)
    for word in told(player, before):
        assert all("accepts the date below." in text and ENGLISH_OF_THE_RECORD not in text for text in letter(word))


def test_every_effect_has_its_words() -> None:
    words = (TEMPLATES / "en" / "words.j2").read_text()
    assert [each.value for each in AnswerEffect if f'a.effect == "{each.value}"' not in words] == []

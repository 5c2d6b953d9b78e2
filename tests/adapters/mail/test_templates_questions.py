"""Letters that ask an office what its mail means, and letters that tell what it wrote before it consented."""

import pytest

from models.messages.notices import AnnouncementKind, Asked, AwaitedAct, Happened, Proposed
from tests.support.letters import body, composed, flat, read
from tests.support.mail_samples import announcement, despatch, event

PROPOSED = Proposed(number=2, topic="date", by="Coordinator, Ministry of Commerce, Cambodia", side="Cambodian")


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_question_about_an_accept_quotes_it_and_has_the_buttons(kind: str) -> None:
    asked = Asked(words='only if the "visas" are ready', proposal=PROPOSED)
    data = composed(despatch(announcement=announcement(kind=AnnouncementKind.QUESTION, asked=asked)))
    text = flat(body(data, kind)).replace("&#34;", '"')
    assert 'only if the "visas" are ready' in text
    assert "is no consent yet" in text and "without condition?" in text
    assert "With the buttons of this message." in text and "No answer is needed" not in text
    assert "starter.py" not in text
    message = read(data)
    assert "a question about your answer" in str(message["Subject"])
    assert any(part.get_content_type() == "text/calendar" for part in message.walk())


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_question_about_a_letter_lists_what_is_awaited(kind: str) -> None:
    acts = (AwaitedAct(verb="mark", act="say"), AwaitedAct(verb="answer", act="answer proposal 2", proposal=PROPOSED))
    asked = Asked(words="We shall see.", awaited=acts)
    word = announcement(kind=AnnouncementKind.QUESTION, asked=asked, event=None)
    text = flat(body(composed(despatch(announcement=word)), kind))
    assert "We shall see." in text and "to say whether it was held" in text
    assert "By replying to this letter." in text and "buttons of this message" not in text


def test_a_question_without_an_open_invitation_names_the_buttons_of_the_old_one() -> None:
    word = announcement(kind=AnnouncementKind.QUESTION, asked=Asked(words="if", proposal=PROPOSED), event=None)
    text = flat(body(composed(despatch(announcement=word))))
    assert "With the buttons of the invitation." in text


def test_what_a_side_wrote_before_its_consent_is_in_the_invitation() -> None:
    told = Happened(verb="agreed", proposal=PROPOSED, words=(("Coordinator, Ministry of Commerce", "if visas"),))
    word = announcement(event=event(), happened=told)
    for kind in ("plain", "html"):
        text = flat(body(composed(despatch(announcement=word)), kind)).replace("&#34;", '"')
        assert 'The Coordinator, Ministry of Commerce, had written before: "if visas"' in text


def test_a_letter_about_several_items_has_no_reference() -> None:
    from tests.support.mail_samples import notice

    both = (notice(1), notice(2, item="lao-khm/17.1-banks/2026"))
    assert not str(read(composed(despatch(notices=both)))["Subject"]).endswith("/2026]")
    assert str(read(composed(despatch(notices=both[:1])))["Subject"]).endswith(" [16.3-jtc/2026]")

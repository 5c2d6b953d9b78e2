"""Text of others in one line or several, without what commands a terminal or breaks a line."""

from adapters.calendar.event_object import UNTITLED, calendar_object
from adapters.text import clean_line, clean_text
from tests.support.calendar_lines import values
from tests.support.mail_samples import contacts, event


def test_zero_width_spaces_stay_because_lao_and_khmer_break_words_there() -> None:
    assert clean_line("ກອງ\u200bປະຊຸມ\x00\x9f") == "ກອງ\u200bປະຊຸມ"
    assert clean_text("a\r\nb\rc\u2028d\te\x1b\ud800") == "a\nb\nc\nd e"
    assert clean_line("\ufeffກອງ\ufeff") == "ກອງ"
    assert values(calendar_object(event(summary="\ufeff"), contacts(), None), "SUMMARY") == [f"SUMMARY:{UNTITLED}"]

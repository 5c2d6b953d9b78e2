"""Letters in Lao and Khmer, from the despatch through a real mail server to what a reader's program shows."""

import email
import email.header
import email.policy
import re
import shutil
from pathlib import Path

import pytest

from adapters.mail.compose import compose_noting
from adapters.program_folders import TEMPLATES
from adapters.settings import Settings
from adapters.text import clean_line
from models.post.contacts import Contacts
from servers.spool import Spool
from tests.support.calendar_lines import check_wire as check_calendar
from tests.support.despatching import run
from tests.support.letters import body, check_wire, read
from tests.support.mail_samples import KHMER, LAO, announcement, despatch, event, notice, settings
from tests.support.paths import LANGUAGES

WORDS = {
    "lo": ("ຮຽນ", "ຂໍ້ 16.3", "ສະເໜີວັນທີ", "ວັນທີ 3 ມີນາ 2026, 09:00–12:00 (Vientiane)", "ສະຖານທີ່: ວຽງຈັນ"),
    "km": ("ជូនចំពោះ", "ចំណុច 16.3", "ស្នើកាលបរិច្ឆេទ", "ថ្ងៃទី 3 មីនា 2026, 09:00–12:00 (Vientiane)", "ទីកន្លែង: ភ្នំពេញ"),
}
PLACE = {"lo": "ວຽງຈັນ", "km": "ភ្នំពេញ"}
NAME = {"lo": "ກະຊວງອຸດສາຫະກຳ ແລະ ການຄ້າ", "km": "ក្រសួងពាណិជ្ជកម្ម"}
TITLE = {"lo": (LAO * 20)[:500], "km": (KHMER * 20)[:500]}


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    shutil.copytree(TEMPLATES, tmp_path / "templates")
    shutil.copytree(LANGUAGES, tmp_path / "templates", dirs_exist_ok=True)
    return tmp_path / "templates"


def set_up(folder: Path, language: str, templates: Path) -> Settings:
    """One office that is written to in this language, under its name in it."""
    config = settings(folder, templates=templates)
    text = config.contacts.read_text(encoding="utf-8")
    named = f"  lao-moic:\n    name: {NAME[language]}\n    language: {language}\n"
    config.contacts.write_text(text.replace("  lao-moic:\n", named), encoding="utf-8")
    return config


def shown(data: bytes, name: str) -> str:
    """A header as a reader's program shows it (RFC 2047 section 6.2)."""
    raw = email.message_from_bytes(data)[name]
    return str(email.header.make_header(email.header.decode_header(re.sub(r"\r?\n ", " ", raw))))


@pytest.mark.parametrize("language", ["lo", "km"])
async def test_a_letter_and_an_invitation_come_through_a_real_mail_server(
    tmp_path: Path, templates: Path, language: str
) -> None:
    config = set_up(tmp_path / language, language, templates)
    spool = Spool(tmp_path / "mail", config.contacts, 0)
    await spool.start()
    try:
        config = config.model_copy(update={"smtp_port": spool.port})
        title = TITLE[language]
        asked = despatch(key="a", notices=(notice(1, title=title, verb="propose-date"),))
        there = event(summary=title, location=PLACE[language], description=title)
        invited = despatch(key="b", announcement=announcement(title=title, event=there, text=title))
        for what in (asked, invited):
            assert (await run(config, what)).fault == ""
    finally:
        await spool.stop()
    letter, invitation = sorted((file.read_bytes() for file in (tmp_path / "mail" / "lao-moic").glob("*.eml")), key=len)
    for data in (letter, invitation):
        check_wire(data)
        assert f'lang="{language}"' in body(data, "html")
        assert shown(data, "To").startswith(NAME[language])
    address, provision, act, when, where = WORDS[language]
    assert shown(letter, "Subject") == clean_line(f"{title}: {act} [Lao-Cambodia Action Plan, 16.3] [16.3-jtc/2026]")
    assert str(read(letter)["Subject"]) == shown(letter, "Subject")
    for kind in ("plain", "html"):
        text = re.sub(r"<[^>]*>", "", body(letter, kind))
        assert f"{address} {NAME[language]}" in text and provision in text and act in text and title in text
        text = re.sub(r"<[^>]*>", "", body(invitation, kind))
        assert when in text and where in text and title in text
        assert not set(text) & {"\ufffd", "\u200b"}
    [calendar] = [p for p in read(invitation).walk() if p.get_content_type() == "text/calendar"]
    octets = calendar.get_payload(decode=True)
    assert isinstance(octets, bytes)
    check_calendar(octets)
    unfolded = octets.replace(b"\r\n ", b"").decode()
    assert title in unfolded and f"LOCATION:{PLACE[language]}" in unfolded and NAME[language] in unfolded


@pytest.mark.parametrize("language", ["lo", "km"])
def test_what_is_sent_is_what_was_written(templates: Path, language: str) -> None:
    who = Contacts.model_validate(
        {
            "organizer": {"name": "S", "address": "s@s.example"},
            "offices": {"lao-moic": {"address": "a@a.example", "name": NAME[language], "language": language}},
        }
    )
    data, words = compose_noting(despatch(notices=(notice(1, title=TITLE[language]),)), who, templates)
    assert body(data) == words.text and body(data, "html") == words.html
    assert words.missing.startswith(f"{templates / language / 'words.j2'} has no ")

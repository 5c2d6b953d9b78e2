"""The kind of a document by its bytes."""

import io
import zipfile

import pytest
from docx import Document as WordDocument

from adapters.files.document_kinds import KINDS, PDF, TEXT, WORD, kind_of, kinds_in_words, named_otherwise


def zipped(**entries: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries.items():
            file.writestr(name, content)
    return packed.getvalue()


def word() -> bytes:
    saved = io.BytesIO()
    WordDocument().save(saved)
    return saved.getvalue()


ODT = b"application/vnd.oasis.opendocument.text"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"%PDF-1.4\n", "PDF"),
        (b"\r\n\x00junk of a scanner%PDF-1.4\n", "PDF"),
        (word(), "Word"),
        (zipped(**{"[Content_Types].xml": b"", "xl/workbook.xml": b""}), "Excel"),
        (zipped(**{"[Content_Types].xml": b"", "ppt/presentation.xml": b""}), "PowerPoint"),
        (zipped(mimetype=ODT, **{"content.xml": b""}), "OpenDocument text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(8), "Office 97 to 2003 or Outlook message"),
        (b"{\\rtf1 minutes}", "RTF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(8), "PNG"),
        (b"\xff\xd8\xff\xe0" + bytes(8), "JPEG"),
        (b"II*\x00" + bytes(8), "TIFF"),
        ("ບົດບັນທຶກ".encode(), "text or mail"),
        ("កំណត់ហេតុ".encode("utf-16"), "text or mail"),
        (b"From: a@b.example\r\nSubject: minutes\r\n\r\nagreed\r\n", "text or mail"),
    ],
)
def test_the_bytes_show_the_kind(content: bytes, name: str) -> None:
    kind = kind_of(content)
    assert kind is not None and kind.name == name


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" \n",
        b"MZ\x90\x00\x03\x00",
        b"\x7fELF\x02\x01\x01",
        b"\x1f\x8b\x08\x00",
        b"text and then\x00a zero byte",
        b"caf\xe9 in an old coding",
        zipped(**{"virus.exe": b"MZ"}),
        zipped(mimetype=b"application/epub+zip"),
        b"PK\x03\x04 and no more",
        word()[:200],
    ],
)
def test_other_bytes_are_of_no_kind_that_is_filed(content: bytes) -> None:
    assert kind_of(content) is None


def test_a_file_that_grows_when_unpacked_is_not_unpacked() -> None:
    assert kind_of(zipped(mimetype=ODT + b" " * 300_000_000, **{"content.xml": b""})) is not None


def test_a_name_may_be_silent_but_not_say_another_kind() -> None:
    assert named_otherwise("minutes.PDF", PDF) is None and named_otherwise("minutes", PDF) is None
    assert named_otherwise("minutes of 3.5.2026", PDF) is None
    assert named_otherwise("minutes.pdf", WORD) is PDF and named_otherwise("minutes.txt", TEXT) is None
    assert all(each.name in kinds_in_words() and each.endings[0] in kinds_in_words() for each in KINDS)

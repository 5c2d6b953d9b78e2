"""Finds the kind of a document by its bytes, for example PDF. The name of the file does not count, because it may say
anything. The kinds are those that an office files: texts, pictures of papers, mails, and files of office programs."""

import io
import zipfile
from typing import NamedTuple

HEAD = 2_048
"""How many bytes at the start of a document show its kind. Only a text is read to its end."""

_MIMETYPE = 200
"""The most bytes of the entry `mimetype` of an OpenDocument file."""


class DocumentKind(NamedTuple):
    """One kind of document that an office may file."""

    name: str
    """How people call the kind: PDF."""
    endings: tuple[str, ...]
    """How the name of such a file ends, in small letters and with the dot. The first one is the usual ending."""


PDF = DocumentKind("PDF", (".pdf",))
WORD = DocumentKind("Word", (".docx", ".docm", ".dotx"))
EXCEL = DocumentKind("Excel", (".xlsx", ".xlsm"))
POWERPOINT = DocumentKind("PowerPoint", (".pptx", ".pptm", ".ppsx"))
OPEN_TEXT = DocumentKind("OpenDocument text", (".odt", ".ott"))
OPEN_SHEET = DocumentKind("OpenDocument spreadsheet", (".ods",))
OPEN_SLIDES = DocumentKind("OpenDocument presentation", (".odp",))
OLD_OFFICE = DocumentKind("Office 97 to 2003 or Outlook message", (".doc", ".xls", ".ppt", ".msg"))
RTF = DocumentKind("RTF", (".rtf",))
PNG = DocumentKind("PNG", (".png",))
JPEG = DocumentKind("JPEG", (".jpg", ".jpeg"))
TIFF = DocumentKind("TIFF", (".tif", ".tiff"))
TEXT = DocumentKind("text or mail", (".txt", ".eml", ".md", ".csv"))

KINDS = (
    PDF,
    WORD,
    EXCEL,
    POWERPOINT,
    OPEN_TEXT,
    OPEN_SHEET,
    OPEN_SLIDES,
    OLD_OFFICE,
    RTF,
    PNG,
    JPEG,
    TIFF,
    TEXT,
)
"""Every kind of document that an office may file."""

_FIRST_BYTES = (
    (b"\x89PNG\r\n\x1a\n", PNG),  # W3C PNG, section 5.2
    (b"\xff\xd8\xff", JPEG),  # ITU-T T.81, annex B
    (b"II*\x00", TIFF),  # TIFF 6.0, section 2
    (b"MM\x00*", TIFF),
    (b"{\\rtf", RTF),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLD_OFFICE),  # MS-CFB, section 2.2
)

_ZIP = b"PK\x03\x04"

_OPEN_DOCUMENT = {
    b"application/vnd.oasis.opendocument.text": OPEN_TEXT,
    b"application/vnd.oasis.opendocument.text-template": OPEN_TEXT,
    b"application/vnd.oasis.opendocument.spreadsheet": OPEN_SHEET,
    b"application/vnd.oasis.opendocument.presentation": OPEN_SLIDES,
}

_OFFICE_PARTS = {"word/": WORD, "xl/": EXCEL, "ppt/": POWERPOINT}
"""The folder in an Office Open XML file that holds its content (ECMA-376, part 1)."""


def kind_of(content: bytes) -> DocumentKind | None:
    """Returns the kind of a document. None if its bytes show no kind that an office may file, for example if it is a
    program, an archive or empty."""
    head = content[:HEAD]
    for first, kind in _FIRST_BYTES:
        if head.startswith(first):
            return kind
    if b"%PDF-" in head[:1_024]:  # readers accept a few bytes before the header (ISO 32000-1, annex H)
        return PDF
    if head.startswith(_ZIP):
        return _kind_in_zip(content)
    return TEXT if _is_text(content) else None


def named_otherwise(name: str, kind: DocumentKind) -> DocumentKind | None:
    """Returns the kind that the name of a file says, if it is another one than `kind`. None if the name fits, or if it
    says no kind at all."""
    small = name.lower()
    said = next((each for each in KINDS if small.endswith(each.endings)), None)
    return said if said is not kind else None


def kinds_in_words() -> str:
    """Returns the kinds in words, with their usual endings: "PDF (.pdf), Word (.docx), ..."."""
    return ", ".join(f"{each.name} ({', '.join(each.endings)})" for each in KINDS)


def _kind_in_zip(content: bytes) -> DocumentKind | None:
    """Returns the kind of a ZIP file by its list of entries. It unpacks only the small entry `mimetype`, so a file that
    grows enormously when it is unpacked does no harm."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            names = file.namelist()
            if "mimetype" in names:
                with file.open("mimetype") as entry:
                    return _OPEN_DOCUMENT.get(entry.read(_MIMETYPE).strip())
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError):
        return None  # damaged, encrypted, or packed in a way that no office program uses
    if "[Content_Types].xml" not in names:
        return None
    return next((kind for folder, kind in _OFFICE_PARTS.items() if any(n.startswith(folder) for n in names)), None)


def _is_text(content: bytes) -> bool:
    """Whether the bytes are a text in UTF-8, or in UTF-16 with a byte order mark, without control characters."""
    coding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(coding)
    except UnicodeDecodeError:
        return False
    return bool(text.strip()) and not any((c < " " and c not in "\t\n\r\f") or c == "\x7f" for c in text)

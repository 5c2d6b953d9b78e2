"""A document that an act files: its name, digest and size, and what is refused."""

import hashlib
import os
from pathlib import Path

import pytest

from cli import documents
from cli.documents import document_of
from cli.errors import BadUsage


def test_a_document_is_known_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "minutes (final)*.pdf"
    path.write_bytes(b"%PDF-1.7 agreed")
    document, content = document_of(path)
    assert document is not None and content == b"%PDF-1.7 agreed"
    assert (document.name, document.size, document.kind) == ("minutes (final)_.pdf", 15, "PDF")
    assert document.sha256 == hashlib.sha256(b"%PDF-1.7 agreed").hexdigest()
    assert document_of(None) == (None, b"")


def test_a_link_a_pipe_a_device_and_a_folder_are_no_documents(tmp_path: Path) -> None:
    (tmp_path / "secret.pdf").write_bytes(b"of another office")
    (tmp_path / "minutes.pdf").symlink_to(tmp_path / "secret.pdf")
    os.mkfifo(tmp_path / "pipe")
    cases = {
        tmp_path / "minutes.pdf": "this is a link; name the file that it leads to",
        tmp_path / "pipe": "this is a pipe, a device or a socket; write its content to a file, and name that file",
        Path("/dev/zero"): "this is a pipe, a device or a socket; write its content to a file, and name that file",
        tmp_path: "this is a folder; name the file in it",
    }
    for path, why in cases.items():
        with pytest.raises(BadUsage) as refused:
            document_of(path)
        assert (refused.value.code, refused.value.message) == ("bad-file", f"{path} cannot be read: {why}")


def test_a_document_that_is_too_large_is_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "DOCUMENT", 5)
    (tmp_path / "minutes.pdf").write_bytes(b"agreed by all")
    with pytest.raises(BadUsage, match=r"minutes\.pdf has 13 bytes; file a document of at most 5 bytes"):
        document_of(tmp_path / "minutes.pdf")


@pytest.mark.parametrize(
    ("name", "content", "code", "why"),
    [
        ("minutes.pdf", b"", "bad-file", "is empty; file the document itself"),
        ("minutes.pdf", b"the login page", "bad-file", "says PDF, and its content is text or mail"),
        ("minutes.exe", b"MZ\x90\x00\x03", "bad-file", "is of a kind that is not filed; file one of these kinds: PDF"),
    ],
)
def test_a_document_is_refused_for_what_it_holds(
    tmp_path: Path, name: str, content: bytes, code: str, why: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadUsage) as refused:
        document_of(tmp_path / name)
    assert refused.value.code == code and why in refused.value.message and name in refused.value.message

"""What a person names is opened as a regular file: nothing hangs, and no link leads elsewhere unnoticed."""

import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import pytest
from temporalio.exceptions import ApplicationError

from adapters.files.contacts_file import load_contacts, read_contacts
from adapters.files.csv_file import Table, read_table
from adapters.files.regular_file import open_regular
from adapters.files.yaml_file import FileFault, YamlFile
from tests.support.spools import CONTACTS

PIPE = "this is a pipe, a device or a socket; write its content to a file, and name that file"


@pytest.fixture(autouse=True)
def nothing_hangs() -> Iterator[None]:
    """A plain open of a pipe that nobody writes to waits for ever."""

    def give_up(number: int, frame: FrameType | None) -> None:
        raise AssertionError("still waiting for a file after ten seconds")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(10)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def fifo(folder: Path) -> Path:
    os.mkfifo(folder / "pipe")
    return folder / "pipe"


def unix_socket(folder: Path) -> Path:
    with socket.socket(socket.AF_UNIX) as listening:
        here = Path.cwd()
        os.chdir(folder)  # the address of a socket is short, and the folders of tests are deep
        try:
            listening.bind("socket")
        finally:
            os.chdir(here)
    return folder / "socket"


def link_to_fifo(folder: Path) -> Path:
    (folder / "link").symlink_to(fifo(folder))
    return folder / "link"


def open_descriptors() -> int:
    return len(list(Path("/dev/fd").iterdir()))


@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (fifo, PIPE),
        (unix_socket, PIPE),
        (lambda _: Path("/dev/zero"), PIPE),
        (lambda folder: folder, "this is a folder; name the file in it"),
    ],
    ids=["pipe", "socket", "device", "folder"],
)
def test_what_is_no_regular_file_is_refused_at_once(
    tmp_path: Path, make: Callable[[Path], Path], message: str, links: bool
) -> None:
    path, before = make(tmp_path), open_descriptors()
    with pytest.raises(OSError, match="this is a") as refused:
        open_regular(path, links=links)
    assert refused.value.strerror == message and refused.value.filename == str(path)
    assert open_descriptors() == before, "nothing stays open"


def test_a_link_is_followed_only_where_it_may_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("content")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "nowhere").symlink_to("none")
    (tmp_path / "folder").symlink_to(tmp_path)
    for path in (tmp_path / "link", tmp_path / "nowhere", tmp_path / "folder"):
        with pytest.raises(OSError, match="this is a link; name the file that it leads to"):
            open_regular(path, links=False)
    with open_regular(tmp_path / "link", links=True) as file:
        assert file.read() == b"content"
    with open_regular(tmp_path / "folder" / "file", links=False) as file:
        assert file.read() == b"content", "only the last part of a path must be no link"
    with pytest.raises(FileNotFoundError):
        open_regular(tmp_path / "nowhere", links=True)


def test_what_the_link_leads_to_is_looked_at(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="this is a pipe"):
        open_regular(link_to_fifo(tmp_path), links=True)


READERS: dict[str, Callable[[Path], object]] = {
    "yaml": YamlFile.read,
    "contacts": read_contacts,
    "csv": lambda path: list(read_table(path, Table(("item",), ("item",)))),
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@pytest.mark.parametrize("make", [fifo, link_to_fifo, lambda _: Path("/dev/zero")], ids=["pipe", "link", "device"])
def test_a_file_that_a_person_writes_is_regular(
    tmp_path: Path, read: Callable[[Path], object], make: Callable[[Path], Path]
) -> None:
    path = make(tmp_path)
    with pytest.raises(FileFault) as refused:
        read(path)
    assert str(refused.value) == f"{path}: cannot be read: {PIPE}"


def test_the_contacts_of_every_despatch_are_regular_and_may_be_a_link(tmp_path: Path) -> None:
    with pytest.raises(ApplicationError, match=r"the contacts file cannot be used: .*this is a pipe"):
        load_contacts(fifo(tmp_path))
    (tmp_path / "real.yaml").write_text(CONTACTS)
    (tmp_path / "contacts.yaml").symlink_to("real.yaml")
    assert load_contacts(tmp_path / "contacts.yaml") == load_contacts(tmp_path / "real.yaml")

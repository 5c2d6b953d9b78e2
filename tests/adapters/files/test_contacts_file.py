"""Contacts files: what is wrong is told by file, line and field."""

from pathlib import Path

import pytest

from adapters.files.contacts_file import read_contacts
from adapters.files.yaml_file import FileFault, load_yaml
from models.post.contacts import Contacts
from tests.support.plan_files import DEMO, change, line_of


@pytest.mark.parametrize(
    ("old", "new", "field", "message"),
    [
        ("dg@demo.lao.example", "the director", "offices.lao-demo-dg.address", "write it as name@host.example"),
        ("{address: dg@demo.lao.example}", "dg@x.example", "offices.lao-demo-dg", "write a mapping here"),
        ("dg@demo.lao.example", "dg@x.example, language: EN", "offices.lao-demo-dg.language", "like en"),
        ("dg@demo.lao.example", "dg@x.example, secnd: a@b.example", "offices.lao-demo-dg.secnd", "mean second?"),
        ("  lao-demo-dg:", "  lao-demo:", "offices.lao-demo", "written twice"),
        ("organizer:", "organiser:", "organiser", "did you mean organizer?"),
    ],
)
def test_a_bad_contacts_file(tmp_path: Path, old: str, new: str, field: str, message: str) -> None:
    path = change(tmp_path, old, new, DEMO.with_suffix(".contacts.yaml"))
    with pytest.raises(FileFault) as caught:
        load_yaml(path, Contacts)
    (told,) = [fault for fault in caught.value.faults if message in fault.message]
    assert (told.field, told.line) == (field, line_of(DEMO.with_suffix(".contacts.yaml"), old))


@pytest.mark.parametrize(
    ("part", "line", "told"),
    [
        ("sides: {LAO: {country: XX}}", 4, "there are no tables of holidays for XX"),
        ("sides: {LAO: {hours: ['16:00-08:00']}}", 4, "ends before it begins"),
        ("sides: {LAO: {hours: [8-16]}}", 4, "write them in quotes, as in '08:00-12:00'"),
        ("sides: {LAO: {letter_day: monday}}", 4, "write one of mon, tue"),
        ("sides:\n  LAO:\n    closed: {2027-13-01: x}", 6, "no date or number that exists"),
        ("sides: {LAO: {closed: {2027-04-13: x}, working: [2027-04-13]}}", 4, "both closed and working"),
        ("sides: {LAO: {hours: ['13:00-16:00', '08:00-12:00']}}", 4, "in their order"),
        ("sides: {LAO: {holidays: []}}", 4, "there is no such field here"),
    ],
)
def test_a_fault_is_told_by_file_and_line(tmp_path: Path, part: str, line: int, told: str) -> None:
    file = tmp_path / "x.contacts.yaml"
    file.write_text(
        f"organizer:\n  name: S\n  address: s@a.example\n{part}\noffices:\n  lao-moc: {{address: moc@lao.example}}\n"
    )
    with pytest.raises(FileFault) as caught:
        read_contacts(file)
    assert str(caught.value).startswith(f"{file}:{line}: ") and told in str(caught.value)

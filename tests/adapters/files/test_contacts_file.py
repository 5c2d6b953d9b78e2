"""Contacts files: what is wrong is told by line and field."""

from pathlib import Path

import pytest

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

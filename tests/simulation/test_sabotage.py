"""The list of sabotages fits the tree."""

from pathlib import Path

import pytest

from simulation.sabotage import ROOT, apply, sabotages


@pytest.mark.parametrize("sabotage", sabotages(), ids=lambda each: each["name"])
def test_every_sabotage_can_be_applied_and_names_a_test(sabotage: dict[str, str]) -> None:
    text = (ROOT / sabotage["file"]).read_text(encoding="utf-8")
    assert text.count(sabotage["old"]) == 1
    assert sabotage["new"] not in ("", sabotage["old"])
    assert (ROOT / sabotage["test"]).exists()
    compile(text.replace(sabotage["old"], sabotage["new"]), sabotage["file"], "exec")


def test_there_are_forty_and_no_name_twice() -> None:
    names = [each["name"] for each in sabotages()]
    assert len(names) >= 40
    assert len(set(names)) == len(names)


def test_a_text_that_does_not_stand_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    fits = {"name": "n", "file": "a.py", "old": "x = 1", "new": "x = 2"}
    apply(tmp_path, fits)
    assert (tmp_path / "a.py").read_text() == "x = 2\n"
    with pytest.raises(ValueError, match="correct the list"):
        apply(tmp_path, fits)

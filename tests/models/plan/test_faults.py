"""What is wrong with a plan that no single field can know, told at its line."""

from pathlib import Path

import pytest

from tests.support.plan_files import FIELD, both_loaders, check_told

# What stands in the file, what it is changed to, where the fault is told, what the message says.
BAD = [
    ("sides: [LAO, KHM]", "sides: [LAO, KMH]", f"{FIELD}.sides[1]", "no side 'KMH' is defined; there are: KHM, LAO"),
    ("undated_ladder: l", "undated_ladder: x", "undated_ladder", "no ladder 'xetter-only' is defined"),
    ("  may: letter-only\n", "", "ladder_by_strength", "say which ladder 'may' follows"),
    ("after: PT10S", "after: PT8S", "ladders.to-minister.rungs[2].after", "never closer than one despatch period"),
    ("rank: 2", "rank: 1", "ladders.to-minister.rungs[1].rank", "names a higher rank than the one below"),
    ("after: PT0S", "after: PT1S", "ladders.to-minister.rungs[0]", "the first rung is the coordinator's"),
    ("host: LAO", "host: THA", f"{FIELD}.host", "the host is one of the sides that take part: LAO, KHM"),
    ("LAO: lao-demo", "LAO: khm-demo", f"{FIELD}.offices.LAO", "khm-demo is an office of KHM, not of LAO"),
    ("{LAO: lao-demo, ", "{", f"{FIELD}.offices", "no office of LAO; state it"),
    ("  lao-demo:", "  khm-demo-dg:", "offices.khm-demo-dg", "khm-demo-dg is rank 2 of khm-demo"),
    ("id: demo-review", "id: office", f"{FIELD}.id", "is taken; give each obligation an id of its own"),
    ("short: Joint", "basis: {hots: x}\n        short: Joint", f"{FIELD}.basis.hots", "no field of an obligation"),
    ("title: Meet", "operative: false\n    title: Meet", "provisions[0].operative", "a recital holds no obligations"),
]


@both_loaders
@pytest.mark.parametrize(("old", "new", "field", "message"), BAD, ids=[f"{new!r:.30}" for _, new, _, _ in BAD])
def test_a_bad_plan_is_told_by_line_field_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loader: str, old: str, new: str, field: str, message: str
) -> None:
    check_told(tmp_path, monkeypatch, loader, old, new, field, message)

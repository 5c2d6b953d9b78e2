"""The table of zones that the core decides by is that of the pinned tzdata package."""

import subprocess
import sys
from pathlib import Path

from models.common import zone_offsets
from models.common.zone_offsets import OFFSETS
from tests.support.paths import REPOSITORY


def test_the_table_is_what_the_pinned_package_says() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "tests.support.zone_table"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout
    assert Path(zone_offsets.__file__).read_text(encoding="utf-8") == printed, "tests.support.zone_table prints it"


def test_every_zone_has_its_offsets_in_minutes() -> None:
    assert OFFSETS["Asia/Vientiane"] == OFFSETS["Asia/Phnom_Penh"] == OFFSETS["Asia/Ho_Chi_Minh"] == {420}
    assert OFFSETS["Europe/Paris"] == {60, 120} and OFFSETS["UTC"] == {0} and OFFSETS["Asia/Kathmandu"] == {345}
    assert OFFSETS["Australia/Lord_Howe"] == {630, 660}, "a change of half an hour"
    assert "Asia/Vientaine" not in OFFSETS

"""What a file of the record takes: the life of its item, through all rewinds."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from models.messages.record_lines import (
    Line,
    LineMark,
    NoPlaceError,
    RecordEntries,
    in_force,
    is_marker,
    mark_of,
    to_append,
)
from tests.support.record_lines import entries, line, when


class Lives:
    """One file, and an item that is put back to older states; whatever was handed over may arrive late, or twice."""

    def __init__(self) -> None:
        self.file: list[Line] = []
        self.life: list[dict[str, Any]] = []
        self.handed: list[tuple[RecordEntries, float]] = []
        self.lost: list[tuple[RecordEntries, float]] = []
        self.minute = 0

    def write(self, size: int, arrives: bool) -> None:
        """The item decides some lines; where they do not arrive, its worker hangs with them."""
        self.minute += 1
        # Every life says much the same: texts tell nothing apart.
        new = [line(len(self.life) + i + 1, self.minute, f"text {(len(self.life) + i) % 3}") for i in range(size)]
        if new[0]["n"] == 1:
            new[0]["text"] = "text opened"
        told = entries(*new, previous=self.life[-1] if self.life else None)
        self.life += new
        self.handed.append((told, self.minute + 0.5))
        if arrives:
            for what in [*self._waiting(), (told, self.minute + 0.5)]:
                self.deliver(*what)
            assert in_force(self.file) == self.life

    def _waiting(self) -> list[tuple[RecordEntries, float]]:
        """Temporal tries its own again until they are in: one at a time, in order."""
        standing = in_force(self.file)
        return [each for each in self.handed[:-1] if any(line not in standing for line in each[0].lines)]

    def rewind(self, back: int) -> None:
        self.minute += 1
        keep = max(0, len(self.handed) - back)
        self.lost += self.handed[keep:]
        self.handed = self.handed[:keep]
        self.life = [line for told, _ in self.handed for line in told.lines]

    def deliver(self, told: RecordEntries, handed_over: float) -> None:
        self.file += to_append(in_force(self.file), told, when(handed_over))

    def late(self, number: int, settled: bool) -> None:
        """An attempt that was left over from a time that was lost, or one more of one that has been in long since."""
        attempts = self.lost + (self.handed if settled else [])
        if not attempts:
            return
        before = list(self.file)
        told, handed_over = attempts[number % len(attempts)]
        try:
            self.deliver(told, handed_over)
        except NoPlaceError:
            assert self.file == before
        assert self.file[: len(before)] == before


OPERATIONS = st.one_of(
    st.tuples(st.just("write"), st.integers(1, 3), st.booleans()),
    st.tuples(st.just("rewind"), st.integers(1, 4)),
    st.tuples(st.just("late"), st.integers(0, 50), st.booleans()),
)


@given(st.lists(OPERATIONS, max_size=30))
def test_a_record_is_the_life_of_its_item_through_all_rewinds(operations: list[tuple[Any, ...]]) -> None:
    lives = Lives()
    for name, *arguments in operations:
        before = list(lives.file)
        getattr(lives, name)(*arguments)
        assert lives.file[: len(before)] == before, "nothing is overwritten"
    lives.write(1, arrives=True)
    assert in_force(lives.file) == lives.life
    assert [each["n"] for each in lives.life] == list(range(1, len(lives.life) + 1))
    standing = len(lives.file)
    for number in range(len(lives.lost)):
        lives.late(number, settled=True)
    assert len(lives.file) == standing, "what was set aside stays so once the item has gone on"


@given(st.lists(OPERATIONS, max_size=30), st.integers(0, 400))
def test_the_end_of_a_file_decides_like_the_whole(operations: list[tuple[Any, ...]], cut: int) -> None:
    """The file is read from its end, no further than the number before the first entry."""
    lives = Lives()
    for name, *arguments in operations:
        getattr(lives, name)(*arguments)
    whole = lives.file
    for told, handed_over in lives.handed + lives.lost:
        first = max(told.lines[0]["n"] - 1, 1)  # type: ignore[operator]
        for start in range(len(whole), -1, -1):
            end = in_force(whole[start:])
            if start == 0 or (end and end[0]["n"] <= first):
                break
        assert _outcome(end, told, handed_over) == _outcome(in_force(whole), told, handed_over)


def _outcome(standing: list[Line], told: RecordEntries, handed_over: float) -> Any:
    try:
        return to_append(standing, told, when(handed_over))
    except NoPlaceError as error:
        return str(error)


def test_a_marker_is_known_by_its_form() -> None:
    assert is_marker({"verb": "rewound", "data": {"from": 2}})
    assert not is_marker({"n": 3, "verb": "rewound", "data": {"from": 2}})
    assert mark_of(json.loads(json.dumps(line(2, 2)))) == LineMark(
        n=2, at="2026-03-01T00:02:00Z", verb="propose", text="said"
    )

"""The marks of a timeline: a bar for each window, a symbol for each date or result, and a title in words for each mark.

All lengths are millimetres.
"""

from collections.abc import Mapping
from typing import NamedTuple
from xml.etree import ElementTree as ET

from documents import svg
from documents.timeline_axis import AXIS_LEFT, AXIS_RIGHT, Scale, day_of, last_moment
from models.report.timeline import MarkKind, Timeline, TimelineMark, TimelineRow

OUTCOME_COLOURS = {
    MarkKind.EVIDENCE: "#1f2a44",
    MarkKind.DONE: "#1f2a44",
    MarkKind.MISSED: "#a3180f",
    MarkKind.EXCUSED: "#5f4b8b",
}
ROUND_COLOUR = "#7a6a9c"

KINDS = {
    MarkKind.WINDOW: "due",
    MarkKind.AGREED: "date agreed",
    MarkKind.HELD: "held",
    MarkKind.EVIDENCE: "evidence on record, under silence",
    MarkKind.DONE: "closed out",
    MarkKind.MISSED: "missed",
    MarkKind.EXCUSED: "excused",
    MarkKind.ROUND: "status round",
}
"""The words for each kind of mark."""

_HOSTED = {MarkKind.WINDOW: "turn of", MarkKind.AGREED: "to be hosted by", MarkKind.HELD: "hosted by"}


class Marks(NamedTuple):
    """Draws the marks of the rows of a timeline. All rows have the same height."""

    timeline: Timeline
    scale: Scale
    row: float
    """The height of a row."""
    colours: Mapping[str | None, str]
    """The colour of each side. The key None has the colour of a mark without a side."""

    @property
    def size(self) -> float:
        """Half of the height of a symbol."""
        return min(self.row * 0.33, 2.0)

    def draw(self, parent: ET.Element, row: TimelineRow, mark: TimelineMark, y: float) -> None:
        """Draws one mark of a row into the element `parent`. `y` is the top of the row."""
        group = svg.group(parent, f"mark {mark.kind.value}")
        svg.title(group, self._in_words(row, mark))
        if mark.kind is MarkKind.WINDOW:
            self._bar(group, row, mark, y)
        elif mark.kind is MarkKind.ROUND:
            x = self.scale.x(mark.start)
            svg.line(group, x, y + 0.6, x, y + self.row - 0.6, ROUND_COLOUR, 0.9)
        else:
            x, middle = self._place(mark), y + self.row / 2
            draw_symbol(group, mark.kind, self.colours[mark.side or None], x, middle, self.size)

    def _bar(self, group: ET.Element, row: TimelineRow, mark: TimelineMark, y: float) -> None:
        """Draws a window as a bar in the colour of the side. If there is room, the code of the side is in the bar."""
        left, right = self.scale.x(mark.start), self.scale.x(mark.end or mark.start)
        width, height = max(right - left - 0.5, 0.5), self.row * 0.7
        left, top = min(left + 0.25, AXIS_RIGHT - width), y + self.row * 0.15
        colour = self.colours[mark.side or None]
        tinted(group, left, top, width, height, colour)
        code = mark.side or ""
        x = self._free_place(row, left, left + width, svg.measure(code, 2.3, bold=True)) if code else None
        if x is not None:
            svg.write(group, x, top + height / 2 + 0.83, code, 2.3, weight="bold")

    def _free_place(self, row: TimelineRow, left: float, right: float, width: float) -> float | None:
        """The x at which a word in a bar touches no symbol and no line. It tries the left end, then the lines of status
        rounds, then the right end. None if there is no such place."""
        taken = [self._place(mark) for mark in row.marks if mark.kind is not MarkKind.WINDOW]
        taken += [self.scale.x(self.timeline.today)] if self.timeline.today else []
        lines = [self.scale.x(mark.start) for mark in rounds_of(self.timeline)]
        for x in (left + 0.8, *(each + 0.6 for each in lines), right - width - 0.8):
            fits = x >= left + 0.4 and x + width <= right - 0.4
            struck = any(x - 0.3 < each < x + width + 0.3 for each in lines)
            if fits and not struck and not any(x - self.size < each < x + width + self.size for each in taken):
                return x
        return None

    def _place(self, mark: TimelineMark) -> float:
        """The x of a symbol. If the day is not known, the mark has a start and an end, and the symbol is in the
        middle."""
        x = self.scale.x(mark.start)
        if mark.end is not None:
            return (x + self.scale.x(mark.end)) / 2
        # The symbol of a missed window is just before the end of its bar, and not in the next bar.
        before = self.size * 1.6 if mark.kind is MarkKind.MISSED else 0.0
        return self._inside(x - before, self.size * 1.2)

    def _inside(self, x: float, size: float) -> float:
        """Moves a symbol so that all of it is on the chart."""
        return min(max(x, AXIS_LEFT + size), AXIS_RIGHT - size)

    def _in_words(self, row: TimelineRow, mark: TimelineMark) -> str:
        """The words of a mark: the item, the kind, the label, the day and the side."""
        when = day_of(self.timeline, mark.start)
        if mark.end:
            between = ("from", "to") if mark.kind is MarkKind.WINDOW else ("between", "and")
            when = f"{between[0]} {when} {between[1]} {day_of(self.timeline, last_moment(mark.end))}"
        parts = [KINDS[mark.kind]]
        if mark.label and mark.label not in when:
            parts.append(mark.label)
        parts += [] if when in mark.label else [when]
        if mark.side and (hosted := _HOSTED.get(mark.kind)):
            parts.append(f"{hosted} {self.timeline.sides.get(mark.side, mark.side)}")
        elif mark.kind is MarkKind.WINDOW:
            parts.append("nobody's turn is stated")
        return f"{row.ref} {row.title}: {', '.join(parts)}"


def rounds_of(timeline: Timeline) -> list[TimelineMark]:
    """Returns the marks of all status rounds. If several rows have a mark for the same round, each of these marks is
    returned."""
    marks = [mark for pillar in timeline.pillars for row in pillar.rows for mark in row.marks]
    return [mark for mark in marks if mark.kind is MarkKind.ROUND]


def tinted(group: ET.Element, left: float, top: float, width: float, height: float, colour: str) -> None:
    """Draws a bar with a light fill and an outline of the full colour. So it is easy to read text and symbols on the
    bar."""
    tint = {"fill-opacity": "0.3", "stroke-width": "0.25"}
    svg.rect(group, left, top, width, height, fill=colour, stroke=colour, **tint)


def draw_symbol(group: ET.Element, kind: MarkKind, colour: str, x: float, y: float, size: float) -> None:
    """Draws the symbol for a kind of mark. Each kind has its own shape, so a reader who cannot see the colours can
    still tell them apart."""
    own = OUTCOME_COLOURS.get(kind, colour)
    if kind in (MarkKind.AGREED, MarkKind.HELD):
        _circle(group, x, y, size, colour, filled=kind is MarkKind.HELD)
    elif kind in (MarkKind.EVIDENCE, MarkKind.DONE):
        tip = size * 1.2
        diamond = ((x, y - tip), (x + tip, y), (x, y + tip), (x - tip, y))
        if kind is MarkKind.DONE:
            svg.polygon(group, diamond, fill=own, stroke="#ffffff", width=0.3)
        else:
            svg.polygon(group, diamond, fill="#ffffff", stroke=own, width=0.5)
    elif kind is MarkKind.EXCUSED:
        triangle = ((x - size, y - size * 0.85), (x + size, y - size * 0.85), (x, y + size * 0.95))
        svg.polygon(group, triangle, fill="#ffffff", stroke=own, width=0.5)
    else:
        _cross(group, x, y, size * 0.85, own)


def _circle(group: ET.Element, x: float, y: float, size: float, colour: str, *, filled: bool) -> None:
    """Draws a filled circle for a meeting that was held, and a ring for an agreed date. The dark edge separates it from
    its bar."""
    if filled:
        attributes = {"fill": colour, "stroke": svg.INK, "stroke-width": "0.35"}
    else:
        attributes = {"fill": "#ffffff", "stroke": svg.INK, "stroke-width": "0.55"}
    ET.SubElement(group, "circle", {"cx": svg.mm(x), "cy": svg.mm(y), "r": svg.mm(size * 0.9), **attributes})
    if not filled:
        ET.SubElement(group, "circle", {"cx": svg.mm(x), "cy": svg.mm(y), "r": svg.mm(size * 0.35), "fill": colour})


def _cross(group: ET.Element, x: float, y: float, size: float, colour: str) -> None:
    for stroke, width in (("#ffffff", 1.4), (colour, 0.8)):
        svg.line(group, x - size, y - size, x + size, y + size, stroke, width)
        svg.line(group, x - size, y + size, x + size, y - size, stroke, width)

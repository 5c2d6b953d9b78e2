"""The timeline of a plan as one SVG drawing for an A3 page. Years go from left to right, and pillars from top to
bottom.

All lengths are millimetres. The drawing is a tree of elements, and not text. So the text of a title cannot become
markup.
"""

from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree as ET

from documents import svg
from documents.timeline_axis import (
    AXIS_LEFT,
    AXIS_RIGHT,
    LABEL_WIDTH,
    MARGIN,
    PAGE_WIDTH,
    REF_WIDTH,
    Scale,
    day_of,
    last_day_of,
    quarters,
    year_columns,
)
from documents.timeline_marks import KINDS, ROUND_COLOUR, Marks, draw_symbol, rounds_of, tinted
from models.report.timeline import MarkKind, Timeline, TimelinePillar, TimelineRow

NAMESPACE = "http://www.w3.org/2000/svg"
FONTS = "Arial, 'Liberation Sans', 'Noto Sans', 'Noto Sans Lao', 'Noto Sans Khmer', 'Leelawadee UI', sans-serif"

PAGE_HEIGHT = 297.0
"""The height of an A3 page in landscape. If the plan has too many rows for this height, the page is higher, but not
wider."""
HEADER, AXIS, LEGEND, BAND = 15.0, 8.0, 12.0, 5.4
LEAST_ROW, MOST_ROW = 4.4, 10.5
TWO_LINES = 9.0
"""In rows of this height or more, a long title has two lines."""
LABEL_SIZE = 3.4
"""The type size of row labels. In Arial, capitals of this size are 2.43 mm high (0.716 of the size)."""

MUTED, HAIR, AXIS_COLOUR = "#4a5468", "#d5d9e2", "#8f98aa"

NOBODY = "#8b929e"
SIDE_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#8c6d1f", "#5b4a9c")
"""The colours of the sides, in the order in which the plan names them. Colour-blind readers can tell them apart. The
first five are from Okabe and Ito."""
TODAY_COLOUR = "#c2185b"


def render(timeline: Timeline) -> str:
    """Returns the drawing as an SVG file: a text that begins with the XML declaration."""
    return _Drawing(timeline).text()


class Layout(NamedTuple):
    """The heights of a row, of the chart and of the page."""

    row: float
    """The height of one row."""
    chart: float
    """The height of all rows and of the bands with the names of pillars."""
    page: float
    """The height of the page."""

    @property
    def bottom(self) -> float:
        """The y at which the chart ends."""
        return MARGIN + HEADER + AXIS + self.chart


def lay_out(timeline: Timeline) -> Layout:
    """Returns heights with which the rows fill the page. A row is never lower than LEAST_ROW and never higher than
    MOST_ROW. If even the lowest rows do not fit on the page, the page is higher."""
    rows = sum(max(len(pillar.rows), 1) for pillar in timeline.pillars)
    bands = BAND * len(timeline.pillars)
    free = PAGE_HEIGHT - 2 * MARGIN - HEADER - AXIS - LEGEND - bands
    row = min(max(free / max(rows, 1), LEAST_ROW), MOST_ROW)
    chart = rows * row + bands
    return Layout(row=row, chart=chart, page=max(PAGE_HEIGHT, 2 * MARGIN + HEADER + AXIS + LEGEND + chart))


class _Drawing:
    """Builds the tree of elements."""

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.scale = Scale(timeline.start, timeline.end)
        self.layout = lay_out(timeline)
        self.colours = _colours(timeline)
        self.marks = Marks(timeline, self.scale, self.layout.row, self.colours)
        self.rows: list[tuple[TimelineRow, float]] = []
        self.stretches: list[tuple[float, float]] = []
        """The y of the top and of the bottom of the rows of each pillar."""
        width, height = svg.mm(PAGE_WIDTH), svg.mm(self.layout.page)
        self.root = ET.Element(
            "svg",
            {
                "xmlns": NAMESPACE,
                "width": f"{width}mm",
                "height": f"{height}mm",
                "viewBox": f"0 0 {width} {height}",
                "role": "img",
                "font-family": FONTS,
                "fill": svg.INK,
            },
        )

    def text(self) -> str:
        svg.title(self.root, f"Timeline of the {self.timeline.title}")
        svg.rect(self.root, 0, 0, PAGE_WIDTH, self.layout.page, fill="#ffffff")
        self._header()
        self._grid()
        self._pillars()
        self._today()
        self._symbols()
        self._legend()
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(self.root, encoding="unicode")}\n'

    # Frame

    def _header(self) -> None:
        group = svg.group(self.root, "header")
        title = svg.shorten(self.timeline.title, PAGE_WIDTH - 2 * MARGIN, 6.0, bold=True)
        svg.write(group, MARGIN, MARGIN + 5.5, title, 6.0, weight="bold")
        days = f"{day_of(self.timeline, self.timeline.start)} to {last_day_of(self.timeline)}"
        line = (
            f"What is due, agreed and done, {days}. Days are those of {self.timeline.zone}. "
            "Of a past period without a mark, nothing is on record."
        )
        svg.write(group, MARGIN, MARGIN + 11.5, line, 3.6, fill=MUTED)

    def _grid(self) -> None:
        """Draws a line at each new year, a lighter line at each quarter, and the years in their columns."""
        group = svg.group(self.root, "grid")
        top, bottom = MARGIN + HEADER + AXIS, self.layout.bottom
        for instant, month in quarters(self.timeline):
            x = self.scale.x(instant)
            if month == 1:
                svg.line(group, x, top - AXIS, x, bottom, AXIS_COLOUR, 0.35, **{"class": "year"})
            else:
                svg.line(group, x, top, x, bottom, "#e8ebf0", 0.2)
        for x in (AXIS_LEFT, AXIS_RIGHT):
            svg.line(group, x, top, x, bottom, AXIS_COLOUR, 0.35)
        for year, left, right in year_columns(self.timeline, self.scale):
            size = 4.0 if right - left > 12 else 2.6
            if right - left >= 6:
                svg.write(group, (left + right) / 2, top - 2.4, str(year), size, anchor="middle", weight="bold")

    def _today(self) -> None:
        today = self.timeline.today
        if today is None or not self.scale.holds(today):
            return
        group = svg.group(self.root, "today")
        words = f"today, {day_of(self.timeline, today)}"
        svg.title(group, words)
        x, top = self.scale.x(today), MARGIN + HEADER + AXIS
        # The bands of pillars hold words, so the line is only in the rows.
        svg.line(group, x, top - 1.2, x, top, TODAY_COLOUR, 0.5)
        for first, last in self.stretches:
            svg.line(group, x, first, x, last, TODAY_COLOUR, 0.5)
        half = svg.measure(words, 2.8) / 2
        middle = min(max(x, AXIS_LEFT + half), AXIS_RIGHT - half)
        # The line of a new year must not cross the words.
        svg.rect(group, middle - half - 0.8, top - AXIS - 2.2, 2 * half + 1.6, 3.8, fill="#ffffff")
        svg.write(group, middle, top - AXIS + 0.6, words, 2.8, anchor="middle", fill=TODAY_COLOUR)

    # Bands and rows

    def _pillars(self) -> None:
        y = MARGIN + HEADER + AXIS
        self._rounds()
        for pillar in self.timeline.pillars:
            y = self._pillar(pillar, y)
        svg.line(self.root, MARGIN, y, AXIS_RIGHT, y, AXIS_COLOUR, 0.35)

    def _pillar(self, pillar: TimelinePillar, y: float) -> float:
        group = svg.group(self.root, "pillar")
        words = undated_in_words(pillar)
        svg.title(group, f"{pillar.name}: {words}")
        svg.rect(group, MARGIN, y, AXIS_RIGHT - MARGIN, BAND, fill="#e3e7ef")
        room = AXIS_RIGHT - MARGIN - svg.measure(words, 3.0) - 8
        svg.write(group, MARGIN + 1.5, y + 3.9, svg.shorten(pillar.name, room, 3.7, bold=True), 3.7, weight="bold")
        svg.write(group, AXIS_RIGHT - 1.5, y + 3.8, words, 3.0, anchor="end", fill=MUTED)
        y += BAND
        self.stretches.append((y, y + self.layout.row * max(len(pillar.rows), 1)))
        if not pillar.rows:
            svg.write(group, MARGIN + REF_WIDTH, y + self.layout.row / 2 + 1.2, "No item bears a date.", LABEL_SIZE)
            return y + self.layout.row
        for row in pillar.rows:
            self._row(row, y)
            y += self.layout.row
        return y

    def _row(self, row: TimelineRow, y: float) -> None:
        group = svg.group(self.root, "row")
        svg.title(group, f"{row.ref} {row.title}")
        svg.line(group, MARGIN, y + self.layout.row, AXIS_RIGHT, y + self.layout.row, HAIR, 0.15)
        base = y + self.layout.row / 2 + LABEL_SIZE * 0.358
        ref = svg.shorten(row.ref, REF_WIDTH - 1, LABEL_SIZE)
        svg.write(group, MARGIN + 1.5, base, ref, LABEL_SIZE, fill=MUTED)
        title = svg.wrap(row.title, LABEL_WIDTH - REF_WIDTH - 1.5, LABEL_SIZE, 2 if self.layout.row >= TWO_LINES else 1)
        for n, words in enumerate(title):
            shift = (n - (len(title) - 1) / 2) * LABEL_SIZE * 1.15
            svg.write(group, MARGIN + 1.5 + REF_WIDTH, base + shift, words, LABEL_SIZE)
        for mark in row.marks:
            if mark.kind is MarkKind.WINDOW:
                self.marks.draw(group, row, mark, y)
        self.rows.append((row, y))

    def _symbols(self) -> None:
        """Draws the symbols, which lie over the windows and over the line of today."""
        for row, y in self.rows:
            own = svg.group(self.root, "symbols")
            svg.title(own, f"{row.ref} {row.title}")
            for mark in sorted(row.marks, key=lambda each: _ORDER.index(each.kind)):
                if mark.kind is not MarkKind.WINDOW:
                    self.marks.draw(own, row, mark, y)

    def _rounds(self) -> None:
        """Draws one thin vertical line for each status round."""
        rounds = {mark.start: mark.label for mark in rounds_of(self.timeline) if self.scale.holds(mark.start)}
        for instant, label in sorted(rounds.items()):
            group = svg.group(self.root, "round-line")
            svg.title(group, ", ".join(filter(None, ("status round", label, day_of(self.timeline, instant)))))
            x = self.scale.x(instant)
            dash = {"stroke-dasharray": "1.6 1.2"}
            svg.line(group, x, MARGIN + HEADER + AXIS, x, self.layout.bottom, ROUND_COLOUR, 0.25, **dash)

    # Legend

    def _legend(self) -> None:
        group = svg.group(self.root, "legend")
        x, y = MARGIN, self.layout.bottom + 5.0
        for kind, words, side in self._entries():
            width = 8.5 + svg.measure(words, 3.0) + 4.0
            if x + width > AXIS_RIGHT and x > MARGIN:
                x, y = MARGIN, y + 5.0
            self._sample(group, kind, side, x, y)
            svg.write(group, x + 8.5, y + 1.05, words, 3.0)
            x += width

    def _entries(self) -> Iterator[tuple[MarkKind | str, str, str | None]]:
        for side in filter(None, self.colours):
            name = self.timeline.sides.get(side, side)
            yield MarkKind.WINDOW, f"due, turn of {name}" + (f" ({side})" if name != side else ""), side
        yield MarkKind.WINDOW, "due, nobody's turn is stated", None
        symbols = (kind for kind in MarkKind if kind not in (MarkKind.WINDOW, MarkKind.ROUND))
        for kind in symbols:
            yield kind, KINDS[kind], None
        yield MarkKind.ROUND, "status round", None
        yield "today", "today", None

    def _sample(self, group: ET.Element, kind: MarkKind | str, side: str | None, x: float, y: float) -> None:
        colour = self.colours[side]
        if kind == MarkKind.WINDOW:
            tinted(group, x, y - 1.5, 7.0, 3.0, colour)
        elif kind == MarkKind.ROUND or kind == "today":
            stroke = TODAY_COLOUR if kind == "today" else ROUND_COLOUR
            svg.line(group, x + 4, y - 2, x + 4, y + 2, stroke, 0.5 if kind == "today" else 0.9)
        elif isinstance(kind, MarkKind):
            draw_symbol(group, kind, colour, x + 4, y, 1.5)


_ORDER = tuple(MarkKind)
"""The order of drawing: windows first, then the symbols that lie on them."""


def undated_in_words(pillar: TimelinePillar) -> str:
    """Returns words that say how many items of a pillar have no date. These items are not drawn."""
    if not pillar.undated:
        return "every item bears a date" if pillar.rows else "no items"
    if pillar.undated == 1:
        return "one item without a date is not drawn"
    return f"{pillar.undated} items without a date are not drawn"


def _colours(timeline: Timeline) -> dict[str | None, str]:
    """The colour of each side: first the sides that the plan names, then sides that only marks name. Under None: the
    colour of a mark without a side."""
    marked = (mark.side for pillar in timeline.pillars for row in pillar.rows for mark in row.marks)
    sides = dict.fromkeys((*timeline.sides, *filter(None, marked)))
    return {None: NOBODY, **{side: SIDE_COLOURS[n % len(SIDE_COLOURS)] for n, side in enumerate(sides)}}

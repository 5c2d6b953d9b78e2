"""The timeline of a plan as one SVG drawing, made to be printed on A3: its years across, its pillars down.

All lengths are millimetres. The drawing is built as a tree of elements, so that no title can bring markup into it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from xml.etree import ElementTree as ET

from documents import svg
from models.common.values import Instant
from models.report.timeline import MarkKind, Timeline, TimelineMark, TimelinePillar, TimelineRow

NAMESPACE = "http://www.w3.org/2000/svg"
FONTS = "Arial, 'Liberation Sans', 'Noto Sans', 'Noto Sans Lao', 'Noto Sans Khmer', 'Leelawadee UI', sans-serif"

PAGE_WIDTH, PAGE_HEIGHT = 420.0, 297.0
"""A3 landscape. A plan too long for it makes the page higher, never wider."""
MARGIN = 10.0
REF_WIDTH, LABEL_WIDTH, GAP = 14.0, 112.0, 3.0
AXIS_LEFT, AXIS_RIGHT = MARGIN + LABEL_WIDTH + GAP, PAGE_WIDTH - MARGIN
HEADER, AXIS, LEGEND, BAND = 15.0, 8.0, 12.0, 5.4
LEAST_ROW, MOST_ROW = 4.4, 10.5
TWO_LINES = 9.0
"""Height of a row in which a long title stands on two lines."""
LABEL_SIZE = 3.4
"""Type of the row labels: its capitals are 2.43 mm high in Arial (0.716 of the size)."""

MUTED, HAIR, AXIS_COLOUR = "#4a5468", "#d5d9e2", "#8f98aa"
FINE = timedelta(days=2)

NOBODY = "#8b929e"
SIDE_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#8c6d1f", "#5b4a9c")
"""By the order in which the plan names its sides; told apart by colour-blind eyes (the first five: Okabe and Ito)."""
OUTCOME_COLOURS = {MarkKind.DONE: "#1f2a44", MarkKind.MISSED: "#a3180f", MarkKind.EXCUSED: "#5f4b8b"}
ROUND_COLOUR, TODAY_COLOUR = "#7a6a9c", "#c2185b"

_KINDS = {
    MarkKind.WINDOW: "due",
    MarkKind.AGREED: "date agreed",
    MarkKind.HELD: "held",
    MarkKind.DONE: "closed out",
    MarkKind.MISSED: "missed",
    MarkKind.EXCUSED: "excused",
    MarkKind.ROUND: "status round",
}
_HOSTED = {MarkKind.WINDOW: "turn of", MarkKind.AGREED: "to be hosted by", MarkKind.HELD: "hosted by"}


def render(timeline: Timeline) -> str:
    """The drawing as a text that stands alone, XML declaration first."""
    return _Drawing(timeline).text()


class Scale(NamedTuple):
    """Where instants lie between the edges of the chart."""

    start: Instant
    end: Instant

    def x(self, instant: Instant) -> float:
        """The place of an instant; one outside the plan's term stands at the edge."""
        span = max((self.end - self.start).total_seconds(), 1.0)
        part = (instant - self.start).total_seconds() / span
        return AXIS_LEFT + min(max(part, 0.0), 1.0) * (AXIS_RIGHT - AXIS_LEFT)

    def holds(self, instant: Instant) -> bool:
        return self.start <= instant <= self.end


class Layout(NamedTuple):
    """How high a row is, and the page."""

    row: float
    chart: float
    page: float

    @property
    def bottom(self) -> float:
        """Where the chart ends."""
        return MARGIN + HEADER + AXIS + self.chart


def lay_out(timeline: Timeline) -> Layout:
    """Rows as high as the page allows, within limits; below the lower one the page grows."""
    rows = sum(max(len(pillar.rows), 1) for pillar in timeline.pillars)
    bands = BAND * len(timeline.pillars)
    free = PAGE_HEIGHT - 2 * MARGIN - HEADER - AXIS - LEGEND - bands
    row = min(max(free / max(rows, 1), LEAST_ROW), MOST_ROW)
    chart = rows * row + bands
    return Layout(row=row, chart=chart, page=max(PAGE_HEIGHT, 2 * MARGIN + HEADER + AXIS + LEGEND + chart))


class _Drawing:
    """The tree in the making."""

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.scale = Scale(timeline.start, timeline.end)
        self.layout = lay_out(timeline)
        self.colours = _colours(timeline)
        self.rows: list[tuple[TimelineRow, float]] = []
        self.stretches: list[tuple[float, float]] = []
        """From where to where the rows of each pillar stand."""
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
        days = f"{self._day(self.timeline.start)} to {self._last_day()}"
        line = (
            f"What is due, agreed and done, {days}. Days are those of {self.timeline.zone}. "
            "Of a past period without a mark, nothing is on record."
        )
        svg.write(group, MARGIN, MARGIN + 11.5, line, 3.6, fill=MUTED)

    def _grid(self) -> None:
        """A line at each local new year, a fainter one at each quarter, and the years in their columns."""
        group = svg.group(self.root, "grid")
        top, bottom = MARGIN + HEADER + AXIS, self.layout.bottom
        for instant, month in _quarters(self.timeline):
            x = self.scale.x(instant)
            if month == 1:
                svg.line(group, x, top - AXIS, x, bottom, AXIS_COLOUR, 0.35, **{"class": "year"})
            else:
                svg.line(group, x, top, x, bottom, "#e8ebf0", 0.2)
        for x in (AXIS_LEFT, AXIS_RIGHT):
            svg.line(group, x, top, x, bottom, AXIS_COLOUR, 0.35)
        for year, left, right in _year_columns(self.timeline, self.scale):
            size = 4.0 if right - left > 12 else 2.6
            if right - left >= 6:
                svg.write(group, (left + right) / 2, top - 2.4, str(year), size, anchor="middle", weight="bold")

    def _today(self) -> None:
        today = self.timeline.today
        if today is None or not self.scale.holds(today):
            return
        group = svg.group(self.root, "today")
        words = f"today, {self._day(today)}"
        svg.title(group, words)
        x, top = self.scale.x(today), MARGIN + HEADER + AXIS
        # Bands hold words: the line stands in the rows.
        svg.line(group, x, top - 1.2, x, top, TODAY_COLOUR, 0.5)
        for first, last in self.stretches:
            svg.line(group, x, first, x, last, TODAY_COLOUR, 0.5)
        half = svg.measure(words, 2.8) / 2
        middle = min(max(x, AXIS_LEFT + half), AXIS_RIGHT - half)
        # The line of a new year must not strike the words through.
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
                self._mark(group, row, mark, y)
        self.rows.append((row, y))

    def _symbols(self) -> None:
        """What lies on the windows, over the line of today."""
        for row, y in self.rows:
            own = svg.group(self.root, "symbols")
            svg.title(own, f"{row.ref} {row.title}")
            for mark in sorted(row.marks, key=lambda each: _ORDER.index(each.kind)):
                if mark.kind is not MarkKind.WINDOW:
                    self._mark(own, row, mark, y)

    # Marks

    def _mark(self, parent: ET.Element, row: TimelineRow, mark: TimelineMark, y: float) -> None:
        group = svg.group(parent, f"mark {mark.kind.value}")
        svg.title(group, self._in_words(row, mark))
        if mark.kind is MarkKind.WINDOW:
            self._bar(group, row, mark, y)
        elif mark.kind is MarkKind.ROUND:
            x = self.scale.x(mark.start)
            svg.line(group, x, y + 0.6, x, y + self.layout.row - 0.6, ROUND_COLOUR, 0.9)
        else:
            x, middle = self._place(mark), y + self.layout.row / 2
            self._symbol(group, mark.kind, self._colour(mark.side), x, middle, self._size)

    def _bar(self, group: ET.Element, row: TimelineRow, mark: TimelineMark, y: float) -> None:
        """A window: tinted and outlined in the colour of the side, whose code stands in it where there is room."""
        left, right = self.scale.x(mark.start), self.scale.x(mark.end or mark.start)
        width, height = max(right - left - 0.5, 0.5), self.layout.row * 0.7
        left, top = min(left + 0.25, AXIS_RIGHT - width), y + self.layout.row * 0.15
        colour = self._colour(mark.side)
        svg.rect(
            group,
            left,
            top,
            width,
            height,
            fill=colour,
            stroke=colour,
            **{"fill-opacity": "0.3", "stroke-width": "0.25"},
        )
        code = mark.side or ""
        x = self._free_place(row, left, left + width, svg.measure(code, 2.3, bold=True)) if code else None
        if x is not None:
            svg.write(group, x, top + height / 2 + 0.83, code, 2.3, weight="bold")

    def _free_place(self, row: TimelineRow, left: float, right: float, width: float) -> float | None:
        """Where in a bar a word stands clear of symbols and lines: far left, by a round, far right."""
        taken = [self._place(mark) for mark in row.marks if mark.kind is not MarkKind.WINDOW]
        taken += [self.scale.x(self.timeline.today)] if self.timeline.today else []
        lines = [self.scale.x(mark.start) for mark in _rounds_of(self.timeline)]
        for x in (left + 0.8, *(each + 0.6 for each in lines), right - width - 0.8):
            fits = x >= left + 0.4 and x + width <= right - 0.4
            struck = any(x - 0.3 < each < x + width + 0.3 for each in lines)
            if fits and not struck and not any(x - self._size < each < x + width + self._size for each in taken):
                return x
        return None

    def _place(self, mark: TimelineMark) -> float:
        """Where a symbol stands: of what happened on an unknown day of a stretch, in the middle of that."""
        x = self.scale.x(mark.start)
        if mark.end is not None:
            return (x + self.scale.x(mark.end)) / 2
        # What was missed is missed at the end of its window: its symbol stands in the bar, not in the next one.
        before = self._size * 1.6 if mark.kind is MarkKind.MISSED else 0.0
        return self._inside(x - before, self._size * 1.2)

    def _rounds(self) -> None:
        """A thin line down the chart for each status round, however many rows it asks about."""
        rounds = {mark.start: mark.label for mark in _rounds_of(self.timeline) if self.scale.holds(mark.start)}
        for instant, label in sorted(rounds.items()):
            group = svg.group(self.root, "round-line")
            svg.title(group, ", ".join(filter(None, ("status round", label, self._day(instant)))))
            x = self.scale.x(instant)
            dash = {"stroke-dasharray": "1.6 1.2"}
            svg.line(group, x, MARGIN + HEADER + AXIS, x, self.layout.bottom, ROUND_COLOUR, 0.25, **dash)

    def _symbol(self, group: ET.Element, kind: MarkKind, colour: str, x: float, y: float, size: float) -> None:
        """One shape each; colour only repeats what the shape says, or names the side."""
        own = OUTCOME_COLOURS.get(kind, colour)
        if kind in (MarkKind.AGREED, MarkKind.HELD):
            self._circle(group, x, y, size, colour, filled=kind is MarkKind.HELD)
        elif kind is MarkKind.DONE:
            tip = size * 1.2
            diamond = ((x, y - tip), (x + tip, y), (x, y + tip), (x - tip, y))
            svg.polygon(group, diamond, fill=own, stroke="#ffffff", width=0.3)
        elif kind is MarkKind.EXCUSED:
            triangle = ((x - size, y - size * 0.85), (x + size, y - size * 0.85), (x, y + size * 0.95))
            svg.polygon(group, triangle, fill="#ffffff", stroke=own, width=0.5)
        else:
            self._cross(group, x, y, size * 0.85, own)

    def _circle(self, group: ET.Element, x: float, y: float, size: float, colour: str, *, filled: bool) -> None:
        """Full where it was held, a ring where it is only agreed. The dark rim sets it off from its bar."""
        if filled:
            attributes = {"fill": colour, "stroke": svg.INK, "stroke-width": "0.35"}
        else:
            attributes = {"fill": "#ffffff", "stroke": svg.INK, "stroke-width": "0.55"}
        ET.SubElement(group, "circle", {"cx": svg.mm(x), "cy": svg.mm(y), "r": svg.mm(size * 0.9), **attributes})
        if not filled:
            ET.SubElement(group, "circle", {"cx": svg.mm(x), "cy": svg.mm(y), "r": svg.mm(size * 0.35), "fill": colour})

    def _cross(self, group: ET.Element, x: float, y: float, size: float, colour: str) -> None:
        for stroke, width in (("#ffffff", 1.4), (colour, 0.8)):
            svg.line(group, x - size, y - size, x + size, y + size, stroke, width)
            svg.line(group, x - size, y + size, x + size, y - size, stroke, width)

    @property
    def _size(self) -> float:
        return min(self.layout.row * 0.33, 2.0)

    def _inside(self, x: float, size: float) -> float:
        """A symbol at the edge of the chart stays whole."""
        return min(max(x, AXIS_LEFT + size), AXIS_RIGHT - size)

    def _colour(self, side: str | None) -> str:
        return self.colours[side] if side else NOBODY

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
        for side in self.colours:
            name = self.timeline.sides.get(side, side)
            yield MarkKind.WINDOW, f"due, turn of {name}" + (f" ({side})" if name != side else ""), side
        yield MarkKind.WINDOW, "due, nobody's turn is stated", None
        for kind in (MarkKind.AGREED, MarkKind.HELD, MarkKind.DONE, MarkKind.MISSED, MarkKind.EXCUSED):
            yield kind, _KINDS[kind], None
        yield MarkKind.ROUND, "status round", None
        yield "today", "today", None

    def _sample(self, group: ET.Element, kind: MarkKind | str, side: str | None, x: float, y: float) -> None:
        colour = self._colour(side)
        if kind == MarkKind.WINDOW:
            svg.rect(
                group,
                x,
                y - 1.5,
                7.0,
                3.0,
                fill=colour,
                stroke=colour,
                **{"fill-opacity": "0.3", "stroke-width": "0.25"},
            )
        elif kind == MarkKind.ROUND or kind == "today":
            stroke = TODAY_COLOUR if kind == "today" else ROUND_COLOUR
            svg.line(group, x + 4, y - 2, x + 4, y + 2, stroke, 0.5 if kind == "today" else 0.9)
        elif isinstance(kind, MarkKind):
            self._symbol(group, kind, colour, x + 4, y, 1.5)

    # Words

    def _in_words(self, row: TimelineRow, mark: TimelineMark) -> str:
        """The full words of a mark: of what, what, called how, when, whose."""
        when = self._day(mark.start)
        if mark.end:
            between = ("from", "to") if mark.kind is MarkKind.WINDOW else ("between", "and")
            when = f"{between[0]} {when} {between[1]} {self._day(_last(mark.end))}"
        parts = [_KINDS[mark.kind]]
        if mark.label and mark.label not in when:
            parts.append(mark.label)
        parts += [] if when in mark.label else [when]
        if mark.side and (hosted := _HOSTED.get(mark.kind)):
            parts.append(f"{hosted} {self.timeline.sides.get(mark.side, mark.side)}")
        elif mark.kind is MarkKind.WINDOW:
            parts.append("nobody's turn is stated")
        return f"{row.ref} {row.title}: {', '.join(parts)}"

    def _day(self, instant: Instant) -> str:
        """In words, by the plan's clock; to the second in a plan of seconds, where days alone would say nothing."""
        local = instant + timedelta(hours=self.timeline.offset_hours)
        fine = self.timeline.end - self.timeline.start < FINE
        return f"{local.day} {local:%B %Y}" + (f", {local:%H:%M:%S}" if fine else "")

    def _last_day(self) -> str:
        return self._day(max(_last(self.timeline.end), self.timeline.start))


_ORDER = tuple(MarkKind)
"""Windows are drawn first, what lies on them after."""


def _rounds_of(timeline: Timeline) -> list[TimelineMark]:
    """Every status round, however many rows name it."""
    marks = [mark for pillar in timeline.pillars for row in pillar.rows for mark in row.marks]
    return [mark for mark in marks if mark.kind is MarkKind.ROUND]


def undated_in_words(pillar: TimelinePillar) -> str:
    """How many items of a pillar are counted and not drawn."""
    if not pillar.undated:
        return "every item bears a date" if pillar.rows else "no items"
    if pillar.undated == 1:
        return "one item without a date is not drawn"
    return f"{pillar.undated} items without a date are not drawn"


def _colours(timeline: Timeline) -> dict[str, str]:
    """One colour a side: first the sides that the plan names, then those that only marks do."""
    marked = (mark.side for pillar in timeline.pillars for row in pillar.rows for mark in row.marks)
    sides = dict.fromkeys((*timeline.sides, *filter(None, marked)))
    return {side: SIDE_COLOURS[n % len(SIDE_COLOURS)] for n, side in enumerate(sides)}


def _quarters(timeline: Timeline) -> Iterator[tuple[Instant, int]]:
    """The local beginnings of quarters within the plan's term, and their months."""
    first, last = (_local(timeline, each).year for each in (timeline.start, timeline.end))
    for year in range(first, last + 1):
        for month in (1, 4, 7, 10):
            instant = datetime(year, month, 1, tzinfo=UTC) - timedelta(hours=timeline.offset_hours)
            if timeline.start < instant < timeline.end:
                yield instant, month


def _year_columns(timeline: Timeline, scale: Scale) -> Iterator[tuple[int, float, float]]:
    """Each local year of the term, with the edges of its column."""
    edges = [scale.x(instant) for instant, month in _quarters(timeline) if month == 1]
    first = _local(timeline, timeline.start).year
    for n, (left, right) in enumerate(zip([AXIS_LEFT, *edges], [*edges, AXIS_RIGHT], strict=True)):
        yield first + n, left, right


def _local(timeline: Timeline, instant: Instant) -> datetime:
    return instant + timedelta(hours=timeline.offset_hours)


def _last(end: Instant) -> Instant:
    """The last moment before an end that is no longer included."""
    return end - timedelta(seconds=1)

"""The timeline as a drawing: what stands where, and that all of it can be read."""

import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from cli.commands.timeline import facts_of_file
from cli.files.plan_file import load_plan
from documents import svg, timeline_svg
from models.report.timeline import MarkKind, Timeline, TimelineMark, TimelinePillar, TimelineRow, build_timeline
from tests.support.reports import LAO, MARKUP

SVG = "{http://www.w3.org/2000/svg}"


def local(year: int, month: int = 1, day: int = 1) -> datetime:
    """Midnight in Vientiane."""
    return datetime(year, month, day, tzinfo=UTC) - timedelta(hours=7)


MARKS = (
    TimelineMark(kind=MarkKind.WINDOW, start=local(2023), end=local(2024), side="LAO", label="2023"),
    TimelineMark(kind=MarkKind.WINDOW, start=local(2025), end=local(2026), side="KHM", label="2025"),
    TimelineMark(kind=MarkKind.WINDOW, start=local(2026), end=local(2027), label="2026"),
    TimelineMark(kind=MarkKind.HELD, start=local(2023, 6, 3), side="LAO", label="3 June 2023, Vientiane"),
    TimelineMark(kind=MarkKind.AGREED, start=local(2025, 12, 31), side="KHM"),
    TimelineMark(kind=MarkKind.DONE, start=local(2026, 1, 1)),
    TimelineMark(kind=MarkKind.MISSED, start=local(2024, 5, 1)),
    TimelineMark(kind=MarkKind.EXCUSED, start=local(2027, 5, 1)),
    TimelineMark(kind=MarkKind.ROUND, start=local(2024, 6, 1), label="2024"),
    TimelineMark(kind=MarkKind.HELD, start=local(2029, 6, 3), side="VNM"),
)
SHAPES = {"held": "circle", "agreed": "circle", "done": "polygon", "excused": "polygon", "missed": "line"}


def timeline(
    rows: tuple[TimelineRow, ...] = (TimelineRow(ref="16.3", title=MARKUP, marks=MARKS),), **changes: object
) -> Timeline:
    pillars = (
        TimelinePillar(name=f"Pillar {MARKUP}", rows=rows, undated=7),
        TimelinePillar(name="Empty", rows=(), undated=1),
    )
    whole = Timeline(
        title=f"Plan {MARKUP}",
        start=local(2023, 2, 13),
        end=local(2028, 2, 13),
        today=local(2026, 11, 24),
        zone="Asia/Vientiane",
        offset_hours=7,
        sides={"LAO": "Lao PDR", "KHM": "Cambodia"},
        pillars=pillars,
    )
    return whole.model_copy(update=changes)


def drawn(what: Timeline) -> ET.Element:
    return ET.fromstring(timeline_svg.render(what))


def groups(root: ET.Element, name: str) -> list[ET.Element]:
    return [group for group in root.iter(f"{SVG}g") if name in group.get("class", "").split()]


def tooltip(group: ET.Element) -> str:
    return group.findtext(f"{SVG}title") or ""


def xs(element: ET.Element) -> list[float]:
    """Every horizontal place of an element."""
    if element.tag == f"{SVG}polygon":
        return [float(point.split(",")[0]) for point in element.get("points", "").split()]
    if element.tag == f"{SVG}circle":
        x, r = float(element.get("cx", "")), float(element.get("r", ""))
        return [x - r, x + r]
    left = [float(element.get(name, "")) for name in ("x", "x1", "x2") if name in element.attrib]
    return left + [x + float(element.get("width", "0")) for x in left]


def middle(group: ET.Element) -> float:
    places = [x for shape in group for x in xs(shape) if shape.tag != f"{SVG}text"]
    return (min(places) + max(places)) / 2


def year_lines(root: ET.Element) -> list[float]:
    return sorted(float(each.get("x1", "")) for each in root.iter(f"{SVG}line") if each.get("class") == "year")


def test_the_same_timeline_gives_the_same_drawing() -> None:
    assert timeline_svg.render(timeline()) == timeline_svg.render(timeline())


def test_what_xml_cannot_hold_is_left_out_of_the_drawing() -> None:
    row = TimelineRow(ref="1\x01", title="F\x0cG")
    drawn = ET.fromstring(timeline_svg.render(timeline(rows=(row,))).encode())
    assert "FG" in [text.text for text in drawn.iter(f"{SVG}text")]


def test_the_drawing_is_a3_and_everything_lies_inside() -> None:
    root = drawn(timeline())
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == ("420mm", "297mm", "0 0 420 297")
    assert all(0 <= x <= 420 for element in root.iter() for x in xs(element))
    heights = [
        float(each.get(name, "0")) for each in root.iter() for name in ("y", "y1", "y2", "cy") if name in each.attrib
    ]
    assert min(heights) >= 0 and max(heights) <= 297
    for mark in groups(root, "mark"):
        assert timeline_svg.AXIS_LEFT - 0.01 <= middle(mark) <= timeline_svg.AXIS_RIGHT + 0.01


def test_years_begin_at_the_local_new_year() -> None:
    root = drawn(timeline())
    scale = timeline_svg.Scale(timeline().start, timeline().end)
    assert year_lines(root) == pytest.approx([scale.x(local(year)) for year in range(2024, 2029)], abs=0.001)


def test_marks_stand_in_their_year_in_the_shape_of_their_kind() -> None:
    root = drawn(timeline())
    edges = [timeline_svg.AXIS_LEFT, *year_lines(root), timeline_svg.AXIS_RIGHT]
    for mark in MARKS[3:9]:
        found = [group for group in groups(root, mark.kind.value) if "2029" not in tooltip(group)]
        assert len(found) == 1
        column = (mark.start + timedelta(hours=7)).year - 2023
        assert edges[column] - 0.01 <= middle(found[0]) <= edges[column + 1] + 0.01
        if shape := SHAPES.get(mark.kind.value):
            assert found[0].find(f"{SVG}{shape}") is not None


def test_a_bar_spans_its_window_in_the_colour_of_its_side() -> None:
    root = drawn(timeline())
    edges = [timeline_svg.AXIS_LEFT, *year_lines(root)]
    bars = [group.find(f"{SVG}rect") for group in groups(root, "window")]
    fills = [bar.get("fill") for bar in bars if bar is not None]
    assert fills == [*timeline_svg.SIDE_COLOURS[:2], timeline_svg.NOBODY]
    for bar, year in zip(bars, (2023, 2025, 2026), strict=True):
        assert bar is not None
        assert xs(bar) == pytest.approx(edges[year - 2023 : year - 2021], abs=0.3)
    assert [tooltip(group).rsplit(", ", 1)[1] for group in groups(root, "window")] == [
        "turn of Lao PDR",
        "turn of Cambodia",
        "nobody's turn is stated",
    ]
    codes = [group.findtext(f"{SVG}text") for group in groups(root, "window")]
    assert codes == ["LAO", "KHM", None]


def test_a_mark_outside_the_term_stands_whole_at_the_edge_and_says_its_day() -> None:
    found = [group for group in groups(drawn(timeline()), "held") if "3 June 2029" in tooltip(group)]
    assert len(found) == 1
    assert max(x for shape in found[0] for x in xs(shape)) <= timeline_svg.AXIS_RIGHT
    assert "hosted by VNM" in tooltip(found[0])


def test_no_title_injects_markup_into_the_drawing() -> None:
    root = drawn(timeline())
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg", "g", "title", "text", "rect", "line", "circle", "polygon"
    }  # fmt: skip
    assert tooltip(groups(root, "row")[0]) == f"16.3 {MARKUP}"
    assert tooltip(groups(root, "held")[0]) == f"16.3 {MARKUP}: held, 3 June 2023, Vientiane, hosted by Lao PDR"


def test_undated_items_are_counted_and_the_legend_names_all() -> None:
    root = drawn(timeline())
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert "7 items without a date are not drawn" in texts
    assert "one item without a date is not drawn" in texts
    assert "No item bears a date." in texts
    assert "today, 24 November 2026" in texts
    legend = [text.text for group in groups(root, "legend") for text in group.iter(f"{SVG}text")]
    assert legend[:4] == [
        "due, turn of Lao PDR (LAO)",
        "due, turn of Cambodia (KHM)",
        "due, turn of VNM",
        "due, nobody's turn is stated",
    ]
    symbols = ["date agreed", "held", "evidence on record, under silence", "closed out", "missed", "excused"]
    assert legend[4:] == [*symbols, "status round", "today"]


def test_a_round_is_one_line_however_many_rows_it_asks_about() -> None:
    rows = tuple(TimelineRow(ref=str(n), title="x", marks=MARKS) for n in range(4))
    root = drawn(timeline(rows))
    assert [tooltip(group) for group in groups(root, "round-line")] == ["status round, 2024, 1 June 2024"]
    assert len(groups(root, "round")) == 4


@pytest.mark.parametrize(("count", "fits"), [(1, True), (45, True), (120, False)])
def test_rows_shrink_to_a_limit_then_the_page_grows(count: int, fits: bool) -> None:
    row = TimelineRow(ref="1", title="x", marks=MARKS[:1])
    pillars = tuple(
        TimelinePillar(name=str(n), rows=(row,) * (count // 7 + (n < count % 7))) for n in range(min(count, 7))
    )
    layout = timeline_svg.lay_out(timeline(pillars=pillars))
    assert timeline_svg.LEAST_ROW <= layout.row <= timeline_svg.MOST_ROW
    assert (layout.page == timeline_svg.PAGE_HEIGHT) is fits
    assert layout.bottom + timeline_svg.LEGEND + timeline_svg.MARGIN <= layout.page + 0.001
    assert drawn(timeline(pillars=pillars)).get("width") == "420mm"


def test_row_labels_keep_their_size_and_long_ones_end_in_an_ellipsis() -> None:
    title = "Memorandum of understanding " * 9
    root = drawn(timeline((TimelineRow(ref="1.1", title=title), TimelineRow(ref="1.2", title=LAO))))
    _, first, label = list(groups(root, "row")[0].iter(f"{SVG}text"))
    assert float(label.get("font-size", "0")) * 0.716 >= 2.4
    assert first.text is not None and label.text is not None and label.text.endswith("…")
    assert title.startswith(f"{first.text} {label.text[:-1]}")
    for part in (first, label):
        assert float(part.get("x", "")) + svg.measure(str(part.text), 3.4) <= timeline_svg.AXIS_LEFT
    many = drawn(timeline(tuple(TimelineRow(ref="1.1", title=title) for _ in range(40))))
    assert all(len(list(row.iter(f"{SVG}text"))) == 2 for row in groups(many, "row")), "low rows have one line"
    assert tooltip(groups(root, "row")[0]) == f"1.1 {title}"
    assert [text.text for text in groups(root, "row")[1].iter(f"{SVG}text")] == ["1.2", LAO]


class Box(NamedTuple):
    words: str
    left: float
    top: float
    right: float
    bottom: float

    def lies_on(self, other: "Box") -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


def boxes(root: ET.Element) -> list[Box]:
    """Where each text stands: as wide as it is measured, as high as its capitals and descenders."""
    found = []
    for text in root.iter(f"{SVG}text"):
        size, x, y = (float(text.get(name, "0")) for name in ("font-size", "x", "y"))
        width = svg.measure(str(text.text), size, bold=text.get("font-weight") == "bold")
        left = x - {"middle": width / 2, "end": width}.get(text.get("text-anchor", ""), 0.0)
        found.append(Box(str(text.text), left, y - 0.72 * size, left + width, y + 0.2 * size))
    return found


@pytest.mark.parametrize("day", [local(2023, 2, 14), local(2025, 12, 20), local(2027, 9, 1), local(2028, 2, 12)])
@pytest.mark.parametrize("rows", [1, 45])
def test_on_a3_all_words_can_be_read_and_none_lies_on_another(day: datetime, rows: int) -> None:
    root = drawn(timeline((TimelineRow(ref="16.3", title=MARKUP * 4, marks=MARKS),) * rows, today=day))
    found = boxes(root)
    assert not [(a.words, b.words) for n, a in enumerate(found) for b in found[:n] if a.lies_on(b)]
    for line in (line for group in groups(root, "today") for line in group.iter(f"{SVG}line")):
        x, top, bottom = (float(str(line.get(name))) for name in ("x1", "y1", "y2"))
        struck = [box.words for box in found if box.left < x < box.right and box.top < bottom and top < box.bottom]
        assert not struck
    points = [float(text.get("font-size", "0")) * 72 / 25.4 for text in root.iter(f"{SVG}text")]
    assert min(points) >= 5
    width, height = (float(str(root.get(name)).removesuffix("mm")) for name in ("width", "height"))
    assert all(box.left > 0 and box.right < width and box.top > 0 and box.bottom < height for box in found)


def test_the_plan_itself_can_be_read_on_a3() -> None:
    plan = load_plan(Path("plans/lao-cambodia-2023-2027.yaml"))
    now = local(2026, 11, 24)
    what = build_timeline(plan, facts_of_file(plan, now), now)
    found = boxes(drawn(what))
    assert not [(a.words, b.words) for n, a in enumerate(found) for b in found[:n] if a.lies_on(b)]
    assert timeline_svg.lay_out(what).page == timeline_svg.PAGE_HEIGHT, "it fits one sheet"
    assert not [box.words for box in found if box.words.endswith("…")], "every title is whole"


def test_symbols_lie_over_the_line_of_today_and_windows_under_it() -> None:
    root = drawn(timeline())
    order = [group.get("class") for group in root.iter(f"{SVG}g")]
    today = order.index("today")
    assert max(n for n, name in enumerate(order) if name == "mark window") < today
    assert min(n for n, name in enumerate(order) if name in ("mark held", "mark missed", "mark done")) > today


def test_a_plan_of_seconds_is_drawn_too() -> None:
    begin = datetime(2026, 1, 3, tzinfo=UTC)
    short = timeline(
        start=begin, end=begin + timedelta(seconds=60), today=begin + timedelta(seconds=30), offset_hours=0
    )
    texts = [text.text for text in drawn(short).iter(f"{SVG}text")]
    assert "today, 3 January 2026, 00:00:30" in texts
    assert timeline_svg.render(timeline(start=begin, end=begin))

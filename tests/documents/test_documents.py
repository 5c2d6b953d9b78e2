"""The documents that are handed on as they are, read back by the libraries that others read them with."""

import io
import re
import xml.etree.ElementTree as ET
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

import pytest
from docx import Document
from docx.document import Document as DocumentObject
from docx.oxml.ns import qn

from cli.commands.timeline import facts_of_file
from cli.files.plan_file import load_plan
from documents import docx_report, html_report, report_words, svg, timeline_svg
from models.report.timeline import MarkKind, Timeline, TimelineMark, TimelinePillar, TimelineRow, build_timeline
from models.report.values import (
    AmendmentLine,
    ArticleReport,
    AwaitedLine,
    ItemLine,
    PillarReport,
    ProgressReport,
    QuestionLine,
    QuestionList,
    Standing,
    Tally,
    TurnLine,
    TurnsReport,
)
from tests.support.docx_order import faults

MARKUP = 'Railway <b>& road</b> "link" <script>x</script>'
LAO = "ຄະນະກຳມະການຮ່ວມມື ລາວ-ກຳປູເຈຍ"
KHMER = "គណៈកម្មាធិការចម្រុះ"
SVG = "{http://www.w3.org/2000/svg}"


def line(ref: str, title: str, standing: Standing) -> ItemLine:
    return ItemLine(id=f"lao-khm/{ref}-x", ref=ref, title=title, standing=standing, detail=f"why {ref} stands there")


LINES = (
    line("1.1", MARKUP, Standing.DONE),
    line("1.2", LAO, Standing.DONE),
    line("1.3", KHMER, Standing.IN_PROGRESS),
    line("2.1", "Seminar", Standing.MISSED),
    line("2.2", "Training course", Standing.NO_EVIDENCE),
)


def awaited(side: str, office: str, rung: int = 1) -> AwaitedLine:
    return AwaitedLine(
        side=side,
        office=office,
        office_title=f"Ministry {office}",
        act="propose a date",
        ref="1.3",
        item="lao-khm/1.3-x",
        title=KHMER,
        since="1 June 2026",
        rung=rung,
    )


def report(**changes: object) -> ProgressReport:
    articles = (
        ArticleReport(number="1", name="Visits", tally=Tally(done=2, in_progress=1), lines=LINES[:3], recitals=1),
        ArticleReport(number="V.a", name=MARKUP, tally=Tally(missed=1, no_evidence=1), lines=LINES[3:]),
        ArticleReport(number="3", name="Preamble", tally=Tally(), recitals=2),
    )
    tally = Tally(done=2, in_progress=1, missed=1, no_evidence=1)
    turns = (
        TurnLine(session="2025", planned="LAO", host="KHM", state="swapped", day="3 March 2025"),
        TurnLine(session="2026", planned="KHM", host="", state="owed"),
    )
    whole = ProgressReport(
        plan="lao-khm",
        title=f"Action Plan {MARKUP}",
        short="Short </style> \\ plan",
        as_of=datetime(2026, 11, 24, 2, tzinfo=UTC),
        as_of_day="24 November 2026",
        zone="Asia/Vientiane",
        valid="in force from 13 February 2023 to 12 February 2028",
        provisions=9,
        recitals=3,
        obligations=7,
        sides={"LAO": "Lao PDR", "KHM": "Cambodia"},
        tally=tally,
        pillars=(PillarReport(name="Politics", tally=tally, articles=articles),),
        turns=(TurnsReport(id="1.3-x", ref="1.3", title=LAO, next="Cambodia hosts next.", turns=turns),),
        amendments=(
            AmendmentLine(
                number=1, text=MARKUP, in_force_from="4 May 2025", proposed_by="LAO", consents="both on 3 May 2025"
            ),
        ),
        awaited=(
            awaited("KHM", "khm-moc", 4),
            awaited("LAO", "lao-moic"),
            awaited("KHM", "khm-mfa", 2),
            awaited("KHM", "khm-moc", 3),
        ),
        questions=(
            QuestionList(
                id="lao-khm/questions/lao-moic.khm-moc",
                offices=("Ministry of Industry, Lao PDR", "Ministry of Commerce, Cambodia"),
                settled=1,
                questions=(
                    QuestionLine(id="1.3-x/first_host", text=f"who hosts {KHMER} first"),
                    QuestionLine(id="1.2-x/cadence", text="how often it is held", answer=MARKUP, settled="4 May 2025"),
                ),
            ),
        ),
        to_come=4,
        note="Made from the record.",
    )
    return whole.model_copy(update=changes)


EMPTY = report(pillars=(), tally=Tally(), turns=(), amendments=(), questions=(), awaited=(), to_come=0, note="")


# Reading back


def opened(what: ProgressReport) -> DocumentObject:
    return Document(io.BytesIO(docx_report.render(what)))


def docx_rows(document: DocumentObject) -> Iterator[tuple[str, ...]]:
    for table in document.tables:
        for row in table.rows:
            yield tuple(cell.text for cell in row.cells)


def docx_words(what: ProgressReport) -> list[str]:
    """Paragraphs and cells, as they are read."""
    document = opened(what)
    return [paragraph.text for paragraph in document.paragraphs] + [text for row in docx_rows(document) for text in row]


class Page(HTMLParser):
    """The texts of a page by the element they stand in, its rows, and every tag."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.rows: list[tuple[str, ...]] = []
        self.blocks: list[str] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self._text = ""
        self._cells: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.targets += [(value or "")[1:] for name, value in attrs if name == "href"]
        if tag in ("p", "td", "th", "h1", "h2", "h3", "h4", "tr"):
            self._text = ""
        if tag == "tr":
            self._cells = []

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        words = " ".join(self._text.split())
        if tag in ("td", "th"):
            self._cells.append(words)
        if tag in ("p", "td", "th", "h1", "h2", "h3", "h4"):
            self.blocks.append(words)
        if tag == "tr":
            self.rows.append(tuple(self._cells))


def html_words(what: ProgressReport) -> list[str]:
    return Page(html_report.render(what)).blocks


def rows_of(kind: str, what: ProgressReport) -> list[tuple[str, ...]]:
    return list(docx_rows(opened(what))) if kind == "docx" else Page(html_report.render(what)).rows


def words_of(kind: str, what: ProgressReport) -> list[str]:
    return docx_words(what) if kind == "docx" else html_words(what)


both = pytest.mark.parametrize("kind", ["docx", "html"])


# The report in both forms


@both
def test_every_count_has_its_denominator(kind: str) -> None:
    rows = rows_of(kind, report())
    tallies = ("5", "2 of 5", "1 of 5", "0 of 5", "1 of 5", "0 of 5", "1 of 5")
    assert ("Politics", *tallies) in rows
    assert ("All pillars", *tallies) in rows
    words = " ".join(words_of(kind, report()))
    assert "2 of 5 (40 per cent) items are done; 1 of 5 is in progress" in words
    assert "3 of 9 ask for nothing that can be followed; the others contain 7 obligations" in words
    assert "Of 3 items, 2 are done and 1 is in progress. One provision of this article asks for nothing" in words
    assert "4 sessions of recurring meetings are still to come" in words
    for found in re.finditer(r"per cent", words):
        assert re.search(r"\d+ of \d+ \(\d+ $", words[: found.start()])


@both
def test_every_item_stands_there_once_with_its_standing(kind: str) -> None:
    rows = Counter(rows_of(kind, report()))
    for each in LINES:
        assert rows[(each.ref, each.title, each.standing.value, each.detail)] == 1


@both
def test_empty_sections_say_so(kind: str) -> None:
    words = words_of(kind, EMPTY)
    for sentence in (
        report_words.NO_ITEMS,
        report_words.NO_TURNS,
        report_words.NO_AMENDMENTS,
        report_words.NO_QUESTIONS,
        report_words.NOTHING_AWAITED,
    ):
        assert words.count(sentence) == 1
    bare = TurnsReport(id="x", ref="2.1", title="Consultation", next="Nobody is stated.")
    assert report_words.NO_TURNS_YET in words_of(kind, report(turns=(bare,)))
    assert "No item is followed here. Two provisions of this article ask for nothing that can be followed." in words_of(
        kind, report()
    )


@both
def test_what_was_awaited_on_a_past_day_is_not_claimed(kind: str) -> None:
    words = words_of(kind, report(awaited_known=False))
    assert report_words.AWAITED_UNKNOWN in words
    assert report_words.NOTHING_AWAITED not in words
    assert "propose a date" not in words


@both
def test_what_is_awaited_stands_by_side_then_office_by_its_title(kind: str) -> None:
    words = words_of(kind, report())
    heads = [word for word in words if word in ("Lao PDR", "Cambodia") or word.startswith("Ministry ")]
    sides = [head for head in heads if head.startswith("Ministry") and ";" not in head]
    assert sides == ["Ministry lao-moic", "Ministry khm-moc", "Ministry khm-mfa"]
    rows = [row for row in rows_of(kind, report()) if row[0] == "1.3" and "propose a date" in row]
    assert len(rows) == 4 and {row[4] for row in rows} == {"no day stated"}
    assert not re.search(r"\b(rung|owed|swapped|KHM|LAO)\b", " ".join(words))
    assert ("2025", "Lao PDR", "Cambodia", "exchanged", "3 March 2025") in rows_of(kind, report())


@both
def test_questions_stand_by_their_offices_open_and_settled(kind: str) -> None:
    words = words_of(kind, report())
    assert "Ministry of Industry, Lao PDR; Ministry of Commerce, Cambodia" in words
    assert "Of 2 questions, 1 is settled and 1 is open." in words
    rows = rows_of(kind, report())
    assert (f"Who hosts {KHMER} first", "open", "–") in rows
    assert ("How often it is held", MARKUP, "4 May 2025") in rows
    assert "4 acts are awaited, counted by office: 1 of Lao PDR and 3 of Cambodia. 1 of 2 questions" in " ".join(words)
    untold = words_of(kind, report(questions=(), questions_known=False))
    assert report_words.QUESTIONS_UNKNOWN in untold and report_words.NO_QUESTIONS not in untold


@both
def test_an_amendment_is_given_whole(kind: str) -> None:
    row = ("1", MARKUP, "4 May 2025", "Lao PDR", "both on 3 May 2025")
    assert Counter(rows_of(kind, report()))[row] == 1


@pytest.mark.parametrize(
    ("number", "total", "words"),
    [
        (0, 40, "0 of 40 (0 per cent)"),
        (1, 400, "1 of 400 (less than 1 per cent)"),
        (1, 101, "1 of 101 (less than 1 per cent)"),
        (1, 100, "1 of 100 (1 per cent)"),
        (12, 40, "12 of 40 (30 per cent)"),
        (1, 8, "1 of 8 (13 per cent)"),
        (99, 100, "99 of 100 (99 per cent)"),
        (249, 250, "249 of 250 (more than 99 per cent)"),
        (399, 400, "399 of 400 (more than 99 per cent)"),
        (40, 40, "40 of 40 (100 per cent)"),
        (0, 0, "0 of 0"),
    ],
)
def test_a_percentage_is_never_alone_nor_all_where_it_is_not(number: int, total: int, words: str) -> None:
    assert report_words.share(number, total) == words


def test_a_tally_reads_as_a_sentence() -> None:
    assert report_words.tally_in_words(Tally(done=3)) == "All 3 items are done."
    assert report_words.tally_in_words(Tally(not_started=1)) == "The one item has not started."
    everything = Tally(done=1, in_progress=2, not_started=1, missed=2, excused=1, no_evidence=2)
    assert report_words.tally_in_words(everything) == (
        "Of 9 items, 1 is done, 2 are in progress, 1 has not started, 2 were missed, 1 was excused and 2 are without "
        "evidence."
    )


# DOCX


def test_the_same_report_gives_the_same_bytes() -> None:
    first, again = docx_report.render(report()), docx_report.render(report())
    assert first == again
    with zipfile.ZipFile(io.BytesIO(first)) as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    properties = Document(io.BytesIO(first)).core_properties
    assert properties.created == properties.modified == datetime(2026, 11, 24, 2, tzinfo=UTC)
    assert html_report.render(report()) == html_report.render(report())
    assert timeline_svg.render(timeline()) == timeline_svg.render(timeline())


def test_table_heads_repeat_rows_stay_whole_and_widths_fill_the_page() -> None:
    document = opened(report())
    assert len(document.tables) == 9
    for table in document.tables:
        heads = [row._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for row in table.rows]
        assert heads == [True] + [False] * (len(heads) - 1)
        for row in table.rows:
            assert row._tr.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None
            assert sum(cell.width.cm for cell in row.cells if cell.width) == pytest.approx(17.0, abs=0.02)


@pytest.mark.parametrize("what", [report(), EMPTY], ids=["whole", "empty"])
def test_word_finds_everything_in_its_order(what: ProgressReport) -> None:
    assert faults(docx_report.render(what)) == []


def test_a_fault_in_the_order_of_elements_is_found() -> None:
    source = io.BytesIO(docx_report.render(report()))
    spoilt = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(spoilt, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "word/document.xml":
                data = data.replace(b'<w:tblLayout w:type="fixed"/>', b'<w:shd w:val="clear"/><w:tblLayout/>', 1)
                data = data.replace(b'w:anchor="s_', b'w:anchor="t_', 1).replace(
                    b"<w:tblGrid>", b"<w:tblGrid><w:gridCol/>"
                )
                data = data.replace(b"<w:keepNext/>", b"", 1).replace(
                    b'<w:pStyle w:val="Title"/>', b"<w:jc/><w:pStyle/>"
                )
            new.writestr(name, data)
    found = "\n".join(faults(spoilt.getvalue()))
    for fault in ("<pPr> holds jc pStyle", "cells in a table of", "a link leads to t_"):
        assert fault in found, found


def test_tables_take_their_look_from_one_style() -> None:
    document = opened(report())
    assert {table.style.name for table in document.tables if table.style} == {"Report table"}
    for table in document.tables:
        properties = table._tbl.tblPr
        assert properties.find(qn("w:tblBorders")) is None and properties.find(qn("w:tblCellMar")) is None
        assert properties.find(qn("w:tblCaption")).get(qn("w:val")), "a table says what it is"
    shaded = {
        cell.text for table in document.tables for cell in table.rows[0].cells if cell._tc.tcPr.findall(qn("w:shd"))
    }
    assert not shaded, "the head is shaded by the style"


def test_the_summary_leads_to_every_section() -> None:
    body = opened(report()).element.body
    links = [str(link.get(qn("w:anchor"))) for link in body.iter(qn("w:hyperlink"))]
    marks = {str(mark.get(qn("w:name"))) for mark in body.iter(qn("w:bookmarkStart"))}
    assert len(links) == 5 and set(links) < marks and len(marks) == 6
    said = ["".join(text.text for text in link.iter(qn("w:t"))) for link in body.iter(qn("w:hyperlink"))]
    assert said == ["Politics", *list(report_words.HEADINGS.values())[1:]]


def test_the_standing_is_a_word_on_a_shade_of_its_own() -> None:
    shades: dict[str, set[str]] = {}
    for table in opened(report()).tables:
        for row in table.rows[1:]:
            if table.rows[0].cells[2].text == "Standing":
                shade = row.cells[2]._tc.find(f"{qn('w:tcPr')}/{qn('w:shd')}")
                assert shade is not None
                shades.setdefault(row.cells[2].text, set()).add(str(shade.get(qn("w:fill"))))
    assert shades == {standing.value: {docx_report.SHADES[standing]} for standing in {each.standing for each in LINES}}
    assert len(set(docx_report.SHADES.values())) == len(Standing)


def test_the_page_is_a4_with_headings_title_and_page_numbers() -> None:
    document = opened(report())
    section = document.sections[0]
    assert section.page_width is not None and section.page_height is not None
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (21.0, 29.7)
    styles = {paragraph.text: paragraph.style.name for paragraph in document.paragraphs if paragraph.style}
    assert styles[f"Action Plan {MARKUP}"] == "Title"
    assert styles["As of 24 November 2026 (Asia/Vientiane)"] == "Report dateline"
    assert styles["In force from 13 February 2023 to 12 February 2028"] == "Report dateline"
    for head in ("Summary", "Politics", *report_words.HEADINGS.values()):
        assert styles[head] == "Heading 1"
    assert styles["1. Visits"] == styles[f"V.a. {MARKUP}"] == styles["Cambodia"] == "Heading 2"
    assert styles["Ministry khm-moc"] == "Heading 3"
    footer = section.footer.paragraphs[0]
    assert footer.text.startswith("Short </style> \\ plan: progress report as of 24 November 2026")
    fields = [field.get(qn("w:instr")) for field in footer._p.iter(qn("w:fldSimple"))]
    assert fields == ["PAGE", "NUMPAGES"]


def test_lao_and_khmer_have_their_font_and_size() -> None:
    document = opened(report())
    for name in ("Normal", "Report cell", "Heading 2"):
        properties = document.styles[name].element.rPr
        assert properties.find(qn("w:rFonts")).get(qn("w:cs")) == docx_report.COMPLEX_FONT
        assert properties.find(qn("w:szCs")).get(qn("w:val")) == properties.find(qn("w:sz")).get(qn("w:val"))


def test_what_xml_cannot_hold_is_left_out() -> None:
    odd = report(title="A\x00B\x07\ud800C", short="D\x1bE")
    assert "ABC" in docx_words(odd)
    row = TimelineRow(ref="1\x01", title="F\x0cG")
    drawn = ET.fromstring(timeline_svg.render(timeline(rows=(row,))).encode())
    assert "FG" in [text.text for text in drawn.iter(f"{SVG}text")]


# HTML


def test_no_title_injects_markup() -> None:
    text = html_report.render(report())
    page = Page(text)
    assert page.tags["script"] == page.tags["b"] == 0
    assert page.tags["style"] == 1
    assert text.count("</style>") == 1
    assert f"Progress report onAction Plan {MARKUP}" in page.blocks
    assert "Short </style>" not in text


def test_the_page_is_self_contained_and_its_links_lead_somewhere() -> None:
    page = Page(html_report.render(report()))
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert len(page.ids) == len(set(page.ids))
    assert page.targets and set(page.targets) <= set(page.ids)
    assert page.tags["thead"] == page.tags["table"] == page.tags["caption"] == 9


# The timeline


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
    assert legend[4:] == ["date agreed", "held", "closed out", "missed", "excused", "status round", "today"]


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


@pytest.mark.parametrize("words", [LAO * 3, KHMER * 3])
def test_a_shortened_word_keeps_its_letters_whole(words: str) -> None:
    for width in range(2, 60):
        kept = svg.shorten(words, width, 3.4).removesuffix("…")
        rest = words[len(kept) :].lstrip(" -")
        assert words.startswith(kept)
        assert not re.match(r"[\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u17b4-\u17d3]", rest) and not kept.endswith("\u17d2")


def test_a_plan_of_seconds_is_drawn_too() -> None:
    begin = datetime(2026, 1, 3, tzinfo=UTC)
    short = timeline(
        start=begin, end=begin + timedelta(seconds=60), today=begin + timedelta(seconds=30), offset_hours=0
    )
    texts = [text.text for text in drawn(short).iter(f"{SVG}text")]
    assert "today, 3 January 2026, 00:00:30" in texts
    assert timeline_svg.render(timeline(start=begin, end=begin))

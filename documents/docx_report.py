"""The progress report as a Word document (DOCX, ISO/IEC 29500), ready for the governments.

The same report always gives the same bytes. The date in the document is that of the report, and all parts of the ZIP
file have the same fixed time.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

from documents.report_words import (
    AMENDMENT_COLUMNS,
    AWAITED_COLUMNS,
    EMPTY,
    HEADINGS,
    ITEM_COLUMNS,
    NO_AMENDMENTS,
    NO_DAY,
    NO_TURNS,
    NO_TURNS_YET,
    OPEN,
    QUESTION_COLUMNS,
    STANDINGS,
    TALLY_COLUMNS,
    TURN_COLUMNS,
    awaited_by_side,
    count,
    dateline,
    footer,
    no_questions,
    nothing_awaited,
    of,
    questions_in_words,
    recitals_in_words,
    sentence_case,
    side_name,
    summary,
    tally_in_words,
    turn_state,
)
from documents.xml_text import clean
from models.report.values import ArticleReport, PillarReport, ProgressReport, Standing, Tally, TurnsReport

FONT = "Cambria"
COMPLEX_FONT = "Leelawadee UI"
"""The font of Lao, Khmer and Thai letters. Word uses it for these scripts. Other programs use their own font
instead."""

TABLE_STYLE = "ReportTable"
INK = RGBColor(0x1F, 0x2A, 0x44)
RULE = "9AA3B5"
HEAD_SHADE = "E9ECF2"
SHADES = {
    Standing.DONE: "DFEEDF",
    Standing.IN_PROGRESS: "DFE9F5",
    Standing.NOT_STARTED: "F3F3F3",
    Standing.MISSED: "F8DDD6",
    Standing.EXCUSED: "EAE4F1",
    Standing.NO_EVIDENCE: "FBF1D3",
}
"""The light colour of a cell for each standing. The cell also has the word, so a reader does not need the colour."""

PAGE_WIDTH, PAGE_HEIGHT, MARGIN = Cm(21.0), Cm(29.7), Cm(2.0)
TALLY_WIDTHS = (4.1, 1.3, 1.8, 2.0, 2.0, 1.8, 1.8, 2.2)
ITEM_WIDTHS = (1.7, 6.6, 2.3, 6.4)
TURN_WIDTHS = (2.2, 3.4, 3.4, 3.2, 4.8)
AMENDMENT_WIDTHS = (1.1, 6.7, 2.7, 2.5, 4.0)
QUESTION_WIDTHS = (9.4, 4.8, 2.8)
AWAITED_WIDTHS = (1.5, 6.3, 3.6, 2.8, 2.8)
"""The widths of columns in centimetres. The columns of each table are together 17 cm wide, like the text between the
margins."""

SHORT_TABLE = 6
"""A table with at most this many rows is not split between two pages. Its head counts as a row."""

_NOT_OURS = (
    RELATIONSHIP_TYPE.THUMBNAIL,
    "http://schemas.microsoft.com/office/2007/relationships/stylesWithEffects",
)
"""Parts of the library's template that the document does not need: a preview of another document, and styles for an
older Word."""

_EPOCH = (1980, 1, 1, 0, 0, 0)


class Cell(NamedTuple):
    """The text and the colour of one cell of a table."""

    text: str
    shade: str = ""
    """The colour of the cell, as six hexadecimal digits. Empty if the cell has no colour."""


def render(report: ProgressReport) -> bytes:
    """Returns the bytes of the Word document. Equal reports give equal bytes."""
    document = Document()
    _lay_out(document)
    _set_styles(document)
    _put_properties(document, report)
    _put_footer(document, report)
    _put_title(document, report)
    _put_summary(document, report)
    for pillar in report.pillars:
        _put_pillar(document, pillar)
    _put_turns(document, report)
    _put_amendments(document, report)
    _put_questions(document, report)
    _put_awaited(document, report)
    return _without_dates(document)


# Page, styles, properties


def _lay_out(document: DocumentObject) -> None:
    """Sets the page to A4 portrait, and removes the empty paragraphs and the preview of the library's template."""
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = PAGE_WIDTH, PAGE_HEIGHT
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = MARGIN
    section.footer_distance = Cm(1.0)
    for relations in (document.part.package.rels, document.part.rels):
        for key in [key for key, each in relations.items() if each.reltype in _NOT_OURS]:
            del relations[key]
    for setting in document.settings.element.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")


def _set_styles(document: DocumentObject) -> None:
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "en-GB")
        language.set(qn("w:bidi"), "lo-LA")
    _style(document, "Normal", 10.5, after=6, line=1.1)
    _style(document, "Title", 19, bold=True, ink=True, after=4)
    _style(document, "Heading 1", 15, bold=True, ink=True, before=20, after=6)
    _style(document, "Heading 2", 12, bold=True, ink=True, before=14, after=3)
    _style(document, "Heading 3", 10.5, bold=True, ink=True, before=10, after=3)
    _style(document, "Footer", 8.5, ink=True)
    _style(document, "Report kicker", 12, ink=True, after=2)
    _style(document, "Report dateline", 10.5, after=0)
    _style(document, "Report note", 9, after=8, line=1.05)
    _style(document, "Report cell", 9, line=1.0)
    _style(document, "Report head", 8.5, bold=True, ink=True, line=1.0)
    _style(document, "Report number", 9, line=1.0)
    numbers = document.styles["Report number"]
    assert isinstance(numbers, ParagraphStyle)
    numbers.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _set_table_style(document)
    for border in list(document.styles["Title"].element.iter(qn("w:pBdr"))):
        border.getparent().remove(border)


def _style(
    document: DocumentObject,
    name: str,
    size: float,
    *,
    bold: bool = False,
    ink: bool = False,
    before: float = 0,
    after: float = 0,
    line: float = 1.0,
) -> None:
    """Sets the type, colour and spacing of a style. Adds the style if the template does not have it."""
    known = name in document.styles
    style = document.styles[name] if known else document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    assert isinstance(style, ParagraphStyle)
    # If a style sets no weight, the bold head and last row of the table style show.
    style.font.size, style.font.bold, style.font.italic = Pt(size), bold or None, False
    style.font.color.rgb = INK if ink else RGBColor(0, 0, 0)
    spacing = style.paragraph_format
    spacing.space_before, spacing.space_after, spacing.line_spacing = Pt(before), Pt(after), line
    spacing.widow_control = True
    _set_fonts(style, size)


def _set_fonts(style: ParagraphStyle, size: float) -> None:
    """Sets one font family for most scripts, and another for scripts of complex layout, at the same size."""
    properties = style.element.get_or_add_rPr()
    for tag in ("w:rFonts", "w:szCs", "w:spacing", "w:kern"):
        for old in properties.findall(qn(tag)):
            properties.remove(old)
    style.font.name = FONT
    fonts = properties.find(qn("w:rFonts"))
    assert fonts is not None
    fonts.set(qn("w:cs"), COMPLEX_FONT)
    fonts.set(qn("w:eastAsia"), FONT)
    after = properties.find(qn("w:sz"))
    assert after is not None
    after.addnext(_element("w:szCs", val=str(round(size * 2))))


def _set_table_style(document: DocumentObject) -> None:
    """Defines the style of every table: lines between rows only, space in the cells, a shaded head, and a shaded last
    row for totals. It removes the other table styles of the template, so that a person finds this one."""
    styles = document.styles.element
    for style in [each for each in styles.iter(qn("w:style")) if each.get(qn("w:type")) == "table"]:
        if style.get(qn("w:styleId")) != "TableNormal":
            styles.remove(style)
    table = _element("w:style", type="table", customStyle="1", styleId=TABLE_STYLE)
    table.append(_element("w:name", val="Report table"))
    table.append(_element("w:basedOn", val="TableNormal"))
    table.append(_element("w:uiPriority", val="99"))
    properties, borders, margins = _element("w:tblPr"), _element("w:tblBorders"), _element("w:tblCellMar")
    for edge, size in (("top", "8"), ("bottom", "8"), ("insideH", "4")):
        borders.append(_element(f"w:{edge}", val="single", sz=size, space="0", color=RULE))
    for edge, width in (("top", "40"), ("left", "85"), ("bottom", "40"), ("right", "85")):
        margins.append(_element(f"w:{edge}", w=width, type="dxa"))
    properties.extend((borders, margins))
    table.append(properties)
    for where in ("firstRow", "lastRow"):
        part, run, cell = _element("w:tblStylePr", type=where), _element("w:rPr"), _element("w:tcPr")
        run.append(_element("w:b"))
        cell.append(_element("w:shd", val="clear", color="auto", fill=HEAD_SHADE))
        part.extend((run, cell))
        table.append(part)
    styles.append(table)


def _put_properties(document: DocumentObject, report: ProgressReport) -> None:
    properties = document.core_properties
    properties.title = clean(f"Progress report on {report.title}")[:255]
    properties.subject = clean(f"As of {report.as_of_day}")[:255]
    properties.author = properties.last_modified_by = "Aide-Mémoire"
    properties.comments = properties.keywords = ""
    properties.language = "en-GB"
    properties.revision = 1
    moment = report.as_of.replace(tzinfo=None, microsecond=0)
    properties.created = properties.modified = moment


def _put_footer(document: DocumentObject, report: ProgressReport) -> None:
    """Puts the short title and the day on the left of the footer, and the page number with the number of pages on the
    right."""
    paragraph = document.sections[0].footer.paragraphs[0]
    paragraph.paragraph_format.tab_stops.clear_all()
    style = document.styles["Footer"]
    assert isinstance(style, ParagraphStyle)
    style.paragraph_format.tab_stops.clear_all()
    paragraph.paragraph_format.tab_stops.add_tab_stop(PAGE_WIDTH - 2 * MARGIN, WD_TAB_ALIGNMENT.RIGHT)
    paragraph.add_run(clean(footer(report)).replace("\t", " "))
    paragraph.add_run("\tPage ")
    _put_field(paragraph, "PAGE")
    paragraph.add_run(" of ")
    _put_field(paragraph, "NUMPAGES")
    _rule(paragraph, "top")


def _put_field(paragraph: Paragraph, instruction: str) -> None:
    field = _element("w:fldSimple", instr=instruction)
    run = _element("w:r")
    text = _element("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def _rule(paragraph: Paragraph, where: str) -> None:
    """Draws a thin line above or below a paragraph."""
    borders = _element("w:pBdr")
    borders.append(_element(f"w:{where}", val="single", sz="4", space="4", color=RULE))
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")


# Sections


def _put_title(document: DocumentObject, report: ProgressReport) -> None:
    _paragraph(document, "Progress report on", "Report kicker")
    _paragraph(document, report.title, "Title")
    lines = [_paragraph(document, line, "Report dateline") for line in dateline(report) if line]
    _rule(lines[-1], "bottom")


def _put_summary(document: DocumentObject, report: ProgressReport) -> None:
    _heading(document, HEADINGS["summary"], 1)
    for text in summary(report):
        _paragraph(document, text)
    if report.note:
        _paragraph(document, report.note, "Report note")
    if not report.pillars:
        return
    rows = [_tally_row(pillar.name, pillar.tally) for pillar in report.pillars]
    rows.append(_tally_row("All pillars", report.tally))
    table = _table(document, "Items by pillar and standing", TALLY_COLUMNS, TALLY_WIDTHS, rows, summed=True)
    head, *body = table.rows
    for cell in head.cells[1:]:
        cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for row, pillar in zip(body, (*report.pillars, None), strict=True):
        for cell in row.cells[1:]:
            cell.paragraphs[0].style = "Report number"
        if pillar is not None:
            _link(row.cells[0].paragraphs[0], pillar.name)
    _put_contents(document)


def _put_contents(document: DocumentObject) -> None:
    """Adds a list of the sections after the pillars. The table above it lists the pillars."""
    paragraph = _paragraph(document, "After the pillars: ")
    paragraph.paragraph_format.space_before = Pt(8)
    for key in ("turns", "amendments", "questions", "awaited"):
        _link(paragraph, HEADINGS[key], add=True)
        paragraph.add_run("." if key == "awaited" else "; ")


def _tally_row(name: str, tally: Tally) -> list[Cell]:
    counts = [Cell(of(count(tally, standing), tally.total)) for standing in STANDINGS]
    return [Cell(name), Cell(str(tally.total)), *counts]


def _put_pillar(document: DocumentObject, pillar: PillarReport) -> None:
    _heading(document, pillar.name, 1)
    words = _paragraph(document, tally_in_words(pillar.tally))
    words.paragraph_format.keep_with_next = bool(pillar.articles)
    for article in pillar.articles:
        _put_article(document, article)


def _put_article(document: DocumentObject, article: ArticleReport) -> None:
    _heading(document, f"{article.number}. {article.name}" if article.name else article.number, 2)
    words = " ".join(filter(None, (tally_in_words(article.tally), recitals_in_words(article))))
    paragraph = _paragraph(document, words)
    if not article.lines:
        return
    paragraph.paragraph_format.keep_with_next = True
    rows = [
        [Cell(line.ref), Cell(line.title), Cell(line.standing.value, SHADES[line.standing]), Cell(line.detail)]
        for line in article.lines
    ]
    _table(document, f"Items of {article.number} {article.name}", ITEM_COLUMNS, ITEM_WIDTHS, rows)


def _put_turns(document: DocumentObject, report: ProgressReport) -> None:
    _heading(document, HEADINGS["turns"], 1)
    if not report.turns:
        _paragraph(document, NO_TURNS)
    for series in report.turns:
        _put_series(document, report, series)


def _put_series(document: DocumentObject, report: ProgressReport, series: TurnsReport) -> None:
    _heading(document, f"{series.ref} {series.title}", 2)
    paragraph = _paragraph(document, series.next)
    if not series.turns:
        _paragraph(document, NO_TURNS_YET)
        return
    paragraph.paragraph_format.keep_with_next = True
    rows = [
        [turn.session, side_name(report, turn.planned), side_name(report, turn.host), turn_state(turn.state), turn.day]
        for turn in series.turns
    ]
    _table(document, f"Hosting turns of {series.title}", TURN_COLUMNS, TURN_WIDTHS, _plain(rows))


def _put_amendments(document: DocumentObject, report: ProgressReport) -> None:
    _heading(document, HEADINGS["amendments"], 1)
    if not report.amendments:
        _paragraph(document, NO_AMENDMENTS)
        return
    rows = [
        [
            str(each.number),
            sentence_case(each.text),
            each.in_force_from,
            side_name(report, each.proposed_by),
            each.consents,
        ]
        for each in report.amendments
    ]
    _table(document, HEADINGS["amendments"], AMENDMENT_COLUMNS, AMENDMENT_WIDTHS, _plain(rows))


def _put_questions(document: DocumentObject, report: ProgressReport) -> None:
    _heading(document, HEADINGS["questions"], 1)
    if nothing := no_questions(report):
        _paragraph(document, nothing)
    for each in report.questions:
        offices = "; ".join(each.offices)
        _heading(document, offices, 2)
        words = _paragraph(document, questions_in_words(each.settled, len(each.questions)))
        words.paragraph_format.keep_with_next = True
        rows = [[sentence_case(line.text), line.answer or OPEN, line.settled] for line in each.questions]
        _table(document, f"Questions to {offices}", QUESTION_COLUMNS, QUESTION_WIDTHS, _plain(rows))


def _put_awaited(document: DocumentObject, report: ProgressReport) -> None:
    _heading(document, HEADINGS["awaited"], 1)
    if nothing := nothing_awaited(report):
        _paragraph(document, nothing)
    for side, offices in awaited_by_side(report):
        _heading(document, side, 2)
        for title, lines in offices:
            _heading(document, title, 3)
            rows = [[line.ref, line.title, line.act, line.since, line.due or NO_DAY] for line in lines]
            _table(document, f"What is awaited of the {title}", AWAITED_COLUMNS, AWAITED_WIDTHS, _plain(rows))


# Paragraphs and tables


def _paragraph(document: DocumentObject, text: str, style: str = "Normal") -> Paragraph:
    return document.add_paragraph(clean(text), style=style)


def _heading(document: DocumentObject, text: str, rank: int) -> None:
    """Adds a heading. A heading of the first rank gets a bookmark, so that links can lead to it."""
    paragraph = document.add_heading(clean(text), rank)
    if rank != 1 or not paragraph.runs:
        return
    known = [str(mark.get(qn("w:name"))) for mark in document.element.iter(qn("w:bookmarkStart"))]
    if _anchor(text) not in known:
        number = str(len(known))
        paragraph.runs[0]._r.addprevious(_element("w:bookmarkStart", id=number, name=_anchor(text)))
        paragraph.runs[-1]._r.addnext(_element("w:bookmarkEnd", id=number))


def _anchor(text: str) -> str:
    """The name of a bookmark: letters, digits and underscores, at most 40. A digest makes names different that begin
    with the same letters."""
    plain = re.sub("[^0-9A-Za-z]+", "_", text)[:24]
    return f"s_{plain}_{zlib.crc32(text.encode(errors='replace')):08x}"


def _link(paragraph: Paragraph, text: str, *, add: bool = False) -> None:
    """Makes a link to a heading of the first rank. With `add` the link is added to the paragraph. Without it, the text
    of the paragraph becomes the link."""
    link = _element("w:hyperlink", anchor=_anchor(text), history="1")
    runs = [paragraph.add_run(clean(text))] if add else paragraph.runs
    runs[0]._r.addprevious(link)
    for run in runs:
        link.append(run._r)


def _plain(rows: Iterable[Sequence[str]]) -> list[list[Cell]]:
    return [[Cell(text) for text in row] for row in rows]


def _table(
    document: DocumentObject,
    caption: str,
    columns: Sequence[str],
    widths: Sequence[float],
    rows: Sequence[Sequence[Cell]],
    *,
    summed: bool = False,
) -> Table:
    """Adds a table. Its head is repeated on every page, and no row is split. Screen readers read the caption, but it is
    not shown."""
    table: Table = document.add_table(rows=len(rows) + 1, cols=len(columns))
    table.alignment = WD_TABLE_ALIGNMENT.LEFT
    table.autofit = False
    _describe(table, caption, summed)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    head, *body = table.rows
    _fill(head, [Cell(name) for name in columns], widths, "Report head")
    head._tr.get_or_add_trPr().append(_element("w:tblHeader"))
    for row, entries in zip(body, rows, strict=True):
        _fill(row, entries, widths, "Report cell")
    _keep_together([head, *body])
    return table


def _describe(table: Table, caption: str, summed: bool) -> None:
    """Sets the style of a table, the parts of the style that apply, and the caption."""
    properties = table._tbl.tblPr
    for tag in ("w:tblStyle", "w:tblLook"):
        for old in properties.findall(qn(tag)):
            properties.remove(old)
    properties.insert(0, _element("w:tblStyle", val=TABLE_STYLE))
    look = {"firstRow": "1", "lastRow": str(int(summed)), "firstColumn": "0", "lastColumn": "0"}
    properties.append(_element("w:tblLook", val="0460" if summed else "0420", **look, noHBand="1", noVBand="1"))
    properties.append(_element("w:tblCaption", val=clean(caption)))


def _keep_together(rows: Sequence[_Row]) -> None:
    """Keeps a short table on one page. A long table never has a page with only one of its rows."""
    kept = rows[:-1] if len(rows) <= SHORT_TABLE else (*rows[:2], rows[-2])
    for row in kept:
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True


def _fill(row: _Row, entries: Sequence[Cell], widths: Sequence[float], style: str) -> None:
    row._tr.get_or_add_trPr().append(_element("w:cantSplit"))
    for cell, entry, width in zip(row.cells, entries, widths, strict=True):
        cell.width = Cm(width)
        paragraph = cell.paragraphs[0]
        paragraph.style = style
        paragraph.add_run(clean(entry.text) or EMPTY)
        if entry.shade:
            _shade(cell, entry.shade)


def _shade(cell: _Cell, colour: str) -> None:
    properties = cell._tc.get_or_add_tcPr()
    for old in properties.findall(qn("w:shd")):
        properties.remove(old)
    properties.append(_element("w:shd", val="clear", color="auto", fill=colour))


def _element(tag: str, **attributes: str) -> BaseOxmlElement:
    element: BaseOxmlElement = OxmlElement(tag, {qn(f"w:{name}"): value for name, value in attributes.items()})
    return element


def _without_dates(document: DocumentObject) -> bytes:
    """Returns the file in bytes, with the same fixed time in every part of the ZIP."""
    saved, fixed = io.BytesIO(), io.BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            part = zipfile.ZipInfo(name, _EPOCH)
            part.compress_type = zipfile.ZIP_DEFLATED
            part.external_attr = 0o600 << 16
            target.writestr(part, source.read(name))
    return fixed.getvalue()

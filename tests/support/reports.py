"""A progress report for tests, and functions that read its documents with other libraries."""

import io
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from docx import Document
from docx.document import Document as DocumentObject

from documents import docx_report, html_report
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

MARKUP = 'Railway <b>& road</b> "link" <script>x</script>'
LAO = "ຄະນະກຳມະການຮ່ວມມື ລາວ-ກຳປູເຈຍ"
KHMER = "គណៈកម្មាធិការចម្រុះ"


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


def opened(what: ProgressReport) -> DocumentObject:
    return Document(io.BytesIO(docx_report.render(what)))


def docx_rows(document: DocumentObject) -> Iterator[tuple[str, ...]]:
    for table in document.tables:
        for row in table.rows:
            yield tuple(cell.text for cell in row.cells)


def docx_words(what: ProgressReport) -> list[str]:
    """The texts of the paragraphs and cells, in reading order."""
    document = opened(what)
    return [paragraph.text for paragraph in document.paragraphs] + [text for row in docx_rows(document) for text in row]


class Page(HTMLParser):
    """Reads a page: its texts by element, its table rows, and all its tags."""

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

"""The progress report as one web page that needs no other file."""

from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from adapters.program_folders import TEMPLATES
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
from models.report.values import ProgressReport


def render(report: ProgressReport) -> str:
    """Returns the web page as HTML. The page contains its styles, has no script, and loads no other file. Every text of
    the report is escaped, so it cannot become markup."""
    return _template().render(
        report=report,
        standings=STANDINGS,
        headings=HEADINGS,
        words=_words(report),
        awaited=list(awaited_by_side(report)),
        drawn={line.id for pillar in report.pillars for article in pillar.articles for line in article.lines},
        count=count,
        of=of,
        questions_in_words=questions_in_words,
        sentence_case=sentence_case,
        turn_state=turn_state,
        tally_in_words=tally_in_words,
        recitals_in_words=recitals_in_words,
        side=lambda side: side_name(report, side),
        columns={
            "tally": TALLY_COLUMNS,
            "items": ITEM_COLUMNS,
            "turns": TURN_COLUMNS,
            "amendments": AMENDMENT_COLUMNS,
            "questions": QUESTION_COLUMNS,
            "awaited": AWAITED_COLUMNS,
        },
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["css_string"] = _css_string
    return environment.get_template("report.html.j2")


def _css_string(text: str) -> Markup:
    """A text as a string of CSS. All characters except ASCII letters and digits are escaped in the way of CSS, because
    a style element knows no HTML entities."""
    letters = (c if c.isascii() and c.isalnum() else "\\" + f"{ord(c):x} " for c in text)
    return Markup('"' + "".join(letters) + '"')


def _words(report: ProgressReport) -> dict[str, object]:
    return {
        "title": f"Progress report on {report.title}",
        "footer": footer(report),
        "dateline": dateline(report),
        "summary": summary(report),
        "no_day": NO_DAY,
        "empty": EMPTY,
        "no_turns": NO_TURNS,
        "no_turns_yet": NO_TURNS_YET,
        "no_amendments": NO_AMENDMENTS,
        "no_questions": no_questions(report),
        "open": OPEN,
        "nothing_awaited": nothing_awaited(report),
    }

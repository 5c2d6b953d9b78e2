"""The words of the progress report. The HTML page and the Word document use the same words.

The words are those of a diplomatic document. A count always says what is counted, and out of how many. If a section
has no entries, a sentence in it says so.
"""

from collections import Counter
from collections.abc import Iterator

from models.messages.sentences import joined
from models.report.values import ArticleReport, AwaitedLine, ProgressReport, Standing, Tally

STANDINGS = tuple(Standing)
"""The standings of items, in the order of columns and sentences."""

HEADINGS = {
    "summary": "Summary",
    "turns": "Hosting turns",
    "amendments": "Amendments in force",
    "questions": "What the text leaves to the sides",
    "awaited": "What is awaited, and of whom",
}

TALLY_COLUMNS = ("Pillar", "Items", *(standing.value.capitalize() for standing in STANDINGS))
ITEM_COLUMNS = ("Ref.", "Item", "Standing", "Detail")
TURN_COLUMNS = ("Session", "Turn of", "Host", "Standing of the turn", "Held")
AMENDMENT_COLUMNS = ("No.", "What was agreed", "In force from", "Proposed by", "Consents")
QUESTION_COLUMNS = ("Question", "Answer", "Settled on")
AWAITED_COLUMNS = ("Ref.", "Item", "Asked to", "Since", "By")

NO_ITEMS = "Nothing in this plan is followed by this report."
NO_TURNS = "The plan has no recurring meeting whose host rotates."
NO_TURNS_YET = "No session has come to its turn yet."
NO_AMENDMENTS = "No amendment of the plan is in force."
NO_QUESTIONS = "The text leaves no question to the sides."
OPEN = "open"
NO_DAY = "no day stated"
EMPTY = "–"
"""The text of an empty cell."""
NOTHING_AWAITED = "Nothing is awaited of any office."
_UNTOLD = "The record of this plan was begun before records told what was awaited and what was settled. "
AWAITED_UNKNOWN = (
    f"This report is drawn up as of a past day. {_UNTOLD}"
    "What was awaited on that day, and of whom, is therefore not stated; what was done is."
)
QUESTIONS_UNKNOWN = f"{_UNTOLD}Which questions were open, and which were settled, is therefore not stated."

_CLAUSES = {
    Standing.DONE: ("is done", "are done"),
    Standing.IN_PROGRESS: ("is in progress", "are in progress"),
    Standing.NOT_STARTED: ("has not started", "have not started"),
    Standing.MISSED: ("was missed", "were missed"),
    Standing.EXCUSED: ("was excused", "were excused"),
    Standing.NO_EVIDENCE: ("is without evidence", "are without evidence"),
}
_SMALL = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")
_TURNS = {"owed": "due", "served": "taken", "swapped": "exchanged", "forfeited": "lapsed", "unknown": "not known"}


def count(tally: Tally, standing: Standing) -> int:
    """Returns the number of items with this standing."""
    return int(getattr(tally, standing.name.lower()))


def of(number: int, total: int) -> str:
    """Returns a number and the total in words: "12 of 40"."""
    return f"{number} of {total}"


def share(number: int, total: int) -> str:
    """Returns a number, the total and the percentage in words: "12 of 40 (30 per cent)". If the total is 0, there is no
    percentage.

    The percentage is rounded. Instead of 0 or 100 it is "less than 1" or "more than 99", unless the number is really 0
    or the total.
    """
    if not total:
        return of(number, total)
    rounded = (200 * number + total) // (2 * total)
    percent = str(rounded)
    if 0 < 100 * number < total:
        percent = "less than 1"
    elif 99 * total < 100 * number < 100 * total:
        percent = "more than 99"
    return f"{of(number, total)} ({percent} per cent)"


def tally_in_words(tally: Tally) -> str:
    """Returns a sentence that counts the items by standing: "Of 12 items, 4 are done and 8 have not started." It leaves
    out a standing that no item has."""
    stand = [(standing, count(tally, standing)) for standing in STANDINGS if count(tally, standing)]
    if not stand:
        return "No item is followed here."
    if tally.total == 1:
        return f"The one item {_CLAUSES[stand[0][0]][0]}."
    if len(stand) == 1:
        every = "Both" if tally.total == 2 else f"All {tally.total}"
        return f"{every} items {_CLAUSES[stand[0][0]][1]}."
    return f"Of {tally.total} items, {joined(f'{n} {_CLAUSES[standing][n != 1]}' for standing, n in stand)}."


def recitals_in_words(article: ArticleReport) -> str:
    """Returns a sentence that says how many provisions of an article ask for nothing. Empty if there are no such
    provisions."""
    if not article.recitals:
        return ""
    if article.recitals == 1:
        return "One provision of this article asks for nothing that can be followed."
    number = _SMALL[article.recitals] if article.recitals < len(_SMALL) else str(article.recitals)
    return f"{number} provisions of this article ask for nothing that can be followed."


def dateline(report: ProgressReport) -> tuple[str, str]:
    """Returns two texts: the day of the report with its time zone, and the validity of the plan."""
    return f"As of {report.as_of_day} ({report.zone})", sentence_case(report.valid)


def footer(report: ProgressReport) -> str:
    """Returns the text at the foot of every page. In the Word document the page number is beside it."""
    return f"{report.short}: progress report as of {report.as_of_day}"


def summary(report: ProgressReport) -> tuple[str, ...]:
    """Returns the first paragraphs of the report. They say what the plan contains, how many items are done, how many
    sessions are still to come, and how many acts are awaited of the sides. Paragraphs with nothing to say are left
    out."""
    parts = (_holdings, _progress, _to_come, _open_matters)
    return tuple(text for text in (part(report) for part in parts) if text)


def _holdings(report: ProgressReport) -> str:
    ask = "asks" if report.recitals == 1 else "ask"
    arise = "arises" if report.tally.total == 1 else "arise"
    return (
        f"The text of the plan consists of {_number(report.provisions, 'provision')} (bullets and sentences). "
        f"Of these, {of(report.recitals, report.provisions)} {ask} for nothing that can be followed; "
        f"the others contain {_number(report.obligations, 'obligation')}, "
        f"from which {_number(report.tally.total, 'item')} of this report {arise}."
    )


def _progress(report: ProgressReport) -> str:
    tally = report.tally
    if not tally.total:
        return NO_ITEMS
    first = (
        f"As of {report.as_of_day}, {share(tally.done, tally.total)} items {_CLAUSES[Standing.DONE][tally.done != 1]}"
    )
    rest = [
        f"{of(n, tally.total)} {_CLAUSES[standing][n != 1]}"
        for standing in STANDINGS[1:]
        if (n := count(tally, standing))
    ]
    return f"{first}{'; ' if rest else ''}{joined(rest)}."


def _to_come(report: ProgressReport) -> str:
    if not report.to_come:
        return ""
    if report.to_come == 1:
        which, it, has = "one session of a recurring meeting is", "it", "It has"
    else:
        which, it, has = f"{report.to_come} sessions of recurring meetings are", "them", "They have"
    return (
        f"In addition, {which} still to come: the period for holding {it} has not opened. {has} no part in the counts."
    )


def _open_matters(report: ProgressReport) -> str:
    """Says how many acts are awaited of each side, and how many questions are settled."""
    parts = []
    if report.awaited:
        of_sides = Counter(line.side for line in report.awaited)
        sides = [side for side in (*report.sides, *of_sides) if of_sides[side]]
        counts = joined(f"{of_sides[side]} of {side_name(report, side)}" for side in dict.fromkeys(sides))
        is_awaited = "act is" if len(report.awaited) == 1 else "acts are"
        parts.append(f"{len(report.awaited)} {is_awaited} awaited, counted by office: {counts}.")
    total = sum(len(each.questions) for each in report.questions)
    if total:
        settled = sum(each.settled for each in report.questions)
        is_settled = "is" if settled == 1 else "are"
        parts.append(f"{of(settled, total)} questions that the text leaves to the sides {is_settled} settled.")
    return " ".join(parts)


def questions_in_words(settled: int, total: int) -> str:
    """Returns a sentence that counts the settled and the open questions, as in "Of 12 questions, 2 are settled and 10
    are open"."""
    if total == 1:
        return f"The one question is {'settled' if settled else OPEN}."
    if settled in (0, total):
        return f"{'Both' if total == 2 else f'All {total}'} questions are {'settled' if settled else OPEN}."
    are = ("is" if settled == 1 else "are", "is" if total - settled == 1 else "are")
    return f"Of {total} questions, {settled} {are[0]} settled and {total - settled} {are[1]} {OPEN}."


def sentence_case(text: str) -> str:
    """Returns the text with a capital first letter."""
    return f"{text[:1].upper()}{text[1:]}"


def side_name(report: ProgressReport, side: str) -> str:
    """Returns the short name of a side. If the report has no such side, returns `side` itself."""
    return report.sides.get(side, side)


def turn_state(state: str) -> str:
    """Returns the word of the report for the state of a turn: due, taken, exchanged, lapsed or not known. Returns any
    other state as it is."""
    return _TURNS.get(state, state)


def nothing_awaited(report: ProgressReport) -> str:
    """Returns a text that says why the report lists no awaited acts. Empty if the report lists awaited acts."""
    if not report.awaited_known:
        return AWAITED_UNKNOWN
    return "" if report.awaited else NOTHING_AWAITED


def no_questions(report: ProgressReport) -> str:
    """Returns a text that says why the report lists no questions. Empty if the report lists questions."""
    if not report.questions_known:
        return QUESTIONS_UNKNOWN
    return "" if report.questions else NO_QUESTIONS


def awaited_by_side(report: ProgressReport) -> Iterator[tuple[str, list[tuple[str, list[AwaitedLine]]]]]:
    """Yields the name of each side of which an act is awaited, with its offices. Each office is a pair: its title, and
    its awaited acts. Yields nothing if the report does not know what was awaited."""
    if not report.awaited_known:
        return
    of_sides: dict[str, dict[str, list[AwaitedLine]]] = {side: {} for side in report.sides}
    for line in report.awaited:
        of_sides.setdefault(line.side, {}).setdefault(line.office, []).append(line)
    for side, offices in of_sides.items():
        if offices:
            yield side_name(report, side), [(lines[0].office_title, lines) for lines in offices.values()]


def _number(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"

"""Writes the words of one mail from templates: layouts for all languages, and one file of words for each language.

A piece of text that a language has not translated appears in English. If a template fails (a syntax error, a name that
does not exist), the full mail is written in the program's own English, and the result names the fault.
"""

import textwrap
import traceback
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from itertools import groupby
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from jinja2 import (
    BytecodeCache,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
)
from jinja2.bccache import Bucket
from jinja2.runtime import Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

from adapters.mail.template_values import values_of
from adapters.mail.wall_times import WallTime, wall_times, zones_by_slot
from adapters.program_folders import TEMPLATES
from adapters.text import clean_line, clean_text
from models.common.times import Slot, ZonedTime
from models.post.contacts import Contacts, StandIn
from models.post.despatch import Despatch

WORDS, LAYOUT, ENGLISH = "words.j2", "layout", "en"

_WIDTH = 76


class Written(NamedTuple):
    """The words of one mail: its subject, its plain text and its HTML."""

    subject: str
    text: str
    html: str
    fault: str = ""
    """Says which template failed, and where. The mail is then in the program's own English. Empty if no template
    failed."""
    stand_in: str = ""
    """The name of the stand-in in the address: "Deputy, for Coordinator, Ministry of Industry and Commerce". Empty if
    nobody stands in, or if the stand-in has no name."""
    missing: str = ""
    """A sentence that names the pieces of text that the language has not translated. The mail has them in English.
    Empty if every piece is translated."""


def write(
    despatch: Despatch, contacts: Contacts, templates: Path, stand_in: StandIn | None = None, desk: str = ""
) -> Written:
    """Returns the words of a despatch in the language of its office. `stand_in` is the person who receives the mail for
    the office. None: the office receives it. `desk` is the address of the desk, which has a page for each item. Empty:
    there is none.

    Raises jinja2.TemplateError only if the program's own English templates fail too.
    """
    language = contacts.offices[despatch.office].language
    values = {**values_of(despatch, contacts, desk), "stand_in": stand_in}
    try:
        return _write(despatch, values, templates, language)
    except Exception as error:
        fault = fault_of(error)
        try:
            plain = _write(despatch, values, TEMPLATES, ENGLISH)
        except TemplateError:
            raise
        except Exception as last:
            raise TemplateError(f"the shipped templates fail: {fault_of(last)}") from last
        return plain._replace(fault=f"written in the shipped English, because {fault}")


def fault_of(error: BaseException) -> str:
    """Returns a text that says where a template failed, and how: "templates/lo/words.j2, line 12: 'offce' is
    undefined"."""
    message = getattr(error, "message", None) or str(error) or type(error).__name__
    if isinstance(error, TemplateSyntaxError):
        return f"{error.filename or error.name}, line {error.lineno}: {message}"
    if isinstance(error, TemplateNotFound):
        return f"there is no template {error.name}"
    # Jinja puts the lines of the template into the traceback.
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith(".j2")]
    return f"{frames[-1].filename}, line {frames[-1].lineno}: {message}" if frames else message


def _write(despatch: Despatch, values: Mapping[str, Any], templates: Path, language: str) -> Written:
    environment = _environment(templates, language)
    english = _environment(templates, ENGLISH)
    words = _Words(environment, english, templates / language / WORDS)
    dates = _Dates(despatch, words)
    filters: dict[str, Callable[..., str]] = {
        "day": dates.day,
        "last_day": dates.last_day,
        "by": dates.by,
        "time": dates.time,
        "moment": dates.moment,
        "date": dates.date,
        "slot": dates.slot,
        "period": dates.period,
    }
    for each in (environment, english):
        each.filters.update(filters)
    values = {**values, "w": words}
    kind = "announcement" if despatch.announcement else "letter"
    found = {
        suffix: environment.get_template(f"{kind}.{suffix}.j2").render(values) for suffix in ("subject", "txt", "html")
    }
    subject, text = clean_line(found["subject"]), _folded(clean_text(found["txt"]))
    for name, part in (("subject", subject), ("txt", text.strip()), ("html", found["html"].strip())):
        if not part:
            raise TemplateError(f"{kind}.{name}.j2 of {templates} gives nothing")
    away = values["stand_in"]
    named = words.stand_in(away.name, values["office"]) if away is not None and away.name else ""
    page = clean_text(found["html"]).strip("\n") + "\n"
    return Written(subject, text, page, stand_in=named, missing=words.missing)


# --- files --------------------------------------------------------------------------------------------------------


class _Compiled(BytecodeCache):
    """Keeps compiled templates in memory, by their name and the checksum of their source. So an edited template counts
    at once, and the same text in two folders is compiled once."""

    KEPT = 500
    """How many templates are kept. If there are more, the oldest is compiled again."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType] = {}

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        return name

    def get_bucket(self, environment: Environment, name: str, filename: str | None, source: str) -> Bucket:
        bucket = super().get_bucket(environment, name, filename, source)
        if bucket.code is not None and filename is not None and bucket.code.co_filename != filename:
            bucket.code = _of_file(bucket.code, filename)
        return bucket

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self._kept[bucket.key, bucket.checksum] = bucket.code
        if len(self._kept) > self.KEPT:
            self._kept.pop(next(iter(self._kept)), None)


def _of_file(code: CodeType, filename: str) -> CodeType:
    """The same code, which tells in a traceback that it is from this file."""
    constants = tuple(_of_file(each, filename) if isinstance(each, CodeType) else each for each in code.co_consts)
    return code.replace(co_filename=filename, co_consts=constants)


_COMPILED = _Compiled()


class _Files(FileSystemLoader):
    """A loader whose error names the file that is not UTF-8."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        try:
            return super().get_source(environment, template)
        except UnicodeDecodeError as error:
            place = next((Path(p) / template for p in self.searchpath if (Path(p) / template).is_file()), template)
            raise TemplateSyntaxError(f"this is not UTF-8 text ({error.reason})", 1, template, str(place)) from None


def _environment(templates: Path, language: str) -> Environment:
    """A new environment for each mail, so that an edited template counts at once. It is sandboxed, because other people
    edit templates."""
    folders = [templates / language, templates / ENGLISH, templates / LAYOUT]
    # The program's own folders come last: a ministry's folder needs to hold only the files that it changes.
    folders += [TEMPLATES / ENGLISH, TEMPLATES / LAYOUT]
    return ImmutableSandboxedEnvironment(
        loader=_Files(folders),
        undefined=StrictUndefined,
        bytecode_cache=_COMPILED,
        autoescape=lambda name: name is not None and ".html" in name,
        trim_blocks=True,
        lstrip_blocks=True,
    )


class _Words:
    """The file of words, as templates see it. A macro gives one line of text: runs of spaces and line ends become one
    space.

    A piece that the file of the language does not have comes from the English file.
    """

    def __init__(self, own: Environment, english: Environment, file: Path) -> None:
        self._environments = own, english
        self._file = file
        self._sources: list[Template] = []
        self._modules: list[Any] = []
        self._lacking: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if not self._modules:  # at first use, because the filters must exist by then
            self._sources = [environment.get_template(WORDS) for environment in self._environments]
            self._modules = [source.make_module() for source in self._sources]
        found = [getattr(module, name) for module in self._modules if hasattr(module, name)]
        if not found:
            raise UndefinedError(f"{self._sources[1].filename} has no {name!r}")
        if (
            len(found) < len(self._modules)
            and not hasattr(self._modules[0], name)
            and name not in (*self._lacking, "direction")
        ):
            self._lacking.append(name)
        value = found[0]
        return (lambda *values: " ".join(value(*values).split())) if isinstance(value, Macro) else value

    @property
    def missing(self) -> str:
        """A sentence that names the pieces of this mail that the language lacks. Empty if it lacks none, or is
        English."""
        if not self._sources:
            return ""
        own, english = self._sources
        if own.filename == english.filename:
            return f"there is no {self._file}: written in English" if self._file.parent.name != ENGLISH else ""
        return f"{self._file} has no {', '.join(self._lacking)}: in English there" if self._lacking else ""


def _folded(text: str) -> str:
    """Folds lines at 76 characters, and indents items of a list. It does not fold text without spaces."""
    lines: list[str] = []
    for line in text.strip("\n").split("\n"):
        bare = line.lstrip(" ")
        indent = len(line) - len(bare)
        if len(line) <= _WIDTH:
            lines.append(line.rstrip())
            continue
        mark = bare.partition(" ")[0]
        hanging = 2 if mark == "-" else 3 + (indent > 0) if mark.rstrip(".").isdigit() else 0
        lines += textwrap.wrap(
            bare,
            _WIDTH,
            initial_indent=" " * indent,
            subsequent_indent=" " * (indent + hanging),
            break_long_words=False,
            break_on_hyphens=False,
        )
    # Several empty lines in a row become one.
    return "\n".join(key for key, group in groupby(lines) for key in ([key] if not key else list(group))) + "\n"


def _same_day(time: WallTime) -> bool:
    return time.start.date() == time.end.date()


# --- instants -----------------------------------------------------------------------------------------------------


class _Dates:
    """The filters for dates: instants in the zone of the office, in the words of its language."""

    def __init__(self, despatch: Despatch, words: _Words) -> None:
        self._zone = ZoneInfo(despatch.zone)
        self._at = despatch.at
        self._zones = zones_by_slot(despatch)
        self._starts = {slot.start.utc: slot.start for slot in self._zones}
        self._fine = despatch.period < timedelta(hours=1)
        self._words = words

    def day(self, instant: datetime) -> str:
        """Gives "3 March 2026". In a plan that runs in seconds, the time follows."""
        local = instant.astimezone(self._zone)
        day = str(self._words.date(local))
        return f"{day}, {local:%H:%M:%S}" if self._fine else day

    def last_day(self, end: datetime) -> str:
        """The last day before `end`. `end` itself is not included: for 1 January it gives 31 December."""
        return self.day(end if self._fine else end - timedelta(seconds=1))

    def by(self, end: datetime) -> str:
        """The day by which something is asked for, so that it is there before `end`: the last full day before it.

        The day and the time, if `end` is the start of a date in this mail, or if the letter goes on that last day:
        "Thursday 3 September 2026, 09:00 Vientiane".
        """
        if self._fine:
            return self.day(end)
        if end in self._starts:
            return self.moment(self._starts[end])
        local, written = (each.astimezone(self._zone) for each in (end, self._at))
        last = local.date() - timedelta(days=1)
        if last <= written.date() <= local.date() and local.time() != time():
            return str(self._words.moment(local, self._words.city(self._zone.key)))
        return str(self._words.date(last))

    def time(self, instant: datetime) -> str:
        """Gives the time of day: "09:00"."""
        return str(self._words.clock(instant.astimezone(self._zone)))

    def date(self, time: ZonedTime | date) -> str:
        """Gives a day, or the day of a wall time: "3 March 2026"."""
        return str(self._words.date(time.local if isinstance(time, ZonedTime) else time))

    def moment(self, time: ZonedTime) -> str:
        """Gives "Tuesday 3 March 2026, 09:00 Vientiane"."""
        return str(self._words.moment(time.local, self._words.city(time.zone)))

    def slot(self, slot: Slot) -> str:
        """Gives "Tuesday 3 March 2026, 09:00–12:00 Vientiane and Phnom Penh". A side whose clocks show another time
        follows in brackets. If the start and the end are written in two zones, it gives both, and no other zone."""
        start, end = slot.start, slot.end
        if start.zone != end.zone:
            cities = [self._words.city(time.zone) for time in (start, end)]
            return str(self._words.span_of_zones(start.local, cities[0], end.local, cities[1]))
        own, *others = wall_times(slot, self._zones.get(slot, ()))
        text = str(self._words.span(own.start, own.end, _same_day(own), self._cities(own)))
        if not others:
            return text
        days = own.start.date(), own.end.date()
        told = [
            self._words.hours(
                each.start, each.end, _same_day(each), (each.start.date(), each.end.date()) != days, self._cities(each)
            )
            for each in others
        ]
        return str(self._words.elsewhere(text, told))

    def _cities(self, time: WallTime) -> str:
        return str(self._words.named([self._words.city(zone) for zone in time.zones]))

    def period(self, length: timedelta) -> str:
        """Gives a length of time in the largest unit that divides it: "7 days", "1 hour", "20 seconds"."""
        seconds = round(length.total_seconds())
        for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
            if seconds and seconds % size == 0:
                return str(self._words.period(seconds // size, unit))
        return str(self._words.period(seconds, "second"))

"""Reads a YAML file that a person has written, and makes a model from it. Each fault names its line, and says what to
do.

The text is first parsed into nodes, because nodes know their lines. So a fault that the model finds can name the line
of the nearest part in the file. Only plain YAML is accepted: one document, known scalars, no key twice, limited size
and depth.
"""

import difflib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from yaml.reader import Reader

from adapters.files.regular_file import open_regular
from models.common.ids import SLUG
from models.common.limits import fault_of_text
from models.common.values import write_duration

try:  # libyaml is many times faster. Some wheels lack it. The Python parser reads the same files.
    from yaml import CSafeLoader as Loader
except ImportError:
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

M = TypeVar("M", bound=BaseModel)
Loc = tuple[str | int, ...]
"""The place of a part in a file: keys and positions (from 0), the outermost first."""

MAX_BYTES = 2_000_000
MAX_DEPTH = 40
MAX_PARTS = 500_000
"""The most nodes, with each alias counted as the nodes that it stands for. A few aliases of aliases could stand for
billions."""
SHOWN = 20
"""The most faults that one error lists."""

_TAG = "tag:yaml.org,2002:"
_PLAIN = {_TAG + name for name in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp")}
_SPECIAL = {_TAG + "merge", _TAG + "value"}
"""The tags that YAML gives to << and = without quotes."""
_ALSO_YAML = "check the indentation, close every quote and bracket, and quote a text that holds a colon"


@dataclass(frozen=True)
class Fault:
    """One fault of a file: its place, and what to do about it."""

    file: str
    line: int | None
    """The number of the line, from 1. None if the fault is about the full file."""
    field: str
    """The path of the field, with positions from 0: provisions[3].obligations[0].cadence. Empty if the fault is not
    about a field."""
    message: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.field}: {self.message}" if self.field else f"{place}: {self.message}"


class FileFault(Exception):
    """A file cannot be used. `faults` holds its faults in the order of their lines. `str()` gives one line for each of
    the first 20 faults, and the number of the others."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(faults, key=lambda fault: fault.line or 0)
        super().__init__(self.faults)

    def __str__(self) -> str:
        lines = [str(fault) for fault in self.faults[:SHOWN]]
        if len(self.faults) > SHOWN:
            lines.append(f"and {len(self.faults) - SHOWN} more")
        return "\n".join(lines)


def load_yaml(path: Path, model: type[M]) -> M:
    """Returns the content of a file as a model. Raises FileFault if the file has a fault. The error names the file, the
    line and the field, and says what to do."""
    return YamlFile.read(path).parse(model)


class YamlFile:
    """The content of a file of plain YAML, and the line of each of its parts."""

    def __init__(self, path: Path, root: yaml.MappingNode, data: dict[Any, Any]) -> None:
        self.path = path
        self.data = data
        self._root = root

    @classmethod
    def read(cls, path: Path) -> "YamlFile":
        """Reads a file and checks its YAML, but not its fields. Raises FileFault if the file cannot be read or is not
        plain YAML."""
        text = _text(path)
        try:
            _check_depth(path, text)
            loader = Loader(text)
            try:
                root = loader.get_single_node()
                found = list(_Check(path, loader).node(root, ())) if root is not None else []
                if found:
                    raise FileFault(found)
                if not isinstance(root, yaml.MappingNode):
                    raise FileFault([Fault(str(path), 1, "", _no_fields(root))])
                return cls(path, root, loader.construct_document(root))
            finally:
                loader.dispose()
        except yaml.YAMLError as error:
            raise FileFault([_yaml_fault(path, text, error)]) from None

    def parse(self, model: type[M]) -> M:
        """Returns the data of the file as a model. Raises FileFault with every fault that the model finds."""
        return parse_data(model, self.data, self.fault)

    def fault(self, loc: Loc, message: str) -> Fault:
        """Returns a fault about a part of the file. If the part is missing, the fault names the line of the nearest
        part around it."""
        line, field = self._place(loc)
        return Fault(str(self.path), line, field, message)

    def _place(self, loc: Loc) -> tuple[int, str]:
        """The line of a part, and its path as text."""
        node: yaml.Node | None = self._root
        line, field = self._root.start_mark.line, ""
        for n, part in enumerate(loc):
            found = _child(node, part)
            if part == "[key]" or (found is None and n + 1 < len(loc) and _names_kind(node, part)):
                continue  # a word that pydantic adds to its paths; the file has no such key
            field += f"[{part}]" if isinstance(part, int) and isinstance(node, yaml.SequenceNode) else f".{part}"
            node = found[1] if found else None
            line = found[0].start_mark.line if found else line
        return line + 1, field.removeprefix(".")


def parse_data(model: type[M], data: dict[Any, Any], fault: Callable[[Loc, str], Fault]) -> M:
    """Returns data as a model. `fault` is a function that makes a fault from the place of a part and a message. Raises
    FileFault with every fault that the model finds."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        details = error.errors(include_url=False)
        # Pydantic also reports a list as too short if all its entries are faulty. Then only the entries are reported.
        told = [each for each in details if each["type"] != "too_short" or not each["input"]]
        raise FileFault(fault(_told_at(each), _message(model, each)) for each in told or details) from None


def _text(path: Path) -> str:
    """The text of a file. Raises FileFault if the file cannot be read or is no UTF-8 text."""
    try:
        with open_regular(path, links=True) as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        message = "no such file; check the path, or write the file (docs/plan-files.md)"
        raise FileFault([Fault(str(path), None, "", message)]) from None
    except OSError as error:
        raise FileFault([Fault(str(path), None, "", f"cannot be read: {error.strerror}")]) from None
    if len(raw) > MAX_BYTES:
        raise FileFault([Fault(str(path), None, "", f"larger than {MAX_BYTES // 1_000_000} MB; split it or trim it")])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise FileFault([Fault(str(path), line, "", "this is not UTF-8 text; save the file as UTF-8")]) from None
    odd = Reader.NON_PRINTABLE.search(text)
    if odd:
        line = text[: odd.start()].count("\n") + 1
        raise FileFault([Fault(str(path), line, "", f"the control character {odd.group()!r}; remove it")])
    return text


def _check_depth(path: Path, text: str) -> None:
    """Raises FileFault if the file is nested too deeply. It runs before the recursive checks. Raises yaml.YAMLError
    too."""
    depth = 0
    for event in yaml.parse(text, Loader=Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                mark = event.start_mark
                raise FileFault([Fault(str(path), mark.line + 1 if mark else None, "", _TOO_DEEP)])
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


_TOO_DEEP = f"nested more than {MAX_DEPTH} deep; no field here needs that, check the brackets and the indentation"


class _Check:
    """Finds faults of the YAML that the constructor would accept, or would report without a line."""

    def __init__(self, path: Path, loader: Any) -> None:
        self._file = str(path)
        self._loader = loader
        self._size: dict[int, int] = {}
        """The number of nodes below each node, with aliases written out. 0 while the node is being checked."""
        self._deep: dict[int, int] = {}

    def node(self, node: yaml.Node, field: Loc) -> Iterator[Fault]:
        """Yields the faults of a node and of the nodes below it. A node with several aliases is checked once."""
        if id(node) in self._size:
            if not self._size[id(node)]:
                yield self._fault(node, field, "an alias to a part that contains it; write the part out")
            return
        self._size[id(node)] = 0
        children = []
        if isinstance(node, yaml.ScalarNode):
            yield from self._scalar(node, field)
        elif node.tag not in _PLAIN:
            yield self._tag(node, field)
        if isinstance(node, yaml.SequenceNode):
            children = [(child, (*field, n)) for n, child in enumerate(node.value)]
        elif isinstance(node, yaml.MappingNode):
            yield from self._keys(node, field)
            children = [(child, (*field, str(key.value))) for key, child in node.value]
        for child, name in children:
            yield from self.node(child, name)
        self._size[id(node)] = 1 + sum(self._size.get(id(child), 1) for child, _ in children)
        self._deep[id(node)] = 1 + max((self._deep.get(id(child), 0) for child, _ in children), default=0)
        if self._size[id(node)] > MAX_PARTS or self._deep[id(node)] > MAX_DEPTH:
            self._size[id(node)], self._deep[id(node)] = 1, 1  # so that the parts around it do not report it again
            yield self._fault(node, field, "aliases of aliases that stand for too much; write the parts out")

    def _scalar(self, node: yaml.ScalarNode, field: Loc) -> Iterator[Fault]:
        if (wrong := fault_of_text(node.value)) is not None:
            yield self._fault(node, field, f"{wrong}; shorten or correct it")
        elif node.tag in _SPECIAL:
            yield self._fault(node, field, f"{node.value!r} has a special meaning in YAML; put it in quotes")
        elif node.tag not in _PLAIN:
            yield self._tag(node, field)
        else:
            try:
                self._loader.construct_object(node)
            except (ValueError, ArithmeticError, LookupError):  # errors of its parsers of numbers and dates
                yield self._fault(node, field, f"{_short(node.value)} is no date or number that exists; correct it")

    def _tag(self, node: yaml.Node, field: Loc) -> Fault:
        return self._fault(node, field, f"the tag {node.tag.replace(_TAG, '!!')} means nothing here; remove it")

    def _keys(self, node: yaml.MappingNode, field: Loc) -> Iterator[Fault]:
        first: dict[str, int] = {}
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                yield self._fault(key, field, "a list or mapping cannot be a key; check the brackets and the colon")
                continue
            faults = [] if key.tag == _TAG + "merge" else list(self._scalar(key, (*field, key.value)))
            yield from faults
            # The model reads 1, 01 and "1" as one key.
            name = key.value if faults or key.tag in _SPECIAL else str(self._loader.construct_object(key))
            if name in first:
                message = f"written twice, first on line {first[name]}; keep one of them"
                yield self._fault(key, (*field, key.value), message)
            first.setdefault(name, key.start_mark.line + 1)

    def _fault(self, node: yaml.Node, field: Loc, message: str) -> Fault:
        written = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in field)
        return Fault(self._file, node.start_mark.line + 1, written.removeprefix("."), message)


def _child(node: yaml.Node | None, part: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """The node of the key and the node of the value at a part. For an entry of a list both are the entry. None if there
    is no such part. With merged keys, the key that the file itself writes comes last, and counts."""
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part]
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in reversed(node.value) if key.value == str(part)), None)
    return None


def _names_kind(node: yaml.Node | None, part: str | int) -> bool:
    """Whether a part is the name of a kind in a union, as `year` in {by: year, ...}. Pydantic puts it into its
    paths."""
    return isinstance(node, yaml.MappingNode) and any(value.value == part for _, value in node.value)


def _yaml_fault(path: Path, text: str, error: yaml.YAMLError) -> Fault:
    if not isinstance(error, yaml.MarkedYAMLError):
        return Fault(str(path), None, "", f"this is not valid YAML ({error}); {_ALSO_YAML}")
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else None
    # If the text ends too early, the mark is after the last line.
    start = next(iter(text.split("\n")[mark.line :]), "") if mark else ""
    problem = ", ".join(part for part in (error.context, error.problem) if part)
    if "\t" in start[: len(start) - len(start.lstrip())]:
        return Fault(str(path), line, "", "a tab; indent with spaces")
    if "expected a single document" in problem:
        return Fault(str(path), line, "", "a second document begins here with '---'; keep one document in a file")
    return Fault(str(path), line, "", f"this is not valid YAML ({problem}); {_ALSO_YAML}")


def _no_fields(root: yaml.Node | None) -> str:
    if root is None or root.tag == "tag:yaml.org,2002:null":
        return "the file is empty; docs/plan-files.md says what to write in it"
    return "the file must be a mapping, lines of 'field: value'; see docs/plan-files.md"


def _told_at(error: ErrorDetails) -> Loc:
    """The place that a fault names. For a wrong kind of a union it is the field that names the kind."""
    if error["type"].startswith("union_tag"):
        return (*error["loc"], error["ctx"]["discriminator"].strip("'"))
    return error["loc"]


def _message(model: type[BaseModel], error: ErrorDetails) -> str:
    """Says what to do about a fault that pydantic found."""
    kind, value, ctx = error["type"], error["input"], error.get("ctx", {})
    if kind == "missing":
        return "missing; add it"
    if kind == "extra_forbidden":
        return _unknown_field(model, error["loc"])
    if kind in ("enum", "literal_error", "union_tag_invalid"):
        expected = str(ctx.get("expected") or ctx["expected_tags"]).replace("'", "").replace(" or ", ", ")
        written = ctx.get("tag", value)
        return f"{_no_such(written)}; write one of {expected}"
    if kind == "union_tag_not_found":
        tags = _tags(_models_at(model, error["loc"]), ctx["discriminator"].strip("'"))
        return f"missing; write one of {', '.join(tags)}"
    if kind == "string_pattern_mismatch":
        return f"{_short(value)} does not fit; {_pattern_hint(error['loc'], ctx['pattern'])}"
    if kind == "invalid_key":
        return "a field's name is a word; put it in quotes or correct it"
    if kind == "string_type":
        return _quote_hint(value)
    if kind == "value_error":
        return str(ctx["error"])
    for limit, words in _LIMITS.items():
        if limit in ctx and kind == _LIMIT_KINDS[limit]:
            return f"{_short(value)} is out of range; write {words} {_limit(ctx[limit])}"
    start = next((start for start in _DO if kind.startswith(start)), None)
    return f"{_what_is(value)}; {_DO[start]}" if start else error["msg"]


_LIMITS = {"gt": "more than", "ge": "at least", "lt": "less than", "le": "at most"}
_LIMIT_KINDS = {"gt": "greater_than", "ge": "greater_than_equal", "lt": "less_than", "le": "less_than_equal"}
_DO = {
    "time_delta": "write a duration as ISO 8601, like P30D (days), PT12H (hours) or PT20S (seconds)",
    "datetime": "write an instant with its offset from UTC, like 2026-12-01T02:00:00Z",
    "date": "write a date like 2023-02-13",
    "int": "write a whole number",
    "float": "write a number",
    "bool": "write true or false",
    "string_too_short": "write a text here",
    "too_short": "write at least one entry",
    "tuple_type": "write a list here: '- ' before each entry, or [a, b]",
    "list_type": "write a list here: '- ' before each entry, or [a, b]",
    "dict_type": "write a mapping here: lines of 'key: value'",
    "model_type": "write a mapping here: lines of 'field: value'",
    "model_attributes_type": "write a mapping here: lines of 'field: value'",
}
_PATTERN_HINTS = {
    "ref": "write ARTICLE.BULLET in quotes, like '16.3', 'V.a.1' or 'B.2'",
    "language": "write a language code in small letters, like en",
}


def _pattern_hint(loc: Loc, pattern: str) -> str:
    if pattern == f"^{SLUG}$":
        return "use letters, digits, dots and hyphens only, at most 63, a letter or digit first"
    return _PATTERN_HINTS.get(str(loc[-1]), f"it must match {pattern}")


def _limit(value: object) -> str:
    return write_duration(value) if isinstance(value, timedelta) else str(value)


def _short(value: object) -> str:
    """A value as a message shows it: at most 40 characters."""
    written = write_duration(value) if isinstance(value, timedelta) else repr(value)
    return written if len(written) <= 40 else f"{written[:37]}..."


def _no_such(value: object) -> str:
    return "nothing is written here" if value is None or value == "None" else f"there is no {_short(value)}"


def _what_is(value: object) -> str:
    if value is None or value == "":
        return "nothing is written here"
    if isinstance(value, list | tuple):
        return "this is a list" if value else "the list is empty"
    if isinstance(value, dict):
        return "this is a mapping" if value else "the mapping is empty"
    return f"this is {_short(value)}"


def _quote_hint(value: object) -> str:
    """The message for a field that needs a text. Without quotes, YAML does not read 16.3, no and 2023-02-13 as
    texts."""
    if isinstance(value, bool):
        return f"YAML reads this as {str(value).lower()}; put the word in quotes"
    if isinstance(value, int | float):
        return f"YAML reads this as the number {value}; put it in quotes"
    if isinstance(value, date):
        return "YAML reads this as a date; put it in quotes"
    return f"{_what_is(value)}; write a text here"


def _unknown_field(model: type[BaseModel], loc: Loc) -> str:
    known = sorted({name for each in _models_at(model, loc[:-1]) for name in each.model_fields})
    near = difflib.get_close_matches(str(loc[-1]), known, n=1)
    if near:
        return f"there is no such field here; did you mean {near[0]}?"
    return f"there is no such field here; there are: {', '.join(known)}"


def _models_at(annotation: Any, loc: Loc) -> list[type[BaseModel]]:
    """The models that are allowed at a part of a model. A message lists their fields."""
    here = list(_alternatives(annotation))
    for part in loc:
        here = [inner for each in here for step in _step(each, part) for inner in _alternatives(step)]
    return [each for each in here if isinstance(each, type) and issubclass(each, BaseModel)]


def _alternatives(annotation: Any) -> Iterator[Any]:
    """The types that an annotation allows. It takes Annotated and unions apart."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _alternatives(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for each in get_args(annotation):
            yield from _alternatives(each)
    else:
        yield annotation


def _step(annotation: Any, part: str | int) -> Iterator[Any]:
    """The annotations of a part of a type. A part that is no field may be the name of a kind in a union."""
    origin, args = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if part in annotation.model_fields:
            yield annotation.model_fields[str(part)].annotation
        elif any(part in get_args(field.annotation) for field in annotation.model_fields.values()):
            yield annotation
    elif origin in (tuple, list):
        yield args[0]
    elif origin is dict:
        yield args[1]


def _tags(models: list[type[BaseModel]], discriminator: str) -> list[str]:
    found = [model.model_fields[discriminator].annotation for model in models if discriminator in model.model_fields]
    return [str(tag) for each in found if get_origin(each) is Literal for tag in get_args(each)]

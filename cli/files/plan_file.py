"""Reads plan files, and compares them with the plan in force. The program reports a difference and does not apply it,
because a plan in force changes only by consent of the sides."""

import difflib
import hashlib
import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import available_timezones

from adapters.files.yaml_file import Fault, FileFault, Loc, YamlFile, parse_data
from models.plan.faults import faults
from models.plan.plan import RANK_SUFFIX, Plan

if TYPE_CHECKING:
    from models.post.contacts import Contacts

ABSENT = object()
"""Stands for the value of a part or a field that one of the two compared plans does not have."""

_SHOWN = 60


def load_plan(path: Path) -> Plan:
    """Reads a plan file and its parts, and returns the plan. Raises FileFault if there are faults. The error names each
    fault, its file, its line and what to do about it."""
    source = PlanSource(YamlFile.read(path))
    plan = source.parse(Plan)
    found = [source.fault(where, message) for where, message in (*faults(plan), *_zone_faults(plan))]
    if found:
        raise FileFault(found)
    return plan


class PlanSource:
    """A plan file and its parts: the files that it names under `parts`. Each part adds offices and provisions."""

    def __init__(self, main: YamlFile) -> None:
        self._main = main
        self._owners: list[tuple[YamlFile, int]] = []
        """For each provision of the plan: the file that has it, and its position in that file."""
        self._parts: list[YamlFile] = []
        for name in self._names():
            self._parts.append(self._read_part(name))
        self.data = {key: value for key, value in main.data.items() if key != "parts"}
        provisions = list(self._own(main))
        offices = dict(main.data.get("offices") or {})
        for part in self._parts:
            provisions += self._own(part)
            offices.update(part.data.get("offices") or {})
        if self._parts:
            self.data.update(provisions=provisions, offices=offices)

    def _names(self) -> list[str]:
        names = self._main.data.get("parts", [])
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise FileFault([self._main.fault(("parts",), "write a list of file names, beside this file")])
        return names

    def _read_part(self, name: str) -> YamlFile:
        part = YamlFile.read(self._main.path.parent / name)
        found = [
            part.fault((key,), "a part holds offices and provisions only; write this in the plan file itself")
            for key in part.data
            if key not in ("offices", "provisions")
        ]
        found += [
            part.fault(("offices", key), f"{key} is in {other.path} already; keep one of them")
            for key in part.data.get("offices") or {}
            for other in (self._main, *self._parts)
            if key in (other.data.get("offices") or {})
        ]
        if found:
            raise FileFault(found)
        return part

    def _own(self, file: YamlFile) -> list[Any]:
        own = file.data.get("provisions") or []
        if not isinstance(own, list):
            raise FileFault([file.fault(("provisions",), "write a list here: '- ' before each provision")])
        self._owners += [(file, n) for n in range(len(own))]
        return own

    def parse(self, model: type[Plan]) -> Plan:
        """Returns the plan that `model` makes of the file and its parts. Raises FileFault with every fault that the
        model finds, each with its file and line."""
        return parse_data(model, self.data, self.fault)

    def fault(self, loc: Loc, message: str) -> Fault:
        """Returns a Fault for the place `loc` of the plan. The Fault names the file (the plan file or a part) that has
        this place."""
        if len(loc) > 1 and loc[0] == "provisions" and isinstance(loc[1], int) and loc[1] < len(self._owners):
            file, position = self._owners[loc[1]]
            return file.fault(("provisions", position, *loc[2:]), message)
        if len(loc) > 1 and loc[0] == "offices":
            for part in self._parts:
                if loc[1] in (part.data.get("offices") or {}):
                    return part.fault(loc, message)
        return self._main.fault(loc, message)


def digest(plan: Plan) -> str:
    """Returns the SHA-256 (hex) of the plan as canonical JSON. Equal plans have equal digests, even if their files look
    different.

    The JSON leaves out each value that equals its default. So a field that is added to the schema later changes no
    digest.
    """
    document = plan.model_dump(mode="json", exclude_defaults=True)
    return hashlib.sha256(_canonical(document).encode()).hexdigest()


class Difference(NamedTuple):
    """One difference between a plan file and the plan in force."""

    part: str
    """The part of the plan that differs, as a person names it: "16.3-jtc", "office lao-x", "provision 16.3"."""
    field: str
    """The path of the field that differs. Empty if the part is in only one of the two."""
    file: Any
    """The value in the plan file. ABSENT if the file does not have the part or the field."""
    in_force: Any

    def in_words(self, *, from_file: bool = False) -> str:
        """Returns the part and both values, as in "16.3-jtc: cadence: annual -> biennial". The value of the plan in
        force stands on the left. If `from_file` is true, the value of the file stands on the left."""
        before, after = (self.file, self.in_force) if from_file else (self.in_force, self.file)
        if self == ANOTHER_ORDER:
            return "provisions: the same, in another order"
        if not self.field:
            return f"{self.part}: {'added' if before is ABSENT else 'removed'}"
        return f"{self.part}: {self.field}: {_shown(before)} -> {_shown(after)}"


ANOTHER_ORDER = Difference("provisions", "order", None, None)
"""The only difference between two plans that have the same parts in another order."""


def compared(file: Plan, in_force: Plan) -> list[Difference]:
    """Returns each difference between a plan file and the plan in force. Empty if there is none."""
    ours, theirs = dict(_parts(file)), dict(_parts(in_force))
    found = [Difference(name, "", ABSENT, part) for name, part in theirs.items() if name not in ours]
    for name, part in ours.items():
        if name not in theirs:
            found.append(Difference(name, "", part, ABSENT))
        else:
            found += (Difference(name, *change) for change in _changes("", part, theirs[name]))
    if not found and digest(file) != digest(in_force):
        found.append(ANOTHER_ORDER)
    return found


def differences(ours: Plan, in_force: Plan) -> list[str]:
    """Returns the differences between the plan `ours` and the plan in force, in words. The value of the plan in force
    stands on the left. The list is empty if the digests of the two plans are equal, and only then.

    Examples: "16.3-jtc: cadence: annual -> biennial" and "office lao-x: added".
    """
    return [each.in_words() for each in compared(ours, in_force)]


def not_agreed(file: Plan, in_force: Plan, launched: Plan) -> list[Difference]:
    """Returns the differences between a plan file and the plan in force that the sides have not agreed on. The sides
    agree on a difference by an amendment or by an answer to a question.

    `launched` is the plan as it was at the launch.
    """
    agreed = compared(launched, in_force)
    return [each for each in compared(file, in_force) if each not in agreed]


def missing_contacts(plan: Plan, contacts: "Contacts") -> list[str]:
    """Returns the ids of the offices of the plan that have no address in the contacts."""
    return [office for office in office_ids(plan) if office not in contacts.offices]


def office_ids(plan: Plan) -> Iterator[str]:
    """Yields the id of every office of the plan: lao-moic, lao-moic-dg, ... Each rank of an institution is one
    office."""
    for institution, entry in plan.offices.items():
        for rank in sorted(entry.titles):
            yield institution + RANK_SUFFIX[rank]


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) - {"localtime"}  # "localtime" differs from machine to machine


def _zone_faults(plan: Plan) -> Iterator[tuple[Loc, str]]:
    """Faults for zones that this machine's tables do not have. Tables differ, so the core does not read them."""
    named: list[tuple[Loc, str | None]] = [(("zone",), plan.zone)]
    named += [(("sides", name, "zone"), side.zone) for name, side in plan.sides.items()]
    named += [(("offices", name, "zone"), office.zone) for name, office in plan.offices.items()]
    for where, zone in named:
        if zone is not None and zone not in _zones():
            near = difflib.get_close_matches(zone, sorted(_zones()), n=1)
            hint = f"did you mean {near[0]}?" if near else "write an IANA name like Asia/Vientiane"
            yield where, f"there is no time zone {zone!r}; {hint}"


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _parts(plan: Plan) -> Iterator[tuple[str, Any]]:
    """The name and the value of each part of a plan that a person would name: a side, an office, an obligation."""
    document = plan.model_dump(mode="json")
    provisions = document.pop("provisions")
    for plural, singular in (("sides", "side"), ("offices", "office"), ("ladders", "ladder"), ("readings", "reading")):
        for name, part in document.pop(plural).items():
            yield f"{singular} {name}", part
    yield "plan", document
    for provision in provisions:
        obligations = provision.pop("obligations")
        yield f"provision {provision['ref']}", provision
        for obligation in obligations:
            yield obligation["id"], {"provision": provision["ref"], **obligation}


def _changes(path: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    """What changed below a path: the path of each field with both values."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys((*before, *after)):
            yield from _changes(f"{path}.{name}" if path else name, before.get(name, ABSENT), after.get(name, ABSENT))
    elif before is ABSENT or after is ABSENT or _canonical(before) != _canonical(after):
        yield path, before, after


def _shown(value: Any) -> str:
    if value is None or value is ABSENT or value in ("", [], {}):
        return "(nothing)"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."

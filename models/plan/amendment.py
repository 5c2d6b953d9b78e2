"""The terms of an amendment of the plan (provisions B.6 and B.7). models/governance/amended_plan applies them to the
plan."""

from enum import StrEnum
from typing import Annotated

from pydantic import JsonValue

from models.common.limits import OBLIGATION, JsonLimit
from models.common.values import Value


class AmendmentKind(StrEnum):
    ADD = "add"
    CHANGE = "change"
    DROP = "drop"
    CADENCE = "cadence"
    FIRST_HOST = "first-host"


class Amendment(Value):
    """One change of the plan, or one addition to it. The fields that its kind does not use are empty."""

    kind: AmendmentKind
    obligation: str
    """Id of the obligation that changes. With `add`: the id of the new obligation."""
    provision: str = ""
    """With `add`: the reference of the provision that gets the new obligation."""
    fields: Annotated[dict[str, JsonValue], JsonLimit(OBLIGATION)] = {}
    """With `add`: all fields of the obligation. With `change`: the fields that change, with their new values."""
    value: str = ""
    """With `cadence`: the new cadence. With `first-host`: the side that hosts first."""

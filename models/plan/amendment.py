"""What an amendment of the plan says (B.6, B.7). What it does to the plan is in models/governance/amended_plan."""

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
    """One modification of or addition to the contents of the plan."""

    kind: AmendmentKind
    obligation: str
    """Id of the obligation; of the new one, with `add`."""
    provision: str = ""
    """With `add`: the provision under which it is put."""
    fields: Annotated[dict[str, JsonValue], JsonLimit(OBLIGATION)] = {}
    """With `add`, the whole obligation; with `change`, the fields that are to read otherwise."""
    value: str = ""
    """With `cadence`, the new one; with `first-host`, the side."""

"""The effects that wait, as JSON in the record, and back. An engine that is lost may not have carried them out."""

from collections.abc import Iterable
from typing import Any

from models.messages.effects import (
    Announce,
    Await,
    Effect,
    Enter,
    EnterElsewhere,
    GiveOrder,
    LookForObjections,
    Open,
    Publish,
    ReportUp,
    Resolve,
    Settle,
)
from models.registry import STATES

EFFECTS: dict[str, type[Any]] = {
    "await": Await,
    "settle": Settle,
    "announce": Announce,
    "publish": Publish,
    "enter": Enter,
    "report": ReportUp,
    "open": Open,
    "enter-elsewhere": EnterElsewhere,
    "order": GiveOrder,
    "look": LookForObjections,
    "resolve": Resolve,
}
"""The class of each effect, by its name in the record."""

_NAMES = {each: name for name, each in EFFECTS.items()}


def kept(effects: Iterable[Effect]) -> tuple[dict[str, Any], ...]:
    """Returns effects as JSON, in their order. The member `effect` names the kind."""
    return tuple({"effect": _NAMES[type(each)], **each.model_dump(mode="json")} for each in effects)


def effects_of(pending: Iterable[dict[str, Any]]) -> list[Effect]:
    """Returns the effects that `kept` has made JSON of. Raises KeyError for a kind that this release does not know,
    and ValueError for fields that it cannot read."""
    return [_effect_of(each) for each in pending]


def _effect_of(told: dict[str, Any]) -> Effect:
    effect = EFFECTS[told["effect"]].model_validate(told)
    if isinstance(effect, Open):
        return effect.model_copy(update={"state": STATES[effect.workflow].model_validate(effect.state)})
    return effect  # type: ignore[no-any-return]

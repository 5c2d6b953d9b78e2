"""Makes the register of a plan, the list of its provisions and obligations, as JSON (docs/json.md)."""

from collections.abc import Iterator
from typing import Any

from models.common.values import write_duration
from models.plan.plan import RANK_SUFFIX, Obligation, Plan, Provision


def register_document(
    plan: Plan, ref: str | None = None, kind: str | None = None, office: str | None = None
) -> dict[str, Any]:
    """Returns the register of a plan as data that can be written as JSON.

    `ref`, `kind` and `office` are filters; a filter that is None passes everything. With `kind` or `office`, the
    register has only the provisions that hold an obligation of that kind or with that office.
    """
    return {
        "plan": plan.plan,
        "title": plan.title,
        "remind": write_duration(plan.remind) if plan.remind else None,
        "readings": {field: reading.model_dump(mode="json") for field, reading in plan.readings.items()},
        "provisions": [
            {
                "ref": provision.ref,
                "pillar": provision.pillar,
                "article": provision.article,
                "title": provision.title,
                "operative": provision.operative,
                "obligations": [_obligation_document(each) for each in obligations],
            }
            for provision, obligations in selected(plan, ref, kind, office)
        ],
    }


def selected(
    plan: Plan, ref: str | None, kind: str | None, office: str | None
) -> Iterator[tuple[Provision, list[Obligation]]]:
    """Yields each provision that passes the filters, with those of its obligations that pass. A filter that is None
    passes everything."""
    for provision in plan.provisions:
        if ref is not None and provision.ref != ref:
            continue
        found = [
            each
            for each in provision.obligations
            if (kind is None or each.kind == kind) and (office is None or _concerns(each, office))
        ]
        if found or (kind is None and office is None):
            yield provision, found


def _concerns(obligation: Obligation, office: str) -> bool:
    """Whether `office` takes part in the obligation. It names an institution, or the office of one of its ranks."""
    institutions = (*obligation.working_offices.values(), *(name for each in obligation.also.values() for name in each))
    return any(office == institution + suffix for institution in institutions for suffix in RANK_SUFFIX.values())


def _obligation_document(obligation: Obligation) -> dict[str, Any]:
    document = obligation.model_dump(mode="json", exclude={"readings"})
    named = obligation.readings.named()
    document["readings"] = {field: reading.model_dump(mode="json") for field, reading in named.items()}
    document["assumed"] = list(named)
    return document

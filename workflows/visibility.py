"""The search attributes, each defined once, and the values that every workflow shows in them and in its memo.

A Temporal namespace allows three attributes of each of these types: KeywordList, Datetime, Int and Bool. This program
uses one KeywordList, two Datetime, one Int and no Bool.
"""

from collections.abc import Mapping
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributePair, SearchAttributeUpdate, TypedSearchAttributes

with workflow.unsafe.imports_passed_through():
    from models.messages.views import ItemRow

PLAN = SearchAttributeKey.for_keyword("PlanId")
KIND = SearchAttributeKey.for_keyword("ItemKind")
STATUS = SearchAttributeKey.for_keyword("ItemStatus")
AWAITED_OFFICES = SearchAttributeKey.for_keyword_list("AwaitedOffices")
RUNG = SearchAttributeKey.for_int("Rung")
DUE = SearchAttributeKey.for_datetime("DueAt")
NEXT = SearchAttributeKey.for_datetime("NextAt")
HOST = SearchAttributeKey.for_keyword("HostSide")

REGISTERED: Mapping[str, str] = {
    PLAN.name: "Keyword",
    KIND.name: "Keyword",
    STATUS.name: "Keyword",
    AWAITED_OFFICES.name: "KeywordList",
    RUNG.name: "Int",
    DUE.name: "Datetime",
    NEXT.name: "Datetime",
    HOST.name: "Keyword",
}
"""For each attribute, its name and its type. A Temporal namespace must know both before a workflow can start."""

MEMO_ROW = "row"
"""The memo field that holds the full row of a workflow. Lists read this field, so that they need no query for each
item."""


def initial_attributes(plan: str, row: ItemRow) -> TypedSearchAttributes:
    """Returns the attributes with which a workflow starts, so that lists show it correctly from the beginning."""
    pairs: list[SearchAttributePair[Any]] = [
        SearchAttributePair(PLAN, plan),
        SearchAttributePair(KIND, row.kind),
        SearchAttributePair(STATUS, row.status),
    ]
    if row.next_at:
        pairs.append(SearchAttributePair(NEXT, row.next_at))
    if row.host:
        pairs.append(SearchAttributePair(HOST, row.host))
    return TypedSearchAttributes(pairs)


def attribute_updates(row: ItemRow, last: ItemRow | None) -> list[SearchAttributeUpdate[Any]]:
    """Returns updates for the attributes in which `row` differs from `last`, the row that was shown last. If `last` is
    None, it returns updates for all attributes."""
    now, before = _values(row), _values(last) if last else {}
    return [
        key.value_set(value) if value is not None else key.value_unset()
        for key, value in now.items()
        if last is None or before[key] != value
    ]


def _values(row: ItemRow) -> dict[SearchAttributeKey[Any], Any]:
    dues = [awaited.due for awaited in row.awaiting if awaited.due]
    return {
        STATUS: row.status,
        AWAITED_OFFICES: sorted({awaited.office for awaited in row.awaiting}),
        RUNG: max((awaited.rung for awaited in row.awaiting), default=None),
        DUE: min(dues, default=None),
        NEXT: row.next_at,
        HOST: row.host,
    }


def show_in_lists(row: ItemRow, last: ItemRow | None) -> None:
    """Shows a changed row in lists and in the Temporal UI. It does nothing if the row is the same as `last`, the row
    that was shown last."""
    if row == last:
        return
    updates = attribute_updates(row, last)
    if updates:
        workflow.upsert_search_attributes(updates)
    workflow.upsert_memo({MEMO_ROW: row})

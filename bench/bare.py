"""The bare workflow: it issues the commands of a script, and makes no decision."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributeUpdate
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from bench.script import Op, Script, load
    from workflows.starting import EFFECT_RETRY

ROUND = "round"
"""The field with the number of the next round, in the argument of a workflow that lives for several rounds."""


@workflow.defn(name="bare")
class BareWorkflow:
    """A workflow with dicts instead of models and a counter instead of decisions. The rest is what every workflow
    does."""

    @workflow.init
    def __init__(self, start: dict[str, Any]) -> None:
        self._updates = 0
        self._signals: int = start.get("signals", 0)
        self._running: dict[str, asyncio.Task[Any]] = {}
        self._closed = False
        # A meeting lives for one round and has its script at once. A post room waits for the first signal of the round.
        self._lives_on = ROUND in start
        self._script = None if self._lives_on else load(workflow.info().workflow_id, 0)

    @workflow.run
    async def run(self, start: dict[str, Any]) -> Any:
        if self._script is not None:
            return await self._play(self._script, {})
        number, place = start[ROUND], start.get("place", 0)
        while True:
            await workflow.wait_condition(lambda: self._signals > 0)
            script = load(workflow.info().workflow_id, number)
            await self._play(script, {ROUND: number}, place)
            self._signals -= sum(op.kind == "signal" for op in script.ops)
            number, place = number + 1, 0

    @workflow.update
    def act(self, act: dict[str, Any]) -> Any:
        """The n-th Update gives the answer that the n-th Update of the real workflow gave."""
        assert self._script is not None
        self._updates += 1
        return self._script.results[self._updates - 1]

    @act.validator
    def check(self, act: dict[str, Any]) -> None:
        if self._closed or not act.get("act_id"):
            raise ApplicationError("refused", type="Refusal", non_retryable=True)

    @workflow.signal
    def tell(self, words: Any) -> None:
        """Takes any signal."""
        self._signals += 1

    @workflow.query
    def standing(self, keys: Sequence[str]) -> list[str]:
        """Answers that all notices stand. The activity `despatch` asks it, as it asks our post room."""
        return list(keys)

    async def _play(self, script: Script, again: dict[str, Any], place: int = 0) -> Any:
        for i, op in enumerate(script.ops[place:], start=place):
            if op.kind == "update":
                await workflow.wait_condition(lambda count=op.count: self._updates >= count)  # type: ignore[misc]
            elif op.kind == "signal":
                await workflow.wait_condition(lambda count=op.count: self._signals >= count)  # type: ignore[misc]
            elif op.kind == "done":
                await self._running.pop(op.ref)
            elif op.kind == "cancel":
                self._running.pop(op.ref).cancel()
            elif op.kind == "continue":
                workflow.continue_as_new({**again, "place": i + 1, "signals": self._signals})
            elif op.kind == "end":
                self._closed = True
                return op.data
            else:
                self._issue(op)
        return None

    def _issue(self, op: Op) -> None:
        if op.kind == "timer":
            self._running[op.ref] = asyncio.create_task(workflow.sleep(op.seconds, summary=op.summary))
        elif op.kind == "activity":
            self._running[op.ref] = workflow.start_activity(
                op.name,
                op.data,
                start_to_close_timeout=timedelta(seconds=op.seconds),
                heartbeat_timeout=timedelta(seconds=op.heartbeat) if op.heartbeat else None,
                retry_policy=EFFECT_RETRY,
                summary=op.summary,
            )
        elif op.kind == "tell":
            handle = workflow.get_external_workflow_handle(op.name)
            self._running[op.ref] = asyncio.create_task(handle.signal("tell", op.data))
        elif op.kind == "attributes":
            workflow.upsert_search_attributes([_attribute(name, *value) for name, value in op.data.items()])
        elif op.kind == "memo":
            workflow.upsert_memo(op.data)


def _attribute(name: str, kind: str, value: Any) -> SearchAttributeUpdate[Any]:
    """The update of a search attribute. `kind` is its type, as Temporal writes it in the metadata of the payload."""
    makers: dict[str, Any] = {
        "Keyword": SearchAttributeKey.for_keyword,
        "KeywordList": SearchAttributeKey.for_keyword_list,
        "Int": SearchAttributeKey.for_int,
        "Datetime": SearchAttributeKey.for_datetime,
    }
    key: SearchAttributeKey[Any] = makers[kind](name)
    if value is None:
        return key.value_unset()
    return key.value_set(datetime.fromisoformat(value) if kind == "Datetime" else value)

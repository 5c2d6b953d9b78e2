"""Three workflows that decide the same, and whose queries are honest, sly or failing."""

from temporalio import workflow


@workflow.defn(name="asked")
class Asked:
    """Waits for two signals. Each subclass has a query."""

    def __init__(self) -> None:
        self.heard = 0
        self.asked = 0

    @workflow.run
    async def run(self) -> int:
        await workflow.wait_condition(lambda: self.heard >= 2)
        await workflow.sleep(0.01)
        return self.heard

    @workflow.signal
    def hear(self) -> None:
        self.heard += 1


@workflow.defn(name="asked")
class Honest(Asked):
    @workflow.run
    async def run(self) -> int:
        return await super().run()

    @workflow.query
    def count(self) -> int:
        return self.heard


@workflow.defn(name="asked")
class Sly(Asked):
    """Its query changes what the workflow decides."""

    @workflow.run
    async def run(self) -> int:
        found = await super().run()
        if self.asked:
            await workflow.sleep(0.01)
        return found

    @workflow.query
    def count(self) -> int:
        self.asked += 1
        return self.heard


@workflow.defn(name="asked")
class Failing(Asked):
    @workflow.run
    async def run(self) -> int:
        return await super().run()

    @workflow.query
    def count(self) -> int:
        raise ValueError("it cannot answer")

"""What `counter` answers: the topic of the proposal that it counters."""

import pytest

from cli.acting import ActingCommand
from cli.commands.propose import topic_of
from cli.errors import Refused
from models.items.rectification import RECTIFICATION
from models.messages.views import ItemView
from tests.models.items.test_rectification import FIRST, LAO, closed, rectify


class Here(ActingCommand):
    """A command for an item whose view is at hand."""

    def __init__(self, shown: ItemView) -> None:
        super().__init__(shown.id, LAO)
        self.shown = shown

    async def view(self) -> ItemView:
        return self.shown


async def test_a_rectification_has_no_counter_proposal() -> None:
    life = closed()
    assert rectify(life, LAO) is None
    with pytest.raises(Refused) as refused:
        await topic_of(Here(RECTIFICATION.view(life.item(FIRST))), 1)
    assert "reject it, and propose another with `rectify`" in str(refused.value)

"""What `counter` answers: the topic of the proposal that it counters."""

import pytest

from cli.acting import ActingCommand
from cli.commands.propose import topic_of
from cli.errors import Refused
from models.items.rectification import RECTIFICATION
from models.messages import acts
from models.messages.acts import Rectified
from models.messages.views import ItemView
from tests.support.builders import DAY, obligation
from tests.support.worlds import Life

LAO, KHM = "lao-moc", "khm-moc"


class Here(ActingCommand):
    """A command for an item whose view is at hand."""

    def __init__(self, shown: ItemView) -> None:
        super().__init__(shown.id, LAO)
        self.shown = shown

    async def view(self) -> ItemView:
        return self.shown


async def test_a_rectification_has_no_counter_proposal() -> None:
    life = Life(obligation("c", kind="instrument"))
    assert life.act("t/c", acts.Evidence, LAO, text="signed") is None
    life.pass_on(15 * DAY)
    fact = Rectified.model_validate({"item": "t/c", "what": "evidence", "before": "signed", "text": "signed twice"})
    assert life.act("t", acts.Rectify, LAO, fact=fact, reason="a slip") is None
    with pytest.raises(Refused) as refused:
        await topic_of(Here(RECTIFICATION.view(life.item("t/c/rectification-1"))), 1)
    assert "reject it, and propose another with `rectify`" in str(refused.value)

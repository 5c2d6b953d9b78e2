"""The mailbox workflow. While it runs, it takes in the mail to the organizer of one plan."""

from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

from workflows.elsewhere import end_here, goes_on_elsewhere
from workflows.starting import EFFECT_RETRY, HEARTBEAT_TIMEOUT
from workflows.visibility import MEMO_ROW, show_in_lists

with workflow.unsafe.imports_passed_through():
    from models.common.ids import mailbox_id
    from models.messages.views import ItemRow
    from models.post.mailbox import Collect, Collected, MailboxState, collected, in_words

WATCH = timedelta(minutes=5)
"""How long one activity watches the mailboxes. The activity returns earlier if a message comes or the fault changes."""

WATCHES_PER_RUN = 300
"""A new run starts after this number of activities, so that the history does not grow without end."""


def row_of(state: MailboxState) -> ItemRow:
    """Returns the row of the mailbox workflow for lists and the Temporal UI."""
    title = f"Mail to the secretariat of {state.plan_title}"
    return ItemRow(
        id=mailbox_id(state.plan),
        ref="-",
        kind="mailbox",
        title=title,
        status="unreadable" if state.fault else "reading",
    )


@workflow.defn(name="mailbox")
class MailboxWorkflow:
    """The workflow that reads mail. It runs the activity `collect` again and again, which sends each answer to its item
    as an Update."""

    @workflow.init
    def __init__(self, state: MailboxState) -> None:
        self.state = state

    @workflow.run
    async def run(self, state: MailboxState) -> None:
        shown = row_of(state)
        for _ in range(WATCHES_PER_RUN):
            workflow.set_current_details(in_words(self.state))
            row = row_of(self.state)
            show_in_lists(row, shown)
            shown = row
            self.state = collected(self.state, await self._collect(), workflow.now())
            if workflow.info().is_continue_as_new_suggested():
                break
        workflow.continue_as_new(self.state, memo={MEMO_ROW: row_of(self.state)})

    async def _collect(self) -> Collected:
        try:
            found: Collected = await workflow.execute_activity(
                "collect",
                Collect(plan=self.state.plan, watch=WATCH, fault=self.state.fault, epoch=self.state.epoch),
                result_type=Collected,
                start_to_close_timeout=WATCH * 3,
                heartbeat_timeout=HEARTBEAT_TIMEOUT,
                retry_policy=EFFECT_RETRY,
                summary="watches the organizer's mailboxes",
            )
        except ActivityError as error:
            if goes_on_elsewhere(error):
                end_here(error)
            # Temporal does not repeat an activity that fails in this way. The fault is shown, and we try again later.
            await workflow.sleep(WATCH, summary="tries the mailboxes again")
            return Collected(fault=str(error.cause or error)[:300])
        return found

"""What a letter tells of a notice: by when an answer is asked for.

The time of a rung counts from its letter. So if the first letter with a notice goes late, the day by which it asks for
an answer is later by the same time.
"""

from models.common.values import Instant
from models.messages.notices import Notice
from models.plan.plan import DespatchRule
from models.post.post_room_state import PostRoomState, StandingNotice


def told(state: PostRoomState, standing: StandingNotice, now: Instant) -> Notice:
    """Returns the notice as a letter tells it that goes now. A notice that was sent says what its first letter has
    said."""
    gone = standing.gone if standing.sent else went_at(state, now)
    if state.address.edition < 1 or gone is None or standing.notice.quiet:
        return standing.notice
    return _counted(standing.notice, state.address.despatch, gone)


def went_at(state: PostRoomState, now: Instant) -> Instant:
    """Returns the instant from which a letter counts that goes now. A letter that goes on time counts from the instant
    at which it was due, and not from the moment at which the mail server answered."""
    due = state.letter_at
    on_time = due is not None and due <= now and now - due <= state.address.despatch.period / 10
    return due if due is not None and on_time else now


def late(waited_since: Instant, gone: Instant, rule: DespatchRule) -> bool:
    """Whether a letter went late. A letter that waited for a night only, or for more notices, did not."""
    return gone - waited_since > rule.period / 10 + rule.gather


def _counted(notice: Notice, rule: DespatchRule, gone: Instant) -> Notice:
    due = notice.due
    if due is None:
        return notice
    if notice.acknowledged and late(notice.at, gone, rule):
        moved = due + (gone - notice.at)
        due = moved if notice.latest is None else max(due, min(moved, notice.latest))
    if due <= gone:  # nobody was told of it in time
        due = notice.ends if notice.ends is not None and notice.ends > gone else None
    return notice if due == notice.due else notice.model_copy(update={"due": due})

"""What a post room does when an item gives a notice or an announcement to it, or settles notices."""

from typing import Any

from models.common.values import Instant
from models.messages.effects import Settle, Words
from models.messages.notices import Announcement, AnnouncementKind, Notice, Said
from models.post.capacity import QUEUE_KEPT, fitting_announcement, fitting_notice
from models.post.letter_day import timed
from models.post.post_room_state import PostRoomState, StandingNotice, keys_of, note
from models.post.rarer import letter_without_hours
from models.post.reminders import hear_reminder, hear_version, without_reminder


def hear(state: PostRoomState, words: Words, now: Instant) -> PostRoomState:
    """Returns the state after an item has told the post room all of this: first its announcements, then the notices of
    awaited acts, and then the notices that are settled."""
    for announcement in words.announce:
        state = hear_announcement(state, announcement, now)
    for notice in words.awaited:
        state = hear_awaited(state, notice, now)
    for settle in words.settled:
        state = hear_settled(state, settle, now)
    return state


def hear_awaited(state: PostRoomState, notice: Notice, now: Instant) -> PostRoomState:
    """Returns the state after an item has given a new notice to the post room. The notice stands, and waits for a
    letter. If the same notice comes again, the state does not change."""
    if notice.key in state.standing:
        return state
    rule = state.address.despatch
    notice = fitting_notice(notice, state.standing)
    standing = {**state.standing, notice.key: StandingNotice(notice=notice, heard=now)}
    if state.address.keeps_hours:
        return timed(state.model_copy(update={"standing": standing}))
    if notice.quiet:
        soon = max((state.last_letter or now) + rule.period, now)
        at = state.letter_at or soon
        if state.address.edition >= 1:
            at = min(at, soon)  # the next letter may be a rare one
    else:
        gather = rule.gather if notice.gather is None else notice.gather
        at = min(state.letter_at or now + gather, now + gather)
    return state.model_copy(update={"standing": standing, "letter_at": at})


def hear_settled(state: PostRoomState, settle: Settle, now: Instant) -> PostRoomState:
    """Returns the state after an item has settled notices. They no longer stand. Those that were not sent are
    withdrawn.

    If the item is closed, all its notices are settled. Of its announcements, the post room then sends only
    cancellations, final announcements, and announcements of what a side has put on record.
    """
    gone = {
        key: s
        for key, s in state.standing.items()
        if key in settle.keys or (settle.closed and s.notice.item == settle.item)
    }
    for key, standing in gone.items():
        if not standing.sent:
            state = note(state, now, "withdrawn", key, "settled before its letter went")
    for queued in state.queue:
        if queued.kind is AnnouncementKind.QUESTION and queued.key in settle.keys and not _may_have_gone(state, queued):
            state = note(state, now, "withdrawn", queued.key, "settled before it went")
            state = state.model_copy(update={"queue": tuple(each for each in state.queue if each is not queued)})
    if settle.closed:
        state = _close_item(state, settle.item, now)
    left = {key: s for key, s in state.standing.items() if key not in gone}
    if state.address.keeps_hours:
        return timed(state.model_copy(update={"standing": left}))
    letter_at = state.letter_at if left else None
    if letter_at is not None and state.last_letter is not None and not any(s.wants_letter for s in left.values()):
        # The notices that remain need no letter of their own. They wait for the next routine letter.
        after = letter_without_hours(state.model_copy(update={"standing": left}), state.last_letter)
        letter_at = max(letter_at, after or letter_at)
    return state.model_copy(update={"standing": left, "letter_at": letter_at})


def _may_have_gone(state: PostRoomState, queued: Announcement) -> bool:
    """Whether an attempt to send an announcement has an unknown outcome, so that the same bytes must go again."""
    return state.delayed is not None and queued.key in keys_of(state.delayed)


def _close_item(state: PostRoomState, item: str, now: Instant) -> PostRoomState:
    kept = []
    recent = tuple(
        mail.model_copy(update={"announcement": None})
        if mail.announcement and mail.announcement.item == item and not _last_word(mail.announcement)
        else mail
        for mail in state.recent
    )
    for announcement in state.queue:
        if announcement.item == item and not _last_word(announcement):
            state = note(state, now, "withdrawn", announcement.key, "its item was closed out before it went")
        elif announcement.item == item and state.address.edition >= 1 and not _may_have_gone(state, announcement):
            kept.append(_without_objection(announcement))
        else:
            kept.append(announcement)
    for uid, reminder in state.reminders.items():
        if reminder.word.item == item:
            state = without_reminder(state, uid, "its item was closed out before it went", now)
    cancelling = {a.version for a in kept if a.item == item}
    invited = {uid: of for uid, of in state.invited.items() if of != item or uid in cancelling}
    threads = {
        uid: thread if thread.item != item else thread.model_copy(update={"ending": True})
        for uid, thread in state.threads.items()
        if thread.item != item or uid in cancelling
    }
    changes = {"queue": tuple(kept), "invited": invited, "recent": recent, "threads": threads}
    return state.model_copy(update=changes)


def _last_word(announcement: Announcement) -> bool:
    """Whether an announcement still goes when its item is closed."""
    on_record = bool(announcement.acknowledges)  # what a side has put on record is told in any case
    return announcement.final or on_record or announcement.kind is AnnouncementKind.CANCELLATION


def hear_announcement(state: PostRoomState, announcement: Announcement, now: Instant) -> PostRoomState:
    """Returns the state after an item has given a new announcement to the post room. The announcement is at the end of
    the queue.

    A new version of a calendar event replaces older versions in the queue. If the post room keeps hours, or if
    QUEUE_KEPT announcements wait, it joins older announcements about the same item to the new one, and all go in one
    mail. A reminder is not queued, because it may go in a letter. If the same announcement comes again, the queue does
    not change.
    """
    if announcement.kind is AnnouncementKind.REMINDER:
        return hear_reminder(state, announcement, now)
    if any(queued.key == announcement.key for queued in state.queue):
        return state
    state = hear_version(state, announcement, now)
    kept = []
    gathers = state.address.keeps_hours or len(state.queue) >= QUEUE_KEPT
    for queued in state.queue:
        if announcement.version and queued.version == announcement.version:
            state = note(state, now, "merged", queued.key, f"overtaken by {announcement.key}")
        elif gathers and _in_one_mail(state, queued, announcement):
            state = note(state, now, "merged", queued.key, f"said in one mail with {announcement.key}")
            earlier = (*queued.earlier, Said(text=queued.text, happened=queued.happened), *announcement.earlier)
            changes = {
                "earlier": earlier,
                "left_out": queued.left_out + announcement.left_out,
                "final": queued.final or announcement.final,
                **_objections(state, queued, announcement),
            }
            announcement = announcement.model_copy(update=changes)
        elif queued.item == announcement.item and _ends_objections(state, announcement):
            kept.append(_without_objection(queued))
        else:
            kept.append(queued)
    queue = tuple(kept)
    return state.model_copy(update={"queue": (*queue, fitting_announcement(announcement, queue))})


def _objections(state: PostRoomState, queued: Announcement, newer: Announcement) -> dict[str, Any]:
    """Returns what one mail of two announcements acknowledges, and to what the office may object in it.

    Each thing on record has a silence of its own, so the item must learn of each of them that its mail has gone. If
    one of them is more than a mark, the mail says that the item is closed. Post rooms of edition 0 acknowledge only
    the newer announcement, because their items have one silence.
    """
    if state.address.edition < 1:
        return {}
    both: dict[str, Any] = {"acknowledges": (*queued.acknowledges, *newer.acknowledges)}
    if _ends_objections(state, newer) or queued.silence is None:
        return both
    more = queued if newer.silence is None or newer.about == "mark" else newer
    return {**both, "silence": more.silence, "about": more.about}


def _ends_objections(state: PostRoomState, newer: Announcement) -> bool:
    """Whether an announcement says that there is nothing on record any longer to which the office could object: the
    item is closed out, or the meeting was not held."""
    said = newer.happened
    not_held = said is not None and said.verb == "not_held" and said.dispute != "stands"
    return state.address.edition >= 1 and (newer.final or not_held)


def _without_objection(queued: Announcement) -> Announcement:
    """Returns the announcement without the time to object. It still tells what was put on record."""
    return queued.model_copy(update={"silence": None, "about": ""}) if queued.silence is not None else queued


def _in_one_mail(state: PostRoomState, queued: Announcement, newer: Announcement) -> bool:
    """Whether a waiting announcement goes in one mail with a newer one.

    Both must be about the same item, and neither may have an event or a list. The first must not be on its way. What a
    side has put on record goes in a mail of its own, unless the newer announcement tells the record as it is now, or
    says that nothing is left to object to.
    """
    if queued.acknowledges and not newer.acknowledges and not _ends_objections(state, newer):
        return False
    if AnnouncementKind.QUESTION in (queued.kind, newer.kind):
        return False  # its question must not be lost among other words
    words = queued.item == newer.item and not any(each.event or each.lists or each.counts for each in (queued, newer))
    return words and queued.key not in state.on_its_way and not (state.delayed and queued.key in keys_of(state.delayed))

"""Finds the sender's own words of one answer, with what the program knows of the sender and of its own mails."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from adapters.inbound.own_words import Known, joined, own_words, shortened, words_of_name
from adapters.inbound.sent_mail import texts_sent
from adapters.inbound.subject_words import words_of_subject
from adapters.inbound.unquoted import unquoted
from models.post.contacts import Contacts
from models.post.incoming import CalendarAnswer, IncomingMessage

LONGEST_NAME = 80
"""A display name with more characters is no name."""


def words_of_answers(reading: IncomingMessage, contacts: Contacts, root: Path) -> dict[str, str]:
    """Returns the sender's own words beside each answer of a message, by the UID of its event. An answer without words
    is missing.

    They stand in the body and the subject of the mail, and in the comment of the answer. A file that came with the mail
    counts as words too. `root` is the folder of the record, which holds the mails that we have sent.
    """
    if not any((reading.bodies, reading.subject, reading.enclosures, *(each.remark for each in reading.answers))):
        return {}
    offices = dict.fromkeys(
        office
        for address in (reading.sender, *(each.attendee for each in reading.answers))
        for office in (contacts.offices_of(address) if address else ())
    )
    found = {}
    # Of several answers to one event the newest counts, so the words fit its button.
    for answer in sorted(reading.answers, key=lambda each: (each.dtstamp is not None, each.dtstamp)):
        known = _known(reading, answer, contacts, root, offices)
        said = own_words(reading.bodies, known, answer.method, answer.partstat)
        remark = own_words([answer.remark] if answer.remark else [], known, answer.method, answer.partstat)
        files = f"[with {', '.join(reading.enclosures)}]" if reading.enclosures else ""
        # Without our invitation nobody can tell its title from words.
        titled = any(each.uid == answer.uid for each in texts_sent(root, offices))
        subject = words_of_subject(reading.subject, known, answer.method, answer.partstat) if titled else ""
        found[answer.uid] = joined(remark, subject, said, files)
    return {uid: words for uid, words in found.items() if words}


def words_of_letter(reading: IncomingMessage) -> str:
    """Returns the beginning of a letter, as a question about it quotes it, without the mail that it answers. A letter
    without text gives its subject."""
    return shortened(" ".join(unquoted(next(iter(reading.bodies), reading.text)))) or reading.subject


def digest_with(digest: str, words: Iterable[str]) -> str:
    """Returns the digest of an answer or of a message together with the sender's own words. Without words it stays the
    same."""
    said = [" ".join(each.casefold().split()) for each in words if each]
    return hashlib.sha256("\n".join([digest, *said]).encode()).hexdigest() if said else digest


def _known(
    reading: IncomingMessage, answer: CalendarAnswer, contacts: Contacts, root: Path, offices: Iterable[str]
) -> Known:
    sent = texts_sent(root, offices)
    people = [reading.sender, answer.attendee]
    if len(reading.from_name) <= LONGEST_NAME:
        people.append(reading.from_name)
    for office in offices:
        contact = contacts.offices[office]
        people += [contact.name, contact.address, contact.second or ""]
        people += [name for each in contact.stand_ins for name in (each.name, each.address)]
    names = [contacts.organizer.name, contacts.organizer.address]
    names += [name for contact in contacts.offices.values() for name in (contact.name, contact.address)]
    names += [name for each in sent for name in each.names]
    dates = frozenset(number for each in sent if each.uid == answer.uid for number in each.dates)
    return Known(
        texts=tuple(dict.fromkeys(text for each in sent for text in each.texts)),
        names=tuple(dict.fromkeys(filter(None, (*people, *names)))),
        people=tuple(dict.fromkeys(filter(None, people))),
        given=words_of_name(reading.from_name) if len(reading.from_name) <= LONGEST_NAME else frozenset(),
        dates=dates,
    )

"""Which mailboxes the settings name."""

from pathlib import Path

from adapters.mailbox.configured import mailboxes
from tests.support.mail_samples import settings


def test_the_settings_say_which_mailboxes_are_read(tmp_path: Path) -> None:
    assert mailboxes(settings(tmp_path)) == ()
    assert mailboxes(settings(tmp_path, maildir="", imap_host="")) == ()
    names = [source.name for source in mailboxes(settings(tmp_path, maildir="/m", imap_host="mail.example"))]
    assert names == ["Maildir /m", "IMAP mail.example/INBOX"]

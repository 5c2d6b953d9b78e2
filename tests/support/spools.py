"""A mail and the contacts of a spool, for tests of the embedded mail server."""

from email.message import EmailMessage
from email.utils import make_msgid

CONTACTS = """\
organizer: {name: Joint Secretariat, address: secretariat@plan.example}
offices:
  lao-moic: {address: focal@moic.example, second: desk@moic.example}
  khm-moc: {address: focal@moc.example}
  ../out: {address: focal@out.example}
"""


def message(to: str = "focal@moic.example", message_id: str | None = None) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "secretariat@plan.example", to, "Réunion"
    mail["Message-ID"] = message_id or make_msgid(domain="plan.example")
    mail.set_content("A line.\n.\n.. dots at the beginning\n")
    return mail

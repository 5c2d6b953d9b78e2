"""An SMTP client (RFC 5321): it hands one letter to the mail server, and decides what a refusal is about.

A refusal is about the address, about the content of the letter, or about our own access to the server. Only a refusal
of the address says that an office cannot be reached. If our access is refused, all mail waits until an operator has
corrected the settings.
"""

import contextlib
import email
import email.policy
import re
import ssl

import aiosmtplib
from temporalio.exceptions import ApplicationError

from adapters.settings import Settings
from adapters.text import clean_line
from adapters.tls import tls_context

ANSWER_TIMES = 5
"""The program waits this many times AIDE_SMTP_TIMEOUT for the answer to the letter itself.

A server that checks the content of a letter needs longer (RFC 5321 section 4.5.3.2.6). If the program gave up too
early, the letter would be sent twice.
"""

_LEAVE_SECONDS = 3.0

# RFC 4954 section 6: with these codes a server refuses our login, as the answer to any command.
_LOGIN_CODES = (530, 534, 535, 538)

# The server does not know the command, or does not expect it now.
_PROTOCOL_CODES = (500, 502, 503, 504)

# Only the words of the answer show that a server does not relay for us, or does not accept us as a client.
_OUR_ACCESS = re.compile(r"\brelay|\bclient host|\bauthenticat|\b5\.7\.(54|60|64)\b", re.IGNORECASE)

# RFC 3463: 5.1 is about addresses, 5.2 about the mailbox, 5.4 about the network on the way to it.
_ADDRESS_STATUS = re.compile(r"5\.[124]\.\d")

_TOO_LARGE = re.compile(r"5\.3\.4\b")


class RefusedByServerError(Exception):
    """The mail server has refused this letter, and the program must not try it again. The message is the code and the
    text of the server's answer, on one line."""

    def __init__(self, text: str, content: bool = False) -> None:
        super().__init__(text)
        self.content = content
        """True: the server refused the content of the letter. False: it refused the address."""


async def transmit(settings: Settings, letter: bytes) -> str:
    """Hands a letter to the mail server. Returns the Message-ID of the letter.

    The envelope has the addresses of From and To. So a bounce comes back to the organizer's mailbox, which the program
    reads.

    Raises RefusedByServerError if the server refuses the address or the content of the letter permanently. Raises a
    retryable ApplicationError of type MailServerUnavailable if the server has not taken the letter for another reason.
    Raises one of type TransmissionUncertain if the server gave no answer to the letter. The server may then have it.
    """
    headers = email.message_from_bytes(letter, policy=email.policy.default)
    sender, to = (headers[name].addresses[0].addr_spec for name in ("From", "To"))
    server = _server(settings, sender)
    try:
        await _reach(server, settings)
        await _address(server, settings, sender, to, len(letter))
        try:
            await server.data(letter, timeout=ANSWER_TIMES * settings.smtp_timeout)
        except aiosmtplib.SMTPResponseException as error:
            raise _after_data(error, settings) from None
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise _uncertain(error, settings) from None
    except (RefusedByServerError, ApplicationError):
        await _take_leave(server, settings)
        raise
    else:
        await _take_leave(server, settings)
    finally:
        server.close()
    return identity_of(letter)


def identity_of(letter: bytes) -> str:
    """Returns the Message-ID of a letter, with its angle brackets."""
    return str(email.message_from_bytes(letter)["Message-ID"]).strip()


def place(settings: Settings) -> str:
    """Returns the name of the mail server for messages: "mail server HOST:PORT"."""
    return f"mail server {settings.smtp_host}:{settings.smtp_port}"


def _server(settings: Settings, sender: str) -> aiosmtplib.SMTP:
    password = settings.smtp_password
    return aiosmtplib.SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        timeout=settings.smtp_timeout,
        username=settings.smtp_username,
        password=password.get_secret_value() if password else None,
        use_tls=settings.smtp_security == "tls",
        start_tls=settings.smtp_security == "starttls",  # a server without it is an error: never in plain text
        tls_context=None if settings.smtp_security == "none" else tls_context(settings),
        local_hostname=sender.rpartition("@")[2],  # EHLO names the organizer's domain, and not this machine
    )


async def _reach(server: aiosmtplib.SMTP, settings: Settings) -> None:
    """Connects, says EHLO, starts TLS and logs in. A refusal of any of these is about our access, and not about an
    office."""
    try:
        await server.connect()
        await server.ehlo()
    except aiosmtplib.SMTPAuthenticationError as error:
        raise _login(error, settings) from None
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        what, hint = "cannot be reached", ""
        if isinstance(error, aiosmtplib.SMTPResponseException):
            what = f"does not serve us: {error.code}"
        if isinstance(error, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in str(error):
            what, hint = "has a certificate that is not trusted", "; name the authority's in AIDE_CA_FILE"
        elif isinstance(error, aiosmtplib.SMTPNotSupported | ssl.SSLError) or "not supported" in str(error):
            hint = "; check AIDE_SMTP_SECURITY and AIDE_SMTP_PORT"
        raise _unavailable(f"{what}: {_words(error)}{hint}", settings) from None


async def _take_leave(server: aiosmtplib.SMTP, settings: Settings) -> None:
    """Sends QUIT, also after a refusal, because relays count clients that hang up without it. Errors are ignored."""
    if server.is_connected:
        with contextlib.suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
            await server.quit(timeout=min(settings.smtp_timeout, _LEAVE_SECONDS))


async def _address(server: aiosmtplib.SMTP, settings: Settings, sender: str, to: str, size: int) -> None:
    """Sends MAIL and RCPT: the sender and the recipient. If this raises an error, nothing was delivered."""
    options = [f"size={size}"] if server.supports_extension("size") else []
    try:
        await server.mail(sender, options=options)
        await server.rcpt(to)
    except aiosmtplib.SMTPSenderRefused as error:
        text = _text(error)
        if error.code == 552 or _TOO_LARGE.search(text):
            raise RefusedByServerError(text, content=True) from None
        if error.code in _LOGIN_CODES:
            raise _login(error, settings) from None
        # The server refuses our own address. That says nothing about the office, and an operator can correct it.
        raise _unavailable(f"refuses the sender {sender}: {text}", settings) from None
    except aiosmtplib.SMTPResponseException as error:
        raise _after_rcpt(error, settings) from None
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        raise _unavailable(f"broke off before the letter: {_words(error)}", settings) from None


def _after_rcpt(answer: aiosmtplib.SMTPResponseException, settings: Settings) -> Exception:
    """The error for a refused RCPT. A 5xx is about the recipient's address, unless it is about our login or access."""
    text = _text(answer)
    if answer.code in _LOGIN_CODES:
        return _login(answer, settings)
    if answer.code in _PROTOCOL_CODES or (500 <= answer.code < 600 and _OUR_ACCESS.search(text)):
        return _unavailable(f"does not forward our letters: {text}; check AIDE_SMTP_HOST and the login", settings)
    if 500 <= answer.code < 600:
        return RefusedByServerError(text)
    return _unavailable(f"did not take the letter: {text}", settings)


def _after_data(answer: aiosmtplib.SMTPResponseException, settings: Settings) -> Exception:
    """The error for a refused DATA. A 5xx is about the content, unless its status names the address. Some servers check
    the address only at this point."""
    text = _text(answer)
    if answer.code in _LOGIN_CODES:
        return _login(answer, settings)
    if 500 <= answer.code < 600:
        return RefusedByServerError(text, content=not _ADDRESS_STATUS.match(text[4:]))
    return _unavailable(f"did not take the letter: {text}", settings)


def _login(answer: aiosmtplib.SMTPResponseException, settings: Settings) -> ApplicationError:
    text = _text(answer)
    what = f"refused our login: {text}; check AIDE_SMTP_USERNAME and AIDE_SMTP_PASSWORD"
    if re.search(r"\b(STARTTLS|TLS|encrypt)", text, re.IGNORECASE):
        what = f"wants the line secured: {text}; set AIDE_SMTP_SECURITY"
    return _unavailable(what, settings)


def _unavailable(what: str, settings: Settings) -> ApplicationError:
    return ApplicationError(f"{place(settings)} {what}", type="MailServerUnavailable")


def _uncertain(error: Exception, settings: Settings) -> ApplicationError:
    message = f"{place(settings)} gave no answer to the letter: {_words(error)}"
    return ApplicationError(message, type="TransmissionUncertain")


def _words(error: Exception) -> str:
    return clean_line(str(error))[:200] or type(error).__name__


def _text(answer: aiosmtplib.SMTPResponseException) -> str:
    """The code and the words of an answer, on one line: "550 5.1.1 no such mailbox"."""
    return f"{answer.code} {clean_line(str(answer.message))}"[:200]

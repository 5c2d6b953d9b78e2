"""The transmission of one letter: real servers with TLS and logins, and servers that fail at each step."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from pydantic import SecretStr
from temporalio.exceptions import ApplicationError

from activities.despatch import archive_file
from adapters.mail.smtp import RefusedByServerError, transmit
from models.post.despatch import Fate
from tests.support.despatching import PostRoom, activities_of, run
from tests.support.mail_samples import despatch, settings, smtp_server
from tests.support.mail_servers import Certificates, Script, make_certificates, scripted_smtp

PASSWORD = "pässwörd of the relay"
LETTER = (
    b"From: Plan <plan@secretariat.example>\r\nTo: a@x.example\r\nMessage-ID: <1@x.example>\r\n\r\n.dot\r\nbody\r\n"
)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def of_another_host(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("others"), "mail.example")


def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and data.password == PASSWORD.encode() and data.login == b"organizer"
    return AuthResult(success=right, handled=False)


def with_login(security: str, certificates: Certificates) -> dict[str, Any]:
    """aiosmtpd's options: nothing without TLS, nothing without a login."""
    options: dict[str, Any] = {"authenticator": authenticate, "auth_required": True}
    if security == "tls":
        # aiosmtpd does not see that its line is secured already.
        return {**options, "auth_require_tls": False, "implicit_tls": certificates.server_context()}
    return {**options, "tls_context": certificates.server_context(), "require_starttls": True}


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_login_over_tls_by_a_private_authority(
    tmp_path: Path, security: str, certificates: Certificates
) -> None:
    async with smtp_server(**with_login(security, certificates)) as mailbox:
        config = settings(
            tmp_path,
            smtp_port=mailbox.port,
            smtp_security=security,
            smtp_username="organizer",
            smtp_password=SecretStr(PASSWORD),
            smtp_timeout=10.0,
            ca_file=certificates.authority,
        )
        assert await transmit(config, LETTER) == "<1@x.example>"
        assert mailbox.letters == [LETTER]
        wrong = config.model_copy(update={"smtp_password": SecretStr("wrong-s3cret")})
        with pytest.raises(ApplicationError, match="AIDE_SMTP_PASSWORD") as caught:
            await transmit(wrong, LETTER)
        assert caught.value.type == "MailServerUnavailable" and "s3cret" not in str(caught.value)
        with pytest.raises(ApplicationError) as caught:
            await transmit(config.model_copy(update={"smtp_username": None, "smtp_password": None}), LETTER)
        assert caught.value.type == "MailServerUnavailable", "our own login is no fault of the office"
        assert mailbox.letters == [LETTER]


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_certificate_that_is_not_trusted_gets_nothing(
    tmp_path: Path, security: str, certificates: Certificates, of_another_host: Certificates
) -> None:
    for shown, trusted in ((certificates, None), (of_another_host, of_another_host.authority)):
        options: dict[str, Any] = {"tls_context": shown.server_context()}
        if security == "tls":
            options = {"implicit_tls": shown.server_context()}
        async with smtp_server(**options) as mailbox:
            config = settings(tmp_path, smtp_port=mailbox.port, smtp_security=security, ca_file=trusted)
            with pytest.raises(ApplicationError, match=r"not trusted.*AIDE_CA_FILE") as caught:
                await transmit(config, LETTER)
            assert caught.value.type == "MailServerUnavailable"
            assert mailbox.letters == [] and mailbox.sessions == 0


async def test_a_server_without_starttls_is_told_apart(tmp_path: Path) -> None:
    async with scripted_smtp() as server:
        config = settings(tmp_path, smtp_port=server.port, smtp_security="starttls")
        with pytest.raises(ApplicationError, match="AIDE_SMTP_SECURITY"):
            await transmit(config, LETTER)
        assert all(line.startswith(("EHLO", "QUIT")) for line in server.said)


async def test_the_envelope_is_the_organizers_and_names_no_machine(tmp_path: Path) -> None:
    async with scripted_smtp() as server:
        await transmit(settings(tmp_path, smtp_port=server.port), LETTER)
    size = len(LETTER)
    assert server.said == [
        "EHLO secretariat.example",
        f"MAIL FROM:<plan@secretariat.example> size={size}",
        "RCPT TO:<a@x.example>",
        "DATA",
        "QUIT",
    ]
    assert server.letters == [LETTER.replace(b"\r\n.dot", b"\r\n..dot")]


# --- at each step ----------------------------------------------------------------------------------------------------

BEFORE = ("greeting", "EHLO", "MAIL", "RCPT")


async def outcome(folder: Path, **told: Any) -> tuple[str, Script]:
    """What becomes of a letter: sent, address, content (what was refused), or the type of a retryable error."""
    async with scripted_smtp(**told) as server:
        config = settings(folder, smtp_port=server.port, smtp_timeout=0.3)
        try:
            await transmit(config, LETTER)
        except RefusedByServerError as error:
            return "content" if error.content else "address", server
        except ApplicationError as error:
            assert not error.non_retryable and "127.0.0.1" in str(error)
            return str(error.type), server
        return "sent", server


@pytest.mark.parametrize("way", ["silent", "drop"])
@pytest.mark.parametrize(
    ("step", "expected"),
    [(step, "MailServerUnavailable") for step in BEFORE]
    + [("DATA", "TransmissionUncertain"), ("letter", "TransmissionUncertain"), ("QUIT", "sent")],
)
async def test_a_server_that_falls_silent_or_breaks_off(tmp_path: Path, way: str, step: str, expected: str) -> None:
    found, server = await outcome(tmp_path, **{way: step})
    assert found == expected
    assert len(server.letters) == (1 if step in ("letter", "QUIT") else 0)


OURS, ADDRESS, CONTENT = "MailServerUnavailable", "address", "content"


@pytest.mark.parametrize(
    ("step", "answer", "expected"),
    [
        ("greeting", "554 5.3.2 no service", OURS),
        ("greeting", "421 4.3.2 shutting down", OURS),
        ("EHLO", "550 go away", OURS),
        ("MAIL", "550 5.7.1 sender rejected", OURS),
        ("MAIL", "452 4.3.1 insufficient storage", OURS),
        ("MAIL", "552 5.3.4 message too large", CONTENT),
        ("RCPT", "550 5.1.1 no such user", ADDRESS),
        ("RCPT", "551 user not local", ADDRESS),
        ("RCPT", "553 5.1.3 mailbox name not allowed", ADDRESS),
        ("RCPT", "550 5.7.1 this list takes no mail from outside", ADDRESS),
        ("RCPT", "450 4.2.1 greylisted", OURS),
        ("RCPT", "421 4.7.0 too many connections", OURS),
        ("RCPT", "554 5.7.1 <a@x.example>: Relay access denied", OURS),
        ("RCPT", "554 5.7.1 Client host rejected", OURS),
        ("RCPT", "530 5.7.0 authentication required", OURS),
        ("RCPT", "503 5.5.1 bad sequence of commands", OURS),
        ("DATA", "554 5.6.0 no", CONTENT),
        ("letter", "554 5.7.1 message rejected as unwanted", CONTENT),
        ("letter", "552 5.3.4 message too large", CONTENT),
        ("letter", "550 5.1.1 user unknown", ADDRESS),
        ("letter", "552 5.2.2 mailbox full", ADDRESS),
        ("letter", "451 4.3.0 try again", OURS),
    ],
)
async def test_whose_fault_a_refusal_is(tmp_path: Path, step: str, answer: str, expected: str) -> None:
    found, server = await outcome(tmp_path, answers={step: answer})
    assert found == expected
    if step not in ("greeting", "EHLO") and not answer.startswith("421"):  # 421: the server hangs up
        assert server.said[-1] == "QUIT", "relays count clients that hang up"


@pytest.mark.parametrize(
    ("answer", "setting"),
    [
        ("530 5.7.0 Must issue a STARTTLS command first", "AIDE_SMTP_SECURITY"),
        ("530 5.7.0 Authentication required", "AIDE_SMTP_USERNAME"),
        ("538 5.7.11 Encryption required for requested mechanism", "AIDE_SMTP_SECURITY"),
    ],
)
async def test_a_server_that_wants_more_of_us_says_which_setting(tmp_path: Path, answer: str, setting: str) -> None:
    async with scripted_smtp(answers={"MAIL": answer}) as server:
        with pytest.raises(ApplicationError, match=setting):
            await transmit(settings(tmp_path, smtp_port=server.port), LETTER)


# --- several at once -------------------------------------------------------------------------------------------------


@pytest.fixture
async def slow() -> AsyncIterator[Script]:
    """A server that takes letters and says nothing to them."""
    async with scripted_smtp(silent="letter") as server:
        yield server


async def until(condition: Any) -> None:
    for _ in range(2000):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come to that")


async def test_a_dead_conversation_does_not_hold_up_the_others(tmp_path: Path, slow: Script) -> None:
    config = settings(tmp_path, smtp_port=slow.port, smtp_timeout=30.0)
    activities = activities_of(config)
    dead = asyncio.create_task(run(config, despatch(key="dead"), activities=activities))
    await until(lambda: slow.letters)
    slow.silent = ""
    result = await run(config, despatch(key="alive", office="khm-moc"), activities=activities)
    assert result.fate is Fate.SENT and not dead.done()
    dead.cancel()


async def test_conversations_are_bounded(tmp_path: Path) -> None:
    async with scripted_smtp() as server:
        config = settings(tmp_path, smtp_port=server.port, smtp_connections=3, smtp_timeout=30.0)
        activities = activities_of(config)
        sending = [run(config, despatch(key=f"k{n}"), activities=activities, seconds=150) for n in range(20)]
        results = await asyncio.gather(*sending)
        assert {result.fate for result in results} == {Fate.SENT} and len(server.letters) == 20
        assert server.most <= 3


async def test_who_waited_for_a_line_in_vain_has_said_nothing(tmp_path: Path, slow: Script) -> None:
    config = settings(tmp_path, smtp_port=slow.port, smtp_connections=1, smtp_timeout=30.0)
    activities = activities_of(config)
    first = asyncio.create_task(run(config, despatch(key="first"), activities=activities))
    await until(lambda: slow.letters)
    with pytest.raises(ApplicationError, match="busy") as caught:
        await run(config, despatch(key="second"), activities=activities, seconds=0.5)
    assert caught.value.type == "MailServerUnavailable"
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    slow.silent = ""
    assert (await run(config, despatch(key="second"), activities=activities)).fate is Fate.SENT


async def test_what_was_settled_while_it_waited_for_a_line_is_not_sent(tmp_path: Path, slow: Script) -> None:
    config = settings(tmp_path, smtp_port=slow.port, smtp_connections=1, smtp_timeout=30.0)
    room = PostRoom()
    activities = activities_of(config, room)
    first = asyncio.create_task(run(config, despatch(key="first"), activities=activities))
    await until(lambda: slow.letters)
    second = asyncio.create_task(run(config, despatch(key="second"), activities=activities))
    await until(lambda: archive_file(config.record, despatch(key="second")).exists())
    room.settled = {notice.key for notice in despatch().notices}
    first.cancel()
    assert (await second).fate is Fate.WITHDRAWN
    assert len(slow.letters) == 1

"""Settings of the program: environment variables AIDE_..., or lines of a file `.env` in the working directory.

The connection to Temporal has its own environment variables (TEMPORAL_ADDRESS, TEMPORAL_PROFILE, ...).
"""

import ipaddress
import ssl
from datetime import date
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from adapters.program_folders import TEMPLATES


class Settings(BaseSettings):
    """The servers, mailboxes, files and folders that the program uses. The defaults fit the servers that `up` starts.

    The variable of a field is AIDE_ and the name of the field in capitals: AIDE_SMTP_HOST. If a field may be None, an
    empty variable means None.
    """

    model_config = SettingsConfigDict(env_prefix="AIDE_", env_file=".env", extra="ignore", frozen=True)

    smtp_host: str = "127.0.0.1"
    """The mail server that takes all outgoing mail."""
    smtp_port: int = 1025
    smtp_security: Literal["none", "starttls", "tls"] = "none"
    smtp_username: str | None = None
    """The name with which the program logs in to the mail server. None: the program does not log in."""
    smtp_password: SecretStr | None = None
    smtp_timeout: float = Field(default=20.0, gt=0)
    """Seconds that the program waits for each answer of the mail server. For the answer to the letter itself, the
    program waits five times as long."""
    smtp_connections: int = Field(default=5, gt=0)
    """The most connections to the mail server that one worker has open at once."""

    caldav_url: str = "http://127.0.0.1:5232"
    caldav_home: str | None = None
    """The path of the collection (a folder on the calendar server) in which the program makes the calendars. None: the
    program asks the server for the home of this login."""
    caldav_username: str | None = None
    """The name with which the program logs in to the calendar server. None: the program does not log in."""
    caldav_password: SecretStr | None = None
    caldav_timeout: float = Field(default=20.0, gt=0)
    """Seconds that the program waits in each step of a request (to connect, to send, to receive)."""

    maildir: Path | None = None
    """The folder of a Maildir with the organizer's incoming mail. None: the program reads no Maildir."""
    imap_host: str | None = None
    """The IMAP server of a mailbox with the organizer's incoming mail. None: the program reads no IMAP mailbox."""
    imap_port: int | None = None
    """The port of the IMAP server. None: 993 with `tls`, and 143 with `starttls` or `none`."""
    imap_security: Literal["none", "starttls", "tls"] = "tls"
    imap_username: str | None = None
    imap_password: SecretStr | None = None
    imap_folder: str = "INBOX"
    """The folder of the IMAP mailbox that the program reads."""
    imap_done_folder: str | None = None
    """The folder into which the program moves a message after it has taken it in. None: the message stays where it is,
    and the program marks it with a keyword, or as seen if the server keeps no keywords."""
    imap_since: date | None = None
    """The program reads only messages that arrived on this day or later. Set this field for a mailbox that was in use
    before the program. None: the program reads all messages."""
    imap_timeout: float = Field(default=20.0, gt=0)
    """Seconds that the program waits for each answer of the IMAP server."""

    mail_poll: float = Field(default=5.0, gt=0)
    """Seconds between two rounds in which the program reads the organizer's mailboxes."""

    mail_authserv: str | None = None
    """The name (authserv-id) that our own mail server writes at the beginning of its Authentication-Results. An answer
    then counts only if this server has proved its sender. None: only what a server found to be forged is doubted."""

    ca_file: Path | None = None
    """The file (PEM) with the certificate of a private authority. The mail and calendar clients then trust this
    authority and those of the machine. None: they trust only the authorities of the machine."""

    contacts: Path = Path("plans/lao-cambodia-2023-2027.contacts.yaml")
    """The contacts file."""
    office_hours: bool = True
    """True: mail reaches an office only in its office hours. False: the program sends mail day and night. False is for
    trials."""
    templates: Path = TEMPLATES
    """The folder of the letter templates."""
    desk_url: str | None = None
    """The address of the desk: https, or http on this machine. Letters then link to the page of each item. None: there
    is no desk, and letters have no such links."""
    record: Path = Path("var/record")
    """The folder of the record. All workers and all command lines share it."""

    log_level: str = "INFO"
    """The least serious kind of log line that the program writes: DEBUG, INFO, WARNING or ERROR."""

    @field_validator(
        *("smtp_username", "smtp_password", "caldav_home", "caldav_username", "caldav_password", "maildir", "ca_file"),
        *("desk_url", "mail_authserv"),
        *("imap_host", "imap_port", "imap_username", "imap_password", "imap_done_folder", "imap_since"),
        mode="before",
    )
    @classmethod
    def _none(cls, value: object) -> object:
        """Reads an empty variable as None. So `up` can switch off a login that a .env file names for another server."""
        return None if value == "" else value

    @field_validator("smtp_username", "imap_username", "caldav_username")
    @classmethod
    def _no_login_in_the_clear(cls, value: str | None, info: ValidationInfo) -> str | None:
        name = str(info.field_name).removesuffix("_username")
        if value is None:
            return value
        if name == "caldav":
            url = urlsplit(str(info.data.get("caldav_url", "")))
            clear, host, remedy = url.scheme == "http", url.hostname, "an https address in AIDE_CALDAV_URL"
        else:
            clear, host = info.data.get(f"{name}_security") == "none", info.data.get(f"{name}_host")
            remedy = f"AIDE_{name.upper()}_SECURITY=starttls or tls"
        if clear and host and not _loopback(str(host)):
            raise ValueError(f"the login would cross the network to {host} in the clear; set {remedy}")
        return value

    @field_validator("desk_url")
    @classmethod
    def _address_of_desk(cls, value: str | None) -> str | None:
        if value is None:
            return None
        example = "write it as https://desk.example, or http://localhost:8080 on this machine"
        try:
            url = urlsplit(value)
            host, _ = url.hostname, url.port
        except ValueError:
            raise ValueError(f"{value!r} is no web address; {example}") from None
        plain = value.isascii() and not any(c <= " " or c in '"<>\\' for c in value)
        if not plain or not host or url.username is not None or url.query or url.fragment:
            raise ValueError(f"{value!r} is no plain web address; {example}")
        if url.scheme != "https" and not (url.scheme == "http" and _loopback(host)):
            raise ValueError(f"{value!r} is not https; {example}")
        return value.rstrip("/")

    @field_validator("ca_file")
    @classmethod
    def _certificate(cls, value: Path | None) -> Path | None:
        if value is not None:
            try:
                ssl.create_default_context(cafile=value)
            except OSError as error:
                raise ValueError(f"{value} is no certificate file in PEM form: {error.strerror}") from None
        return value


class SettingsFault(Exception):
    """The settings cannot be used. The message names each faulty setting, and says what to do."""


def read_settings() -> Settings:
    """Returns the settings from the environment and from `.env`. Raises SettingsFault if they cannot be used."""
    try:
        return Settings()
    except ValidationError as error:
        faults = (f"AIDE_{'_'.join(map(str, each['loc'])).upper()}: {each['msg']}" for each in error.errors())
        raise SettingsFault("\n".join((*faults, "correct this in the environment or in .env"))) from None
    except UnicodeDecodeError:
        raise SettingsFault(f"{Path('.env').resolve()} is not UTF-8; save it as UTF-8, or remove it") from None
    except OSError as error:
        raise SettingsFault(
            f"{Path('.env').resolve()} cannot be read: {error.strerror}; make it readable, or remove it"
        ) from None


class Programs(BaseSettings):
    """The programs that `up` runs. They come from environment variables only, because a `.env` file in a working
    directory must not name a program to run."""

    model_config = SettingsConfigDict(env_prefix="AIDE_", extra="ignore", frozen=True)

    temporal_cli: Path | None = None
    """The path of the `temporal` command. None: `up` takes the one in the Python environment, or else one on PATH."""

    @field_validator("temporal_cli", mode="before")
    @classmethod
    def _none(cls, value: object) -> object:
        return None if value == "" else value


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"

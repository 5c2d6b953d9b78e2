"""Settings of the parts around Temporal, by environment (AIDE_...) or a .env file.

Temporal itself is configured by its own environment configuration (TEMPORAL_ADDRESS, TEMPORAL_PROFILE, ...).
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
    """Where mail, calendars, contacts, templates and the record are. The defaults are those of `up`."""

    model_config = SettingsConfigDict(env_prefix="AIDE_", env_file=".env", extra="ignore", frozen=True)

    smtp_host: str = "127.0.0.1"
    smtp_port: int = 1025
    smtp_security: Literal["none", "starttls", "tls"] = "none"
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_timeout: float = Field(default=20.0, gt=0)
    """Seconds for each step of the conversation; five times as long for the answer to the letter itself."""
    smtp_connections: int = Field(default=5, gt=0)
    """Conversations that one worker holds at once."""

    caldav_url: str = "http://127.0.0.1:5232"
    caldav_home: str | None = None
    """Path of the collection under which the calendars are made; None asks the server for the home of this login."""
    caldav_username: str | None = None
    caldav_password: SecretStr | None = None
    caldav_timeout: float = Field(default=20.0, gt=0)

    maildir: Path | None = None
    """A Maildir with the organizer's incoming mail."""
    imap_host: str | None = None
    """A mailbox with the organizer's incoming mail."""
    imap_port: int | None = None
    """993 with tls, otherwise 143, where none is named."""
    imap_security: Literal["none", "starttls", "tls"] = "tls"
    imap_username: str | None = None
    imap_password: SecretStr | None = None
    imap_folder: str = "INBOX"
    imap_done_folder: str | None = None
    """Where messages are moved once they are taken in; without it they stay, marked by a keyword."""
    imap_since: date | None = None
    """The first day whose messages count; for a mailbox that was in use before."""
    imap_timeout: float = Field(default=20.0, gt=0)
    """Seconds for each wait in the conversation."""

    mail_poll: float = Field(default=5.0, gt=0)
    """Seconds between two looks into the organizer's mailboxes."""

    ca_file: Path | None = None
    """A private authority's certificate (PEM), trusted beside the machine's own by mail and calendar clients."""

    contacts: Path = Path("plans/lao-cambodia-2023-2027.contacts.yaml")
    office_hours: bool = True
    """False: every office is taken to be open day and night. For trials; nobody is spared a mail at night."""
    templates: Path = TEMPLATES
    record: Path = Path("var/record")
    """The append-only record; all workers and command lines share this folder."""

    log_level: str = "INFO"

    @field_validator(
        *("smtp_username", "smtp_password", "caldav_home", "caldav_username", "caldav_password", "maildir", "ca_file"),
        *("imap_host", "imap_port", "imap_username", "imap_password", "imap_done_folder", "imap_since"),
        mode="before",
    )
    @classmethod
    def _none(cls, value: object) -> object:
        """An empty value is none: so `up` can rule out logins that a .env file names for other servers."""
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
    """Settings that cannot be used. The message names each and says what to do."""


def read_settings() -> Settings:
    """The settings of the environment and of `.env`. Raises SettingsFault."""
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
    """Which programs `up` runs. By environment only: no file of a working folder may name a program."""

    model_config = SettingsConfigDict(env_prefix="AIDE_", extra="ignore", frozen=True)

    temporal_cli: Path | None = None
    """Temporal's CLI, in place of the one of the environment."""

    @field_validator("temporal_cli", mode="before")
    @classmethod
    def _none(cls, value: object) -> object:
        return None if value == "" else value


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"

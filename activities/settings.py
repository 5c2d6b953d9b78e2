"""Settings of the parts around Temporal, by environment (AIDE_...) or a .env file.

Temporal itself is configured by its own environment configuration (TEMPORAL_ADDRESS, TEMPORAL_PROFILE, ...).
"""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where mail, calendars, contacts, templates and the record are. The defaults are those of `up`."""

    model_config = SettingsConfigDict(env_prefix="AIDE_", env_file=".env", extra="ignore", frozen=True)

    smtp_host: str = "127.0.0.1"
    smtp_port: int = 1025
    smtp_security: Literal["none", "starttls", "tls"] = "none"
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_timeout: float = Field(default=20.0, gt=0)
    """Seconds for each step of the conversation."""

    caldav_url: str = "http://127.0.0.1:5232"
    caldav_home: str = "/aide-memoire/"
    """Path of the collection under which the calendars are made."""
    caldav_username: str | None = None
    caldav_password: SecretStr | None = None
    caldav_timeout: float = Field(default=20.0, gt=0)

    contacts: Path = Path("plans/lao-cambodia-2023-2027.contacts.yaml")
    templates: Path = Path(__file__).resolve().parent.parent / "templates"
    record: Path = Path("var/record")
    """The append-only record; all workers and command lines share this folder."""

    log_level: str = "INFO"

    @field_validator("smtp_username", "smtp_password", "caldav_username", "caldav_password", mode="before")
    @classmethod
    def _no_login(cls, value: object) -> object:
        """An empty value is none: so `up` can rule out logins that a .env file names for other servers."""
        return None if value == "" else value

"""Settings from the environment, and for local comfort from the stack's own file.

Where `SUPABASE_URL` is unset, `$LEARNBASE_HOME/stack.env` (by default `.learnbase/stack.env`) gives
the address and the keys together, so that a key of one project never meets another's address.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import shlex
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from learnbase.errors import SettingError
from learnbase.services.letters import Sender  # noqa: TC001 - pydantic reads it when it runs

if TYPE_CHECKING:
    from collections.abc import Iterable

DEFAULT_MODEL = "gpt-6.1-terra"
OPENAI_URL = "https://api.openai.com/v1"
NOTION_URL = "https://api.notion.com"
GOOGLE_URL = "https://www.googleapis.com"
RESEND_URL = "https://api.resend.com"
LOCAL_SITE_URL = "http://localhost:3000"
_STACK_SETTINGS = (
    *("SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEY", "SUPABASE_SECRET_KEY"),
    *("SUPABASE_JWT_SECRET", "EDGE_URL", "TOKEN_KEYS"),
)
_SECRET_ROLES = {"service_role", "supabase_admin"}
_PUBLIC_ROLES = {"anon"}


def _base_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.username or parts.query or parts.fragment or url != url.strip():
        raise ValueError("is no address such as https://example.com")
    return url.rstrip("/")


BaseUrl = Annotated[str, AfterValidator(_base_url)]


def _split(listed: Any) -> Any:
    if not isinstance(listed, str):
        return listed
    return tuple(filter(None, (origin.strip() for origin in listed.split(","))))


def _origin(origin: str) -> str:
    parts = urlsplit(_base_url(origin))
    if parts.path or origin != origin.lower() or "*" in origin:
        raise ValueError("names something that is no origin such as https://learn.example.com")
    return origin


Origins = Annotated[
    tuple[Annotated[str, AfterValidator(_origin)], ...] | None, NoDecode, BeforeValidator(_split)
]


class PublicAccess(BaseModel):
    """What a browser knows of the project."""

    model_config = ConfigDict(frozen=True)

    url: str
    publishable_key: str


class ServiceAccess(BaseModel):
    """What opens every door of the project; the key stays out of logs and reprs."""

    model_config = ConfigDict(frozen=True)

    url: str
    secret_key: Annotated[str, Field(repr=False)]


class Settings(BaseSettings):
    """Everything that can be set, by the names that `.env.example` explains."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    supabase_url: BaseUrl | None = None
    supabase_publishable_key: str | None = None
    supabase_anon_key: str | None = None
    supabase_secret_key: SecretStr | None = None
    supabase_service_role_key: SecretStr | None = None

    openai_api_key: SecretStr | None = None
    openai_base_url: BaseUrl = OPENAI_URL
    openai_model: Annotated[str, Field(min_length=1, max_length=200)] = DEFAULT_MODEL
    openai_api: Literal["responses", "chat"] | None = None
    openai_timeout_seconds: Annotated[float, Field(gt=0, le=3600)] = 180.0
    openai_max_output_tokens: Annotated[int, Field(ge=256)] | None = None
    openai_reasoning_effort: Literal["none", "minimal", "low", "medium", "high", "xhigh"] | None = (
        None
    )
    openai_web_search: bool = False
    openai_concurrency: Annotated[int, Field(ge=1, le=1000)] = 64

    links_contact: (
        Annotated[str, Field(min_length=3, max_length=200, pattern=r"^[ -~]+$")] | None
    ) = None

    edge_url: BaseUrl | None = None
    edge_origins: Origins = None
    edge_requests_per_minute: Annotated[int, Field(ge=1, le=1_000_000)] = 120
    edge_trusted_proxy: bool = False
    supabase_jwt_secret: Annotated[SecretStr, Field(min_length=32)] | None = None

    token_keys: SecretStr | None = None
    notion_client_id: str | None = None
    notion_client_secret: SecretStr | None = None
    notion_base_url: BaseUrl = NOTION_URL
    google_client_id: str | None = None
    google_client_secret: SecretStr | None = None
    google_base_url: BaseUrl = GOOGLE_URL
    google_oauth_base_url: BaseUrl | None = None

    resend_api_key: SecretStr | None = None
    resend_base_url: BaseUrl = RESEND_URL
    resend_webhook_secret: SecretStr | None = None
    mail_from: Sender | None = None
    site_url: BaseUrl | None = None

    @property
    def model_api(self) -> Literal["responses", "chat"]:
        """OpenAI itself speaks Responses; what else calls itself compatible speaks chat."""
        host = urlsplit(self.openai_base_url).hostname
        return self.openai_api or ("responses" if host == "api.openai.com" else "chat")

    def lacks(self, names: Iterable[str]) -> list[str]:
        """Which of these settings, by their names in the environment, are not set."""
        return [name for name in names if not getattr(self, name.lower())]

    def secrets(self) -> list[str]:
        """Every value that must never be seen, for the log's filter."""
        kept = (
            *(self.supabase_secret_key, self.supabase_service_role_key),
            *(self.supabase_jwt_secret, self.openai_api_key),
            *(self.notion_client_secret, self.google_client_secret, self.resend_api_key),
        )
        keys = self.token_keys.get_secret_value() if self.token_keys else ""
        single = [key.partition(":")[2].strip() for key in keys.split(",")]
        if self.resend_webhook_secret:
            signing = self.resend_webhook_secret.get_secret_value().split(",")
            single += [secret.strip() for secret in signing]
        return [*filter(None, single), *(secret.get_secret_value() for secret in kept if secret)]

    def service_access(self) -> ServiceAccess:
        """Address and secret key.

        Raises:
            SettingError: one is missing, or the key is not a secret key, or has expired.
        """
        name = "SUPABASE_SECRET_KEY"
        key = self.supabase_secret_key
        if key is None and self.supabase_service_role_key is not None:
            name, key = "SUPABASE_SERVICE_ROLE_KEY", self.supabase_service_role_key
        url = self._url()
        if key is None:
            raise _missing(name)
        _require_kind(name, key.get_secret_value(), secret=True)
        return ServiceAccess(url=url, secret_key=key.get_secret_value())

    def public_access(self) -> PublicAccess:
        """Address and publishable key.

        Raises:
            SettingError: one is missing, or the key is not a publishable key, or has expired.
        """
        name = "SUPABASE_PUBLISHABLE_KEY"
        key = self.supabase_publishable_key
        if key is None and self.supabase_anon_key is not None:
            name, key = "SUPABASE_ANON_KEY", self.supabase_anon_key
        url = self._url()
        if key is None:
            raise _missing(name)
        _require_kind(name, key, secret=False)
        return PublicAccess(url=url, publishable_key=key)

    def _url(self) -> str:
        if self.supabase_url is None:
            raise _missing("SUPABASE_URL")
        return self.supabase_url


def load() -> Settings:
    """Read the settings.

    Raises:
        SettingError: a value is unusable; the first of them, by name.
    """
    try:
        return Settings(**_of_the_stack())
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = str(first["loc"][0]).upper()
        reason = first["msg"].removeprefix("Value error, ")
        raise SettingError(
            f"{name} {reason[:1].lower()}{reason[1:]}",
            remedy="See .env.example for what it should look like",
            field=name,
        ) from None


def public_access() -> PublicAccess:
    """What a command that acts for a person needs: `Settings.public_access`."""
    return load().public_access()


def service_access() -> ServiceAccess:
    """What a command that acts as the service needs: `Settings.service_access`."""
    return load().service_access()


def stack_file() -> Path:
    """Where a local stack says its address and keys, whether it exists or not."""
    return Path(os.environ.get("LEARNBASE_HOME") or ".learnbase") / "stack.env"


def _of_the_stack() -> dict[str, Any]:
    """The stack's address and keys, whatever the environment says of another project's keys."""
    if os.environ.get("SUPABASE_URL"):
        return {}
    try:
        lines = stack_file().read_text().splitlines()
    except OSError:
        return {}
    pairs = (shlex.split(line, comments=True) for line in lines)
    found = dict(pair[0].split("=", 1) for pair in pairs if pair and "=" in pair[0])
    of_the_stack = {name.lower(): found[name] for name in _STACK_SETTINGS if name in found}
    own = {"token_keys": os.environ.get("TOKEN_KEYS") or of_the_stack.get("token_keys")}
    # What its Auth takes as well.
    own["site_url"] = os.environ.get("SITE_URL") or LOCAL_SITE_URL
    return of_the_stack | {name: value for name, value in own.items() if value}


def _missing(name: str) -> SettingError:
    return SettingError(
        f"{name} is not set",
        remedy="Set it (see .env.example), or start the local stack with: make stack",
        field=name,
    )


def _require_kind(name: str, key: str, *, secret: bool) -> None:
    wanted = "the secret key" if secret else "the publishable key"
    claims = _claims(key)
    if key.startswith("sb_"):
        right = key.startswith("sb_secret_" if secret else "sb_publishable_")
    elif claims is None:
        raise SettingError(
            f"{name} is neither a key of a Supabase project nor a token",
            remedy=f"Copy {wanted} from the project's API settings",
            field=name,
        )
    else:
        right = claims.get("role") in (_SECRET_ROLES if secret else _PUBLIC_ROLES)
    if not right:
        given = _described(key, claims)
        raise SettingError(
            f"{name} holds {given}, not {wanted}",
            remedy=f"Copy {wanted} from the project's API settings",
            field=name,
        )
    expires = (claims or {}).get("exp")
    if isinstance(expires, int | float) and expires < time.time():
        raise SettingError(
            f"{name} expired on {time.strftime('%Y-%m-%d', time.gmtime(expires))}",
            remedy="Copy the current key from the project's API settings",
            field=name,
        )


def _described(key: str, claims: dict[str, Any] | None) -> str:
    role = (claims or {}).get("role")
    if key.startswith("sb_publishable_") or role in _PUBLIC_ROLES:
        return "the publishable key"
    if key.startswith("sb_secret_") or role in _SECRET_ROLES:
        return "the secret key"
    return "a person's token" if role == "authenticated" else "another kind of key"


def _claims(token: str) -> dict[str, Any] | None:
    """What a JWT says of itself, unverified: enough to tell which key somebody copied."""
    try:
        body = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (IndexError, ValueError, binascii.Error):
        return None
    return claims if isinstance(claims, dict) else None

"""The configuration of the parts: the project's [auth], as this machine's Auth can take it."""

from __future__ import annotations

import os
import re
import tomllib
from typing import TYPE_CHECKING, Any

from learnbase.stack.errors import HomeUnusable

if TYPE_CHECKING:
    from pathlib import Path

# The settings of [auth] that this Auth knows: it refuses to start on any other.
_AUTH_SETTINGS = (
    *("jwt_expiry", "enable_refresh_token_rotation", "refresh_token_reuse_interval"),
    *("enable_signup", "enable_manual_linking", "minimum_password_length"),
    *("password_requirements", "additional_redirect_urls"),
)
_EMAIL_SETTINGS = (
    *("enable_confirmations", "double_confirm_changes", "secure_password_change"),
    *("otp_length", "otp_expiry"),
)
_PROVIDERS = ("google", "github")


def site_url(project: Path) -> str:
    """The address of the frontend.

    Raises:
        HomeUnusable: The project's config.toml cannot be read.
    """
    return _section(project).get("site_url") or "http://localhost:3000"


def auth_section(project: Path, gateway: str, jwt_secret: str) -> dict[str, Any]:
    """The project's [auth], with what is different on this machine.

    Raises:
        HomeUnusable: The project's config.toml cannot be read.
    """
    section = _section(project)
    site = site_url(project)
    redirects = [site, f"{site}/**", *section.get("additional_redirect_urls", [])]
    email = {"enable_confirmations": True, **section.get("email", {})}
    configured = section.get("external", {})
    return {
        **{name: section[name] for name in _AUTH_SETTINGS if name in section},
        "enabled": True,
        # Auth begins its links in e-mails with the site's address, and they are for the gateway.
        "site_url": gateway,
        "additional_redirect_urls": [address for address in redirects if address],
        "jwt_secret": jwt_secret,
        # No mail leaves this machine: the links are read from Auth's log, and no pace is kept.
        "email": {
            **{name: email[name] for name in _EMAIL_SETTINGS if name in email},
            "max_frequency": "1s",
        },
        "external": {
            name: {
                "enabled": True,
                "client_id": configured[name].get("client_id") or f"local-{name}-client",
                "secret": configured[name].get("secret") or f"local-{name}-secret",
                "redirect_uri": f"{gateway}/auth/v1/callback",
            }
            for name in _PROVIDERS
            if configured.get(name, {}).get("enabled")
        },
    }


def _section(project: Path) -> dict[str, Any]:
    file = project / "supabase" / "config.toml"
    try:
        section = tomllib.loads(file.read_text()).get("auth", {}) if file.exists() else {}
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise HomeUnusable(
            f"{file} cannot be read: {error}.", remedy="Correct the file and start again."
        ) from error
    filled: dict[str, Any] = _from_environment(section)
    return filled


def _from_environment(value: Any) -> Any:
    """Put the environment's values in the place of ``env(NAME)``; "" where there is none."""
    if isinstance(value, dict):
        return {key: _from_environment(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_from_environment(inner) for inner in value]
    if isinstance(value, str) and (found := re.fullmatch(r"env\((\w+)\)", value)):
        return os.environ.get(found.group(1), "")
    return value


def toml(table: dict[str, Any], path: str = "") -> list[str]:
    """A table as the lines of a TOML file."""
    plain = {key: value for key, value in table.items() if not isinstance(value, dict)}
    lines = [f"[{path}]\n"] if path and plain else []
    for key, value in plain.items():
        if isinstance(value, list):
            lines.append(f"{key} = [{', '.join(quoted(item) for item in value)}]\n")
        else:
            lines.append(f"{key} = {quoted(value)}\n")
    for key, value in table.items():
        if isinstance(value, dict):
            lines += toml(value, f"{path}.{key}".lstrip("."))
    return lines


def quoted(value: str | int) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'

"""Accounts: the row made at sign-up, the confirmed address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.access.ground import ident
from tests.access.guards.acts import DONE, USERS, say
from tests.access.messages import written
from tests.access.probes import Effect, Key, Outcome, Probe, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator


def probes() -> Iterator[Probe]:
    new = ident("new account")
    about = ("auth.users", "private.follow_auth_user", "private.claim_email", USERS)
    made = (
        ("auth.users", {"id": new}),
        (USERS, {"id": new, "auth_user_id": new, "email": "new@example.com", "name": "Nora"}),
        *(written(new, "welcome", channel, f"welcome:{new}") for channel in ("in_app", "email")),
    )
    yield say(
        "somebody signs up",
        "Auth",
        quoted(
            "insert into auth.users (id, email, email_confirmed_at, raw_user_meta_data)"
            " values ({}, 'New@example.com', now(), '{{\"name\": \"Nora\"}}')",
            new,
        ),
        Outcome(DONE, effect=Effect(added=made)),
        *about,
    )
    unproven = (
        ("auth.users", {"id": new}),
        (USERS, {"id": new, "email": None, "is_anonymous": False}),
    )
    yield say(
        "an address that is not confirmed is nobody's",
        "Auth",
        quoted("insert into auth.users (id, email) values ({}, 'nora@example.com')", new),
        Outcome(DONE, effect=Effect(added=unproven)),
        *about,
    )
    yield say(
        "an address that somebody has stays theirs",
        "Auth",
        quoted(
            "insert into auth.users (id, email, email_confirmed_at)"
            " values ({}, 'carla@example.com', now())",
            new,
        ),
        Outcome(DONE, effect=Effect(added=unproven)),
        *about,
    )
    ada: Key = (USERS, ident("ada"))
    changed = {
        ("auth.users", ident("ada")): frozenset({"email"}),
        ada: frozenset({"email", "updated_at"}),
    }
    yield say(
        "a confirmed change of address is followed",
        "Auth",
        quoted("update auth.users set email = 'lovelace@example.com' where id = {}", ident("ada")),
        Outcome(DONE, effect=Effect(changed=changed)),
        *about,
    )
    yield say(
        "what a client claims of itself is not believed",
        "Auth",
        quoted(
            "insert into auth.users (id, raw_user_meta_data) values"
            ' ({}, \'{{"subscription_tier": "pro", "email": "x@example.com"}}\')',
            new,
        ),
        Outcome(
            DONE,
            effect=Effect(
                added=(
                    ("auth.users", {"id": new}),
                    (USERS, {"id": new, "email": None, "subscription_tier": "free"}),
                )
            ),
        ),
        *about,
    )

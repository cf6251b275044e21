"""Signing up: how somebody becomes a person, by password, by a provider, or by trying it out."""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from psycopg.types.json import Json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.world import Person, Row, World

PASSWORD = "correct horse 7"


@pytest.fixture(scope="module")
def auth(world: World) -> Iterator[httpx.Client]:
    """What a browser that has only the publishable key can reach of Auth."""
    headers = {"apikey": world.publishable_key}
    with httpx.Client(
        base_url=f"{world.url}/auth/v1", headers=headers, timeout=30, trust_env=False
    ) as client:
        yield client


def new_address() -> str:
    return f"dora-{uuid.uuid4().hex[:12]}@example.com"


def sign_up(auth: httpx.Client, email: str, **data: str) -> Row:
    answer = auth.post("/signup", json={"email": email, "password": PASSWORD, "data": data})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def sign_in(auth: httpx.Client, email: str, password: str = PASSWORD) -> httpx.Response:
    return auth.post(
        "/token", params={"grant_type": "password"}, json={"email": email, "password": password}
    )


def mailed_link(world: World, email: str) -> str:
    """The link in the last mail to an address, out of Auth's log: nothing is really delivered."""
    mails = Path(world.stack.env()["AUTH_LOG"]).read_text().split("email captured")
    [last] = [mail for mail in mails if f"To: {email}\n" in mail][-1:]
    [link] = re.findall(r"follow this link: (\S+)", last)
    return str(link)


def follow_link(world: World, email: str) -> httpx.Response:
    answer = httpx.get(mailed_link(world, email), trust_env=False)
    assert answer.status_code == 303, answer.text
    return answer


def profile(world: World, account: str) -> Row:
    [row] = world.sql("select * from public.users where auth_user_id = %s", account)
    return row


def account(world: World, **columns: Any) -> str:
    """An account as Auth writes it, whoever vouched for it."""
    row = {"id": str(uuid.uuid4()), "raw_user_meta_data": Json({}), **columns}
    names = ", ".join(row)
    marks = ", ".join(["%s"] * len(row))
    world.sql(f"insert into auth.users ({names}) values ({marks})", *row.values())  # noqa: S608
    return str(row["id"])


def test_a_password_sign_up_makes_a_person_with_the_same_id(
    world: World, auth: httpx.Client
) -> None:
    email = new_address()
    made = sign_up(auth, email)
    row = profile(world, made["id"])
    assert str(row["id"]) == made["id"]
    assert row["subscription_tier"] == "free"
    assert row["is_anonymous"] is False


def test_nobody_signs_in_before_the_address_is_confirmed(world: World, auth: httpx.Client) -> None:
    email = new_address()
    made = sign_up(auth, email)
    assert sign_in(auth, email).json()["error_code"] == "email_not_confirmed"
    assert profile(world, made["id"])["email"] is None


def test_the_confirmation_link_gives_the_person_their_address_and_their_plans(
    world: World, auth: httpx.Client
) -> None:
    email = new_address()
    made = sign_up(auth, email)
    follow_link(world, email)
    assert profile(world, made["id"])["email"] == email
    token = sign_in(auth, email).json()["access_token"]
    dora = world.caller(world.publishable_key, token)
    assert [row["email"] for row in dora.rows("users")] == [email]
    assert dora.rpc("dashboard").json() == []


def test_a_sign_up_brings_its_name_and_time_zone_along(world: World, auth: httpx.Client) -> None:
    made = sign_up(auth, new_address(), name="Dora Diaz", time_zone="Europe/Madrid")
    row = profile(world, made["id"])
    assert (row["name"], row["time_zone"]) == ("Dora Diaz", "Europe/Madrid")


def test_a_forgotten_password_is_replaced_through_the_link(
    world: World, auth: httpx.Client
) -> None:
    email = new_address()
    sign_up(auth, email)
    follow_link(world, email)
    assert auth.post("/recover", json={"email": email}).status_code == 200
    landed = follow_link(world, email).headers["location"]
    [token] = re.findall(r"access_token=([^&]+)", landed)
    change = auth.put(
        "/user",
        json={"password": "another horse 8"},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert change.status_code == 200, change.text
    assert sign_in(auth, email).status_code == 400
    assert sign_in(auth, email, "another horse 8").status_code == 200


@pytest.mark.parametrize(
    ("provider", "site"), [("google", "accounts.google.com"), ("github", "github.com")]
)
def test_the_providers_are_asked_with_our_address_to_return_to(
    world: World, auth: httpx.Client, provider: str, site: str
) -> None:
    answer = auth.get("/authorize", params={"provider": provider})
    assert answer.status_code == 302
    target = httpx.URL(answer.headers["location"])
    assert target.host == site
    assert target.params["redirect_uri"] == f"{world.url}/auth/v1/callback"


@pytest.mark.parametrize("provider", ["google", "github"])
def test_a_provider_that_vouches_for_the_address_makes_a_confirmed_person(
    world: World, provider: str
) -> None:
    email = new_address()
    who = account(
        world,
        email=email,
        email_confirmed_at="2026-11-01T00:00:00Z",
        raw_app_meta_data=Json({"provider": provider}),
        raw_user_meta_data=Json({"full_name": "Dora Diaz"}),
    )
    row = profile(world, who)
    assert (row["email"], row["name"]) == (email, "Dora Diaz")


def test_somebody_who_tries_it_out_is_anonymous_until_they_leave_an_address(world: World) -> None:
    who = account(world, is_anonymous=True)
    assert profile(world, who)["is_anonymous"] is True
    email = new_address()
    world.sql(
        "update auth.users set is_anonymous = false, email = %s, email_confirmed_at = now()"
        " where id = %s",
        email,
        who,
    )
    row = profile(world, who)
    assert (row["is_anonymous"], row["email"]) == (False, email)


def test_an_address_somebody_else_confirmed_stays_null(world: World) -> None:
    first = world.person("Erin")
    second = account(world, email=first.email.upper(), email_confirmed_at="2026-11-01T00:00:00Z")
    assert profile(world, second)["email"] is None
    assert profile(world, first.id)["email"] == first.email


def test_an_address_set_free_goes_to_who_confirmed_it_as_well(world: World) -> None:
    first = world.person("Erin")
    second = account(world, email=first.email.upper(), email_confirmed_at="2026-11-01T00:00:00Z")
    first.call("delete_account")
    world.sql("update auth.users set last_sign_in_at = now() where id = %s", second)
    assert profile(world, second)["email"] == first.email


def test_a_change_of_address_waits_for_its_link(world: World, auth: httpx.Client) -> None:
    email, new = new_address(), new_address()
    made = sign_up(auth, email)
    follow_link(world, email)
    token = sign_in(auth, email).json()["access_token"]
    change = auth.put("/user", json={"email": new}, headers={"Authorization": f"Bearer {token}"})
    assert change.status_code == 200, change.text
    assert profile(world, made["id"])["email"] == email
    follow_link(world, email)
    assert profile(world, made["id"])["email"] == new


def test_deleting_the_account_ends_the_sign_in(world: World, auth: httpx.Client) -> None:
    email = new_address()
    sign_up(auth, email)
    follow_link(world, email)
    token = sign_in(auth, email).json()["access_token"]
    world.caller(world.publishable_key, token).call("delete_account")
    assert sign_in(auth, email).json()["error_code"] == "invalid_credentials"


def test_a_change_of_address_is_followed_as_auth_writes_it(world: World) -> None:
    erin = world.person("Erin")
    new = new_address()
    world.sql("update auth.users set email_change = %s where id = %s", new, erin.id)
    assert profile(world, erin.id)["email"] == erin.email
    world.sql("update auth.users set email = %s, email_change = '' where id = %s", new, erin.id)
    assert profile(world, erin.id)["email"] == new


def test_a_change_to_an_address_that_is_taken_leaves_null(world: World) -> None:
    erin, fay = world.person("Erin"), world.person("Fay")
    world.sql("update auth.users set email = %s where id = %s", fay.email.title(), erin.id)
    assert profile(world, erin.id)["email"] is None
    assert profile(world, fay.id)["email"] == fay.email


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"time_zone": "Pacific/Kiritimati"}, "Pacific/Kiritimati"),
        ({"time_zone": "Atlantis/Center"}, "UTC"),
        ({"time_zone": "'; drop table users"}, "UTC"),
        ({"time_zone": None}, "UTC"),
        ({"time_zone": 7}, "UTC"),
        ({"time_zone": ["Europe/Rome"]}, "UTC"),
        ({}, "UTC"),
    ],
    ids=repr,
)
def test_a_bad_time_zone_in_the_metadata_is_ignored(world: World, sent: Row, kept: str) -> None:
    who = account(world, raw_user_meta_data=Json(sent))
    assert profile(world, who)["time_zone"] == kept


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"name": "  Zoë  "}, "Zoë"),
        ({"name": "Bo\u0007b\n\u001b[31m"}, "Bob[31m"),
        ({"name": "\t \n"}, None),
        ({"name": "é" * 300}, "é" * 200),
        ({"name": "יעל 👩‍🚀"}, "יעל 👩‍🚀"),
        ({"name": None, "full_name": "Full Name"}, "Full Name"),
        ({}, None),
        ([], None),
        ("not an object", None),
    ],
    ids=ascii,
)
def test_a_name_in_the_metadata_is_cleaned_and_bounded(
    world: World, sent: Any, kept: str | None
) -> None:
    who = account(world, raw_user_meta_data=Json(sent))
    assert profile(world, who)["name"] == kept


def test_metadata_never_lifts_anybody_above_themselves(world: World) -> None:
    who = account(
        world,
        raw_user_meta_data=Json(
            {"subscription_tier": "pro", "role": "service_role", "id": str(uuid.uuid4())}
        ),
    )
    row = profile(world, who)
    assert (str(row["id"]), row["subscription_tier"]) == (who, "free")


def test_a_clerk_person_is_made_once_and_updated_after(world: World) -> None:
    subject = f"user_2{uuid.uuid4().hex[:20]}"
    service = world.service
    first = service.call("upsert_user", "worker", clerk_user_id=subject, name="Carla")
    email = new_address()
    again = service.call(
        "upsert_user", "worker", clerk_user_id=subject, email=email.upper(), time_zone="Asia/Tokyo"
    )
    assert first == again
    [row] = world.sql("select * from public.users where clerk_user_id = %s", subject)
    assert (row["name"], row["email"], row["time_zone"]) == ("Carla", email, "Asia/Tokyo")
    assert row["auth_user_id"] is None


def test_a_clerk_person_does_not_get_an_address_that_is_taken(world: World) -> None:
    ada = world.person()
    carla = world.clerk_person(email=ada.email)
    assert world.value("select email from public.users where id = %s", carla.id) is None


def test_only_the_service_makes_clerk_people(world: World) -> None:
    for caller in (world.nobody, world.person()):
        answer = caller.rpc("upsert_user", "worker", clerk_user_id="user_2intruder")
        assert answer.json()["code"] == "42501"
    assert world.count("public.users", clerk_user_id="user_2intruder") == 0


def the_own_row(person: Person) -> Row:
    [row] = person.rows("users")
    return row


def test_every_way_in_leads_to_the_own_row_and_to_no_other(world: World) -> None:
    for person in (
        world.person(),
        world.person(confirmed=False),
        world.person(anonymous=True),
        world.clerk_person(),
    ):
        assert the_own_row(person)["id"] == person.id

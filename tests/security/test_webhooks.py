"""Only what a service signed itself, a moment ago, is taken for its own."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnbase.errors import SettingError
from learnbase.security.webhooks import (
    Delivery,
    Secrets,
    WebhookRefused,
    verify_notion,
    verify_svix,
)

# The example of Svix's own documentation.
SECRET = "whsec_plJ3nmyCDGBKInavdOK15jsl"
BODY = b'{"event_type":"ping","data":{"success":true}}'
ID, AT = "msg_loFOjxBNrRLzqYUf", 1731705121
HEADERS = {
    "svix-id": ID,
    "svix-timestamp": str(AT),
    "svix-signature": "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
}
NOW = datetime.fromtimestamp(AT, UTC)
OTHER = "whsec_" + base64.b64encode(b"another secret, as long").decode()
TOKEN = "secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl"


def secrets(*entries: str) -> Secrets:
    return Secrets.parse(",".join(entries), setting="RESEND_WEBHOOK_SECRET")


OURS = secrets(SECRET)


def test_the_example_of_the_service_is_taken():
    assert verify_svix(HEADERS, BODY, NOW, OURS) == Delivery(ID, NOW)


@given(place=st.integers(min_value=0), other=st.integers(0, 255))
def test_a_body_that_differs_in_a_byte_is_refused(place: int, other: int):
    place %= len(BODY)
    if BODY[place] != other:
        changed = BODY[:place] + bytes([other]) + BODY[place + 1 :]
        with pytest.raises(WebhookRefused):
            verify_svix(HEADERS, changed, NOW, OURS)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"svix-id": "msg_other"}, "signature_wrong"),
        ({"svix-timestamp": str(AT + 1)}, "signature_wrong"),
        ({"svix-signature": HEADERS["svix-signature"].replace("v1,", "v2,")}, "signature_wrong"),
        ({"svix-signature": HEADERS["svix-signature"].lower()}, "signature_wrong"),
        ({"svix-signature": "v1,"}, "signature_wrong"),
        ({"svix-signature": "v1,\xff"}, "signature_wrong"),
        ({"svix-signature": ""}, "signature_missing"),
        ({"svix-id": ""}, "signature_missing"),
        ({"svix-id": f"{ID}.{AT}"[:5] + "\n"}, "signature_missing"),
        ({"svix-timestamp": ""}, "signature_missing"),
        ({"svix-timestamp": f" {AT}"}, "signature_missing"),
        ({"svix-timestamp": f"-{AT}"}, "signature_missing"),
        ({"svix-timestamp": "9" * 40}, "signature_missing"),
    ],
)
def test_headers_that_differ_are_refused(change: dict[str, str], code: str):
    with pytest.raises(WebhookRefused) as refused:
        verify_svix(HEADERS | change, BODY, NOW, OURS)
    assert refused.value.code == code


def test_without_headers_nothing_is_taken():
    with pytest.raises(WebhookRefused, match="not signed"):
        verify_svix({}, BODY, NOW, OURS)


@pytest.mark.parametrize("seconds", [-300, -1, 0, 299, 300])
def test_five_minutes_either_way_are_near_enough(seconds: int):
    assert verify_svix(HEADERS, BODY, NOW + timedelta(seconds=seconds), OURS).at == NOW


@pytest.mark.parametrize("seconds", [-301, 301, 86400])
def test_further_away_it_is_refused_though_the_signature_is_right(seconds: int):
    with pytest.raises(WebhookRefused) as refused:
        verify_svix(HEADERS, BODY, NOW + timedelta(seconds=seconds), OURS)
    assert refused.value.code == "signature_old"


def test_while_a_secret_rotates_either_side_may_have_two():
    assert verify_svix(HEADERS, BODY, NOW, secrets(OTHER, SECRET))
    several = f"v1,{base64.b64encode(bytes(32)).decode()} v1a,x {HEADERS['svix-signature']}"
    assert verify_svix(HEADERS | {"svix-signature": several}, BODY, NOW, OURS)
    with pytest.raises(WebhookRefused):
        verify_svix(HEADERS, BODY, NOW, secrets(OTHER))


def test_what_has_signatures_without_end_is_not_searched_without_end():
    many = " ".join(["v1,AAAA"] * 1000 + [HEADERS["svix-signature"]])
    with pytest.raises(WebhookRefused):
        verify_svix(HEADERS | {"svix-signature": many}, BODY, NOW, OURS)


@pytest.mark.parametrize(
    "text",
    ["", ",", "whsec_", "plJ3nmyCDGBKInavdOK15jsl", "whsec_???", "whsec_AAAA", SECRET + ",x"],
)
def test_a_setting_that_is_no_secret_is_named_and_not_shown(text: str):
    with pytest.raises(SettingError) as refused:
        secrets(text)
    assert refused.value.field == "RESEND_WEBHOOK_SECRET"
    assert SECRET not in str(refused.value)
    assert "whsec" not in repr(OURS)


def test_notion_signs_the_body_alone():
    signature = "sha256=" + hmac.new(TOKEN.encode(), BODY, hashlib.sha256).hexdigest()
    verify_notion(signature, BODY, TOKEN)
    verify_notion(signature, BODY, "an older token", TOKEN)
    for wrong, body, tokens in [
        (signature, BODY + b" ", [TOKEN]),
        (signature, BODY, ["an older token"]),
        (signature, BODY, [""]),
        (signature, BODY, []),
        (signature.removeprefix("sha256="), BODY, [TOKEN]),
        (signature.upper(), BODY, [TOKEN]),
        ("", BODY, [TOKEN]),
        ("sha256=\xe9", BODY, [TOKEN]),
    ]:
        with pytest.raises(WebhookRefused):
            verify_notion(wrong, body, *tokens)


def test_an_empty_token_signs_nothing():
    signature = "sha256=" + hmac.new(b"", BODY, hashlib.sha256).hexdigest()
    with pytest.raises(WebhookRefused):
        verify_notion(signature, BODY, "")

"""Whose a token is: what is forged, spoilt or too old lets nobody in, nor does an outage."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from learnbase.errors import Unavailable
from learnbase.services.tokens import NotAToken, PublishedKeys, SharedSecret, Tokens
from tests.fakes.loopback import Loopback

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = 86_400  # seconds: what is made as the tests are read is used minutes later
SECRET = "a-secret-of-forty-letters-that-nobody-knows"


def claims(**changes: Any) -> dict[str, Any]:
    """A person's claims; what is `...` is left out."""
    whole = {
        "sub": "6f1d7e2c-ada",
        "aud": "authenticated",
        "role": "authenticated",
        "exp": int(time.time()) + DAY,
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not ...}


def signed(secret: str = SECRET, algorithm: str = "HS256", **changes: Any) -> str:
    return jwt.encode(claims(**changes), secret, algorithm=algorithm)


def whose(tokens: Tokens, token: str) -> str:
    return asyncio.run(tokens.person(token)).id


def test_a_token_of_the_project_says_whose_it_is():
    person = asyncio.run(Tokens(SharedSecret(SECRET)).person(signed()))
    assert person.id == "6f1d7e2c-ada"
    assert person.token not in repr(person)


FORGED = {
    "another secret": signed("another-secret-of-forty-letters-or-some-more"),
    "expired": signed(exp=int(time.time()) - 60),
    "endless": signed(exp=...),
    "not yet": signed(nbf=int(time.time()) + DAY),
    "nobody's": signed(sub=...),
    "an empty sub": signed(sub=" "),
    "no audience": signed(aud=...),
    "another audience": signed(aud="somebody-else"),
    "no role": signed(role=...),
    "anon's": signed(role="anon"),
    "the service's": signed(role="service_role"),
    "another hash": signed(SECRET * 2, "HS512"),
    "no signature": jwt.encode(claims(), None, algorithm="none"),
    "the publishable key": "sb_publishable_AbCdEfGhIjKlMnOpQrStUvWxYz",
    "the secret key": "sb_secret_AbCdEfGhIjKlMnOpQrStUvWxYz",
    "no token at all": "nonsense",
    "an empty one": "",
    "two dots": "..",
    "nested rubbish": f"{base64.urlsafe_b64encode(b'[' * 5000).decode()}.e30.c2ln",
    "too long": signed(padding="x" * 9000),
}


@pytest.mark.parametrize("token", FORGED.values(), ids=FORGED)
def test_a_forged_or_spoilt_token_is_nobodys(token: str):
    with pytest.raises(NotAToken):
        whose(Tokens(SharedSecret(SECRET)), token)


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Signer:
    """A key pair of the project's Auth."""

    kid: str
    algorithm: str = "ES256"
    key: Any = field(init=False)

    def __post_init__(self) -> None:
        makers: dict[str, Any] = {
            "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
            "RS256": lambda: rsa.generate_private_key(65537, 2048),
            "EdDSA": ed25519.Ed25519PrivateKey.generate,
        }
        self.key = makers[self.algorithm]()

    @property
    def published(self) -> dict[str, Any]:
        kind = jwt.get_algorithm_by_name(self.algorithm)
        made = kind.to_jwk(self.key.public_key(), as_dict=True)
        return {**made, "kid": self.kid, "alg": self.algorithm, "use": "sig"}

    @property
    def pem(self) -> bytes:
        return bytes(
            self.key.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        )

    def token(self, **changes: Any) -> str:
        return jwt.encode(
            claims(**changes), self.key, algorithm=self.algorithm, headers={"kid": self.kid}
        )


class Auth(Loopback):
    """Publishes keys, counts who asks, and can be away."""

    def __init__(self, *signers: Signer) -> None:
        self.keys: Any = {"keys": [signer.published for signer in signers]}
        self.asked = 0
        self.status = 200

    def routes(self, app: web.Application) -> None:
        app.router.add_get("/auth/v1/.well-known/jwks.json", self._answer)

    async def _answer(self, request: web.Request) -> web.Response:
        del request
        self.asked += 1
        await asyncio.sleep(0.02)  # so that those who come together wait together
        return web.json_response(self.keys, status=self.status)


@pytest.fixture
def first() -> Signer:
    return Signer("first")


@pytest.fixture
def auth(first: Signer) -> Iterator[Auth]:
    with Auth(first) as auth:
        yield auth


def test_published_keys_of_each_kind_verify():
    signers = [Signer(algorithm, algorithm) for algorithm in ("ES256", "RS256", "EdDSA")]
    with Auth(*signers) as auth:
        tokens = Tokens(PublishedKeys(auth.url))
        assert {whose(tokens, signer.token()) for signer in signers} == {"6f1d7e2c-ada"}
        assert auth.asked == 1


def test_a_stranger_with_a_known_name_of_a_key_is_refused(auth: Auth):
    with pytest.raises(NotAToken):
        whose(Tokens(PublishedKeys(auth.url)), Signer("first").token())


def test_a_public_key_is_never_taken_for_a_secret(auth: Auth, first: Signer):
    """Algorithm confusion: everybody knows the public key, so anybody could sign with it."""
    head, body = ({"alg": "HS256", "kid": "first", "typ": "JWT"}, claims())
    parts = [base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=") for p in (head, body)]
    mac = hmac.new(first.pem, b".".join(parts), hashlib.sha256).digest()
    token = b".".join([*parts, base64.urlsafe_b64encode(mac).rstrip(b"=")]).decode()
    with pytest.raises(NotAToken):
        whose(Tokens(PublishedKeys(auth.url)), token)


def test_a_shared_secret_among_the_published_keys_is_ignored(auth: Auth):
    secret = base64.urlsafe_b64encode(SECRET.encode()).decode().rstrip("=")
    auth.keys["keys"].append({"kty": "oct", "k": secret, "kid": "shared", "alg": "HS256"})
    token = jwt.encode(claims(), SECRET, headers={"kid": "shared"})
    with pytest.raises(NotAToken):
        whose(Tokens(PublishedKeys(auth.url)), token)


@pytest.mark.parametrize("headers", [{}, {"kid": None}, {"kid": "first", "alg": "none"}])
def test_a_token_that_names_no_usable_key_is_refused_unseen(auth: Auth, headers: dict[str, Any]):
    head = base64.urlsafe_b64encode(json.dumps({"alg": "ES256", **headers}).encode())
    with pytest.raises(NotAToken):
        whose(Tokens(PublishedKeys(auth.url)), f"{head.decode().rstrip('=')}.e30.c2ln")
    assert auth.asked == 0


def test_expired_is_expired_whoever_signed(auth: Auth, first: Signer):
    with pytest.raises(NotAToken, match="expired"):
        whose(Tokens(PublishedKeys(auth.url)), first.token(exp=int(time.time()) - 60))


def test_a_new_key_is_found_but_rubbish_does_not_make_us_ask_again(auth: Auth, first: Signer):
    clock, second = Clock(), Signer("second")
    tokens = Tokens(PublishedKeys(auth.url, clock=clock))
    whose(tokens, first.token())
    auth.keys["keys"].append(second.published)
    for _ in range(3):
        with pytest.raises(NotAToken):
            whose(tokens, second.token())
    assert auth.asked == 1  # looked at a moment ago
    clock.now += 30
    assert whose(tokens, second.token())
    for n in range(5):
        with pytest.raises(NotAToken):
            whose(tokens, Signer(f"made-up-{n}").token())
    assert auth.asked == 2


def test_a_withdrawn_key_is_forgotten_within_ten_minutes(auth: Auth, first: Signer):
    clock = Clock()
    tokens = Tokens(PublishedKeys(auth.url, clock=clock))
    whose(tokens, first.token())
    auth.keys = {"keys": []}
    clock.now += 599
    whose(tokens, first.token())
    clock.now += 1
    with pytest.raises(NotAToken):
        whose(tokens, first.token())


def test_all_who_come_at_once_wait_for_one_request(auth: Auth, first: Signer):
    async def together() -> list[Any]:
        tokens = Tokens(PublishedKeys(auth.url))
        return await asyncio.gather(*(tokens.person(first.token()) for _ in range(20)))

    assert len(asyncio.run(together())) == 20
    assert auth.asked == 1


def test_while_the_keys_cannot_be_had_nobody_is_let_in(auth: Auth, first: Signer):
    clock = Clock()
    tokens = Tokens(PublishedKeys(auth.url, clock=clock))
    auth.status = 500
    for _ in range(3):
        with pytest.raises(Unavailable) as caught:
            whose(tokens, first.token())
        assert caught.value.retry_after == 5
    assert auth.asked == 1  # whoever is down is not hammered
    auth.status = 200
    clock.now += 5
    assert whose(tokens, first.token())
    auth.status = 503
    clock.now += 600
    with pytest.raises(Unavailable):  # not even by a key that was right ten minutes ago
        whose(tokens, first.token())


@pytest.mark.parametrize("said", [[], {"keys": "none"}, "x" * 70_000, None])
def test_what_is_no_key_set_lets_nobody_in(auth: Auth, first: Signer, said: Any):
    auth.keys = said
    with pytest.raises(Unavailable):
        whose(Tokens(PublishedKeys(auth.url)), first.token())


def test_unusable_keys_beside_a_good_one_do_no_harm(auth: Auth, first: Signer):
    rubbish = [{}, 7, {"kid": "x", "kty": "EC"}, {**first.published, "kid": "e", "use": "enc"}]
    auth.keys["keys"] = [*rubbish, *auth.keys["keys"]]
    assert whose(Tokens(PublishedKeys(auth.url)), first.token())


def test_nobody_listening_is_an_outage(first: Signer):
    with pytest.raises(Unavailable):
        whose(Tokens(PublishedKeys("http://127.0.0.1:9")), first.token())

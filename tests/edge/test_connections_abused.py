"""Whatever is wrong about an attempt to connect looks alike, and connects nothing."""

from __future__ import annotations

import base64
import json
import secrets
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import product
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.edge.serving import Edge, refused
from tests.edge.test_connections import connections, somebody
from tests.edge.visitors import Visitor, callback, came_back, connecting, query, sent_back
from tests.fakes.sign_in import SignIn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.world import World


@pytest.fixture(scope="module")
def outside() -> Iterator[SignIn]:
    with SignIn() as outside:
        yield outside


@pytest.fixture(scope="module")
def edge(world: World, outside: SignIn) -> Iterator[Edge]:
    with Edge(connecting(world, outside)) as edge:
        yield edge


@pytest.fixture(scope="module")
def http(edge: Edge) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=edge.url, timeout=60, trust_env=False) as http:
        yield http


@pytest.fixture
def ada(http: httpx.Client, world: World, outside: SignIn) -> Visitor:
    return somebody(http, world, outside)


@pytest.fixture
def mallory(http: httpx.Client, world: World, outside: SignIn, ada: Visitor) -> Visitor:
    """Somebody else who is signed in here; Ada sits before the browser nevertheless."""
    visitors = outside.notion.visitor, outside.google.visitor
    mallory = somebody(http, world, outside, "Mallory")
    outside.notion.visitor, outside.google.visitor = visitors
    assert ada.person.id != mallory.person.id
    return mallory


def over(answer: httpx.Response) -> str:
    """The answer to everything that is wrong, all of it but when and which request it was."""
    body = refused(answer, 400, "invalid_state")
    assert body["hint"] == "Start again"
    kept = {k: v for k, v in answer.headers.items() if k not in ("date", "x-request-id")}
    return json.dumps([body, kept], sort_keys=True)


def test_all_that_is_wrong_looks_alike(
    ada: Visitor, mallory: Visitor, http: httpx.Client, world: World
):
    answers = set()
    # Made up.
    forged = {"state": secrets.token_urlsafe(32), "proof": secrets.token_urlsafe(32)}
    answers.add(over(ada.finish(forged)))
    # Begun, and never there.
    begun = ada.begun()
    answers.add(over(ada.finish({"state": begun["state"], "proof": "x"})))
    # Another's.
    came = came_back(http, ada.begun()["authorize_url"])
    answers.add(over(mallory.finish(came)))
    # Another provider's.
    answers.add(over(ada.finish(came, "google")))
    # Used.
    assert ada.finish(came).status_code == 200
    answers.add(over(ada.finish(came)))
    # Too old.
    came = came_back(http, ada.begun()["authorize_url"])
    world.sql("update private.oauth_states set expires_at = now() - interval '1 second'")
    answers.add(over(ada.finish(came)))
    # Without the proof that the browser brought.
    came = came_back(http, ada.begun()["authorize_url"])
    answers.add(over(ada.finish({**came, "proof": forged["proof"]})))
    answers.add(over(ada.finish(came)))  # and spent by that
    # A code that the service does not take.
    begun = ada.begun()
    address = f"/connections/notion/callback?state={begun['state']}&code=forged"
    answers.add(over(ada.finish(query(http.get(address).headers["location"]))))
    assert len(answers) == 1
    assert connections(mallory) == []


def test_who_begins_and_has_another_sign_in_cannot_finish(
    ada: Visitor, mallory: Visitor, http: httpx.Client, outside: SignIn
):
    # Mallory begins, and sends Ada the address. Ada is signed in at the service, and says yes.
    begun = mallory.begun("google")
    came = came_back(http, begun["authorize_url"])
    # Ada's page has the proof, but it was not Ada who began; Mallory began, and has no proof.
    over(ada.finish(came, "google"))
    exchanges = outside.google.exchanges
    for guess in ("x", begun["state"], came["proof"][:-1]):
        over(mallory.finish({"state": begun["state"], "proof": guess}, "google"))
    # The first guess has spent the state, so that the right one comes too late.
    over(mallory.finish(came, "google"))
    assert connections(ada) == connections(mallory) == []
    assert outside.google.exchanges == exchanges


def test_a_link_with_anothers_code_connects_nothing_here(
    ada: Visitor, mallory: Visitor, http: httpx.Client
):
    # Mallory signs in with an account of their own, and sends Ada where the browser was sent to.
    came = came_back(http, mallory.begun()["authorize_url"])
    over(ada.finish(came))
    assert connections(ada) == []


def test_a_code_is_not_replaced_by_another(ada: Visitor, mallory: Visitor, http: httpx.Client):
    address = sent_back(ada.begun()["authorize_url"])
    came = query(callback(http, address).headers["location"])
    # The second one to come with this state is turned away, whatever it brings.
    state = query(address)["state"]
    theirs = query(sent_back(mallory.begun()["authorize_url"]))["code"]
    over(http.get("/connections/notion/callback", params={"state": state, "code": theirs}))
    over(callback(http, address))
    assert ada.finish(came).status_code == 200


def test_a_state_of_one_service_is_none_of_the_others(ada: Visitor, http: httpx.Client):
    code = query(sent_back(ada.begun("google")["authorize_url"]))["code"]
    state = ada.begun("notion")["state"]
    over(http.get("/connections/google/callback", params={"state": state, "code": code}))


@pytest.mark.parametrize("query_string", ["", "code=x", "state=", "state=%00&code=x", "state=%ff"])
def test_a_browser_that_brings_nonsense_is_sent_nowhere(http: httpx.Client, query_string: str):
    over(http.get(f"/connections/notion/callback?{query_string}"))


def test_of_many_who_finish_at_once_one_does(ada: Visitor, http: httpx.Client, outside: SignIn):
    came = came_back(http, ada.begun()["authorize_url"])
    before = outside.notion.exchanges
    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(lambda _: ada.finish(came), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200, *[400] * 7]
    assert outside.notion.exchanges == before + 1


def test_after_ten_attempts_the_oldest_is_forgotten(ada: Visitor, http: httpx.Client):
    first = ada.begun()
    for _ in range(10):
        last = ada.begun()
    over(callback(http, sent_back(first["authorize_url"])))
    assert ada.finish(came_back(http, last["authorize_url"])).status_code == 200


def test_pkce_binds_the_code_to_who_began(ada: Visitor, outside: SignIn, http: httpx.Client):
    # A code that was stolen on its way, brought in with a state of the thief's own.
    stolen = query(sent_back(ada.begun("google")["authorize_url"]))["code"]
    begun = ada.begun("google")
    address = "/connections/google/callback"
    answer = http.get(address, params={"state": begun["state"], "code": stolen})
    before = outside.google.exchanges
    over(ada.finish(query(answer.headers["location"]), "google"))
    assert outside.google.exchanges == before


def test_the_verifier_stays_here_and_is_as_long_as_it_should_be(
    ada: Visitor, http: httpx.Client, outside: SignIn
):
    begun = ada.begun("google")
    asked = query(begun["authorize_url"])
    ada.finish(came_back(http, begun["authorize_url"]), "google")
    verifier = outside.requests[-1].body["code_verifier"]
    assert 43 <= len(verifier) <= 128  # RFC 7636, 4.1
    challenge = base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=")
    assert challenge.decode() == asked["code_challenge"]
    assert verifier not in json.dumps(begun)


@pytest.mark.parametrize(
    ("whose", "column"), [*product(["another's", "her own"], ["sealed_code", "sealed_verifier"])]
)
def test_what_the_database_keeps_meanwhile_opens_under_its_own_state_alone(
    ada: Visitor, mallory: Visitor, world: World, whose: str, column: str
):
    # Somebody who can write to the table puts what is of one state under another.
    other = ada if whose == "her own" else mallory
    from_there = came_back(ada.http, ada.begun()["authorize_url"])
    put_here = came_back(ada.http, other.begun()["authorize_url"])
    kept, under = (sha256(came["state"].encode()).hexdigest() for came in (from_there, put_here))
    world.sql(
        f"update private.oauth_states set {column} ="  # noqa: S608 - one of two
        f" (select {column} from private.oauth_states where state_hash = %s)"
        " where state_hash = %s",
        kept,
        under,
    )
    proof = (from_there if column == "sealed_code" else put_here)["proof"]
    over(other.finish({"state": put_here["state"], "proof": proof}))
    assert ada.finish(from_there).status_code == 200


def test_the_database_keeps_no_state_code_verifier_or_proof_in_the_clear(
    ada: Visitor, http: httpx.Client, world: World
):
    begun = ada.begun()
    address = sent_back(begun["authorize_url"])
    came = query(callback(http, address).headers["location"])
    [row] = world.sql("select * from private.oauth_states where user_id = %s", ada.person.id)
    kept = json.dumps(row, default=str)
    for secret in (begun["state"], query(address)["code"], came["proof"]):
        assert secret not in kept


def test_who_guesses_states_is_slowed_down_and_browsers_that_are_expected_are_not(
    world: World, outside: SignIn
):
    with (
        Edge(connecting(world, outside, EDGE_REQUESTS_PER_MINUTE="5")) as edge,
        httpx.Client(base_url=edge.url) as http,
    ):
        for _ in range(4):
            over(http.get("/connections/notion/callback?state=guess&code=x"))
        ada = somebody(http, world, outside)
        for _ in range(2):  # the last one counts for nothing
            assert came_back(http, ada.begun()["authorize_url"])["proof"]
        over(http.get("/connections/notion/callback?state=guess&code=x"))
        refused(http.get("/connections/notion/callback?state=guess"), 429, "too_many_requests")


@pytest.mark.parametrize("path", ["start", "finish"])
def test_without_a_persons_token_there_is_nothing(http: httpx.Client, path: str):
    body = {"return_to": "https://learn.example/", "state": "x", "proof": "y"}
    refused(http.post(f"/connections/notion/{path}", json=body), 401, "not_signed_in")


def test_there_is_no_third_service(ada: Visitor, http: httpx.Client):
    refused(ada.start("dropbox"), 422, "invalid_request")
    refused(http.get("/connections/dropbox/callback?state=x"), 422, "invalid_request")

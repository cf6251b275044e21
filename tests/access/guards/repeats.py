"""The same request twice makes one plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.access.ground import ident
from tests.access.guards.acts import DONE, REQUESTS, at, gives
from tests.access.probes import Effect, Key, Outcome, Probe, Request, quoted, refused

if TYPE_CHECKING:
    from collections.abc import Iterator


def probes() -> Iterator[Probe]:
    claim, answer = "private.claim_request", "private.answer_request"
    sent = '["a"]'

    def known(person: str, arguments: str) -> str:
        return quoted(
            "insert into private.plan_requests (person, request_key, arguments, plan_id,"
            " generation_id) values ({}, 'k', {}, {}, {})",
            ident(person),
            arguments,
            at(f"{person} private", "plan"),
            at(f"{person} private", "request"),
        )

    both = (known("ada", '["another"]'), known("eve", sent))
    again = "select plan_id from private.claim_request('k', '[\"a\"]')"
    mine = Outcome(DONE, look=gives([at("eve private", "plan")]))
    eve = "another learner"

    def tell(name: str, statement: str, outcome: Outcome, about: str, *prepare: str) -> Probe:
        request = Request("SQL", "sql.", statement)
        return Probe(f"{eve}: {name}", eve, request, outcome, (about,), prepare)

    yield tell("a key is its person's own", again, mine, claim, *both)
    new = {"person": ident("eve"), "request_key": "k", "plan_id": None}
    first = Outcome(DONE, look=gives([None]), effect=Effect(added=((REQUESTS, new),)))
    yield tell("the first of its key is nobody's repeat", again, first, claim, known("ada", sent))
    other = "select plan_id from private.claim_request('k', '[\"b\"]')"
    yield tell("a key is for one wish", other, refused(409, "request_key_reused"), claim, *both)
    plan, request = at("eve private", "plan"), at("eve private", "failure")
    statement = quoted("select private.answer_request('k', {}, {})", plan, request)
    row: Key = (REQUESTS, f"{ident('eve')},k")
    kept = Outcome(DONE, effect=Effect(changed={row: frozenset({"generation_id"})}))
    yield tell("an answer is kept with its person's key", statement, kept, answer, *both)
    spare = quoted(
        "insert into private.plan_requests (person, request_key, arguments) values ({}, 'a', '[]')",
        ident("eve"),
    )
    yield tell("a key is one of several", again, mine, claim, spare, *both)
    yield tell("and with no other key of theirs", statement, kept, answer, *both, spare)

"""notifications, webhook_events, tier_limits: written by the service; people see what is theirs."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from tests.world import HIDDEN, NOT_SIGNED_IN, one, refusal

if TYPE_CHECKING:
    from tests.world import Person, Row, World


def notify(world: World, person: Person, **changes: object) -> Row:
    row = {
        "user_id": person.id,
        "kind": "weekly_summary",
        "channel": "email",
        "dedupe_key": f"weekly_summary:{uuid.uuid4()}",
        "subject": "Your week",
        **changes,
    }
    return one(world.service.insert("notifications", row))


def test_people_read_their_notifications_and_mark_them_as_read(world: World) -> None:
    for ada in (world.person(), world.clerk_person()):
        row = notify(world, ada)
        assert ada.rows("notifications", kind="neq.welcome") == [row]
        change = {"read_at": "2026-11-21T08:00:00+00:00"}
        read = one(ada.update("notifications", change, id=f"eq.{row['id']}"))
        assert read["read_at"] == change["read_at"]


def test_nobody_reads_or_marks_those_of_others(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    row = notify(world, ada)
    assert ben.rows("notifications", kind="neq.welcome") == []
    change = {"read_at": "2026-11-21T08:00:00+00:00"}
    assert ben.update("notifications", change, id=f"eq.{row['id']}").json() == []
    assert refusal(world.nobody.get("notifications")) == NOT_SIGNED_IN
    assert ada.rows("notifications", kind="neq.welcome") == [row]


def test_people_neither_write_nor_delete_notifications(world: World) -> None:
    ada = world.person()
    row = notify(world, ada)
    where = {"id": f"eq.{row['id']}"}
    for column in set(row) - {"read_at"}:
        answer = ada.update("notifications", {column: row[column]}, **where)
        assert refusal(answer) == HIDDEN, column
    forged = {"kind": "x", "channel": "email", "dedupe_key": "x", "user_id": ada.id}
    assert refusal(ada.quietly("notifications", forged)) == HIDDEN
    assert refusal(ada.delete("notifications", **where)) == HIDDEN


def test_one_effect_has_one_row_however_often_it_is_tried(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    row = notify(world, ada)
    again = {key: row[key] for key in ("kind", "channel", "dedupe_key")} | {"user_id": ben.id}
    assert refusal(world.service.insert("notifications", again))[:2] == (409, "23505")


@pytest.mark.parametrize(
    ("column", "value"), [("dedupe_key", "other"), ("kind", "other"), ("channel", "sms")]
)
def test_what_was_to_be_said_stays(world: World, column: str, value: str) -> None:
    row = notify(world, world.person())
    answer = world.service.update("notifications", {column: value}, id=f"eq.{row['id']}")
    assert refusal(answer) == (403, "fixed_column", column)


def test_the_inbox_of_events_is_for_the_service_alone(world: World) -> None:
    event = {
        "source": "stripe",
        "external_id": f"evt_{uuid.uuid4()}",
        "type": "invoice.paid",
        "payload": {"id": 1},
    }
    row = one(world.service.insert("webhook_events", event))
    assert refusal(world.service.insert("webhook_events", event))[:2] == (409, "23505")
    other = {**event, "source": "resend"}
    assert one(world.service.insert("webhook_events", other))["source"] == "resend"
    where = {"id": f"eq.{row['id']}"}
    ada = world.person()
    for answer in (
        ada.get("webhook_events"),
        ada.insert("webhook_events", {**event, "external_id": "evt_forged"}),
        ada.update("webhook_events", {"handled_at": None}, **where),
        ada.delete("webhook_events", **where),
    ):
        assert refusal(answer) == HIDDEN
    assert refusal(world.nobody.get("webhook_events")) == NOT_SIGNED_IN
    handled = world.service.update(
        "webhook_events", {"handled_at": "2026-11-21T08:00:00Z"}, **where
    )
    assert one(handled)["handled_at"]
    rewritten = world.service.update("webhook_events", {"payload": {}}, **where)
    assert refusal(rewritten) == (403, "fixed_column", "payload")


def test_the_limits_are_read_by_everybody_signed_in_and_written_by_nobody(world: World) -> None:
    tiers = [{"tier": "anonymous"}, {"tier": "free"}, {"tier": "pro"}]
    for reader in (world.person(), world.person(anonymous=True), world.clerk_person()):
        assert reader.rows("tier_limits", select="tier", order="tier") == tiers
        change = {"max_plans": 1000}
        assert refusal(reader.update("tier_limits", change, tier="eq.free")) == HIDDEN
        assert refusal(reader.quietly("tier_limits", {"tier": "free"})) == HIDDEN
        assert refusal(reader.delete("tier_limits", tier="eq.free")) == HIDDEN
    assert refusal(world.nobody.get("tier_limits")) == NOT_SIGNED_IN
    assert refusal(world.service.delete("tier_limits", tier="eq.free")) == HIDDEN

"""What follows outside from what was done: exports let go of, taken away, sent to the workers.

Said once, for every probe: with a plan goes what was exported of it, unless its learner wants it to
stay; and an export outlives the connection that it went through.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.access import ground

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.access.probes import Effect, Key

PLANS, EXPORTS, ITEMS = "public.learning_plans", "public.exports", "public.export_items"
CONNECTIONS, SEALED = "public.connections", "private.connection_tokens"
STATES = "private.oauth_states"
MESSAGES = "pgmq.q_export_notion"
_EXPORTS = {row.key: row for row in ground.ROWS if row.relation == EXPORTS}
STAMPED = frozenset({"updated_at"})
SENT = STAMPED | {"turn", "under_way"}
# What is asked of an export that rests: it waits, and nothing of it is done.
ASKED = STAMPED | {"wanted", "status", "requested_at", "done"}


def with_consequences(effect: Effect) -> Effect:
    """What a probe does, and what follows from it for exports."""
    gone = effect.gone
    left = [
        row
        for row in _EXPORTS.values()
        if not {(EXPORTS, row.key), ("public.users", row.values["user_id"])} & gone
    ]
    orphans = [row for row in left if (PLANS, row.values["plan_id"]) in gone]
    effect = removal(effect, orphans)
    for row in orphans:
        effect = _changing(effect, row.key, frozenset({"plan_id"}))
    for row in left:
        if (CONNECTIONS, row.values["connection_id"]) in gone:
            effect = _changing(effect, row.key, STAMPED | {"connection_id"})
    return effect


def removal(effect: Effect, exports: Iterable[ground.Row]) -> Effect:
    """Exports are to be taken away: the first of each connection is at it, the others wait."""
    busy = {
        row.values["connection_id"]
        for row in _EXPORTS.values()
        if row.values["under_way"] and (EXPORTS, row.key) not in effect.gone
    }
    for row in sorted(exports, key=lambda row: (row.values["connection_id"], row.key)):
        effect = _changing(effect, row.key, ASKED | {"action", "turn"})
        connection = row.values["connection_id"]
        if row.values["under_way"]:
            busy.discard(connection)
        if connection not in busy:
            busy.add(connection)
            before = row.values["turn"] + 1
            effect = sent(effect, row, before, more=not row.values["under_way"])
    return effect


def sent(effect: Effect, export: ground.Row, turn: int = 0, *, more: bool = True) -> Effect:
    """The message of an export is sent.

    Args:
        effect: What happens otherwise.
        export: The row, as it is in the ground.
        turn: The one before; that of the ground, if none is said.
        more: Whether it was not under way before.
    """
    message = message_of(export, (turn or export.values["turn"]) + 1)
    effect = replace(effect, added=(*effect.added, message))
    return _changing(effect, export.key, SENT if more else STAMPED | {"turn"})


def message_of(export: ground.Row, turn: int) -> tuple[str, dict[str, Any]]:
    """The message that a worker finds."""
    queue = "notion" if export.values["provider"] == "notion" else "google_calendar"
    said = {"v": 1, "export_id": export.key, "turn": turn}
    return f"pgmq.q_export_{queue}", {"message": said, "read_ct": 0}


def export_of(person: str, label: str) -> ground.Row:
    """The export of a plan to somebody's Notion."""
    return _EXPORTS[ground.thing_of(person, label, "export")]


def _changing(effect: Effect, export: str, columns: frozenset[str]) -> Effect:
    key: Key = (EXPORTS, export)
    before = effect.changed.get(key, frozenset())
    return replace(effect, changed={**effect.changed, key: before | columns})

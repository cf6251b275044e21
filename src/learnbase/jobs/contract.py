"""Whether this worker and the database were made for each other, asked once at the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learnbase.errors import SchemaMismatch

if TYPE_CHECKING:
    from learnbase.jobs.reach import Reach
    from learnbase.services.database import Database

WORKER_CONTRACT = 1
"""The version of the schema `worker` that this code speaks."""


async def meet(reach: Reach | Database) -> None:
    """Compare versions with the database.

    Raises:
        SchemaMismatch: migrations are missing, or this worker is too old for them.
        AccessDenied: the key is not the secret key.
    """
    [versions] = await reach.call("schema_version")
    if versions["schema_version"] < WORKER_CONTRACT:
        raise SchemaMismatch(
            f"The database speaks version {versions['schema_version']} of the job contract,"
            f" this worker version {WORKER_CONTRACT}",
            remedy="Apply the newer migrations first: supabase db push",
        )
    if versions["oldest_worker"] > WORKER_CONTRACT:
        raise SchemaMismatch(
            f"This worker speaks version {WORKER_CONTRACT} of the job contract, the database"
            f" serves none older than version {versions['oldest_worker']}",
            remedy="Deploy a newer Learnbase",
        )


async def lease_seconds(reach: Reach | Database, queue: str) -> int:
    """How long a delivery of a queue is ours.

    Raises:
        SchemaMismatch: the database has no such queue.
    """
    found = await reach.rows("queues", "lease_seconds", queue=queue)
    if not found:
        raise SchemaMismatch(
            f"The database has no queue {queue}",
            remedy="Apply the migrations this worker was built for: supabase db push",
        )
    return int(found[0]["lease_seconds"])

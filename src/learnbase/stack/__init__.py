"""The local Supabase: Postgres, PostgREST, Auth and a gateway, without Docker.

`Stack` is the whole of it; `learnbase stack` its command line.
"""

from learnbase.stack.local import PartStatus, Stack

__all__ = ["PartStatus", "Stack"]

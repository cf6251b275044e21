"""The pages that are tested, and the project that their examples speak to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.world import World


@pytest.fixture(scope="session")
def project_env(world: World) -> Mapping[str, str]:
    """Address and keys of the test's stack, under the names that the pages use."""
    named = ("SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEY", "SUPABASE_SECRET_KEY", "AUTH_LOG")
    return {name: value for name, value in world.stack.env().items() if name in named}

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Shell
    from tests.world import World


def test_the_demo_shows_the_main_job_on_the_stack(world: World, shell: Shell) -> None:
    home = str(world.stack.home.path)
    said = shell.run(
        "demo", LEARNBASE_HOME=home, SUPABASE_URL="", SUPABASE_PUBLISHABLE_KEY="",
        SUPABASE_SECRET_KEY="",
    )  # fmt: skip
    assert said.code == 0, said.err
    assert "13 weeks" in said.out
    assert "Nothing: no plan, no module, no count" in said.out
    assert "0 of 83 → 2 of 83" in said.out
    assert "completion    0.0% → 2.4%" in said.out
    assert world.url in said.out
    assert "make stack-stop" in said.out

"""Properties: the same examples in CI every time, a printed blob to repeat a failure anywhere."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "digest",
    deadline=None,
    max_examples=40,
    derandomize=bool(os.environ.get("CI")),
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("digest")

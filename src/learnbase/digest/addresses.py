"""Where the links of letters lead: pages of the app, and acts at the edge, signed for their reader.

plan:<id>            SITE_URL/plans/<id>
export:<plan id>     SITE_URL/plans/<id>/exports
notification:<id>    SITE_URL/notifications/<id>
connections          SITE_URL/settings/connections
preferences          SITE_URL/settings/notifications
home                 SITE_URL/
tick:<task id>       EDGE_URL/letters/act/<token>, of the act tick_task
catch_up:<id>        EDGE_URL/letters/act/<token>, of the act accept_catch_up
unsubscribe          EDGE_URL/letters/unsubscribe/<token>; for List-Unsubscribe as well
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from learnbase.security.signed_links import sign

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from learnbase.security.signed_links import LinkKeys

ACTS_FOR = dt.timedelta(days=30)
"""How long a link acts; who comes later signs in."""
UNSUBSCRIBES_FOR = dt.timedelta(days=400)
"""How long a letter can be unsubscribed from: who finds an old one wants no new one."""

_PAGES: Mapping[str, str] = MappingProxyType(
    {
        "plan": "/plans/{}",
        "export": "/plans/{}/exports",
        "notification": "/notifications/{}",
        "connections": "/settings/connections",
        "preferences": "/settings/notifications",
        "home": "/",
    }
)
_ACTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"tick": ("tick_task", "task_id"), "catch_up": ("accept_catch_up", "catch_up_id")}
)


@dataclass(frozen=True)
class Addresses:
    """What makes addresses of the names in `links_needed`.

    Attributes:
        site_url: Where the app is, without a slash at the end.
        edge_url: Where the edge is, likewise.
        keys: What signs.
    """

    site_url: str
    edge_url: str
    keys: LinkKeys

    def of(
        self, names: Iterable[str], *, person: str, wish: str | None, now: dt.datetime
    ) -> dict[str, str]:
        """Return an address for each name.

        Args:
            names: as `links_needed` gives them.
            person: whose letter it is.
            wish: the kind of messages that `unsubscribe` ends, as people choose it; None: all mail.
            now: when the letter is written, aware.

        Raises:
            ValueError: there is no such link.
        """
        return {name: self._address(name, person, wish, now) for name in names}

    def _address(self, name: str, person: str, wish: str | None, now: dt.datetime) -> str:
        where, _, about = name.partition(":")
        if where in _PAGES and bool(about) == ("{}" in _PAGES[where]):
            return self.site_url + _PAGES[where].format(about)
        if where in _ACTS and about:
            act, what = _ACTS[where]
            token = sign(act, {what: about}, person, now + ACTS_FOR, self.keys)
            return f"{self.edge_url}/letters/act/{token}"
        if name == "unsubscribe":
            ids = {} if wish is None else {"kind": wish}
            token = sign("unsubscribe", ids, person, now + UNSUBSCRIBES_FOR, self.keys)
            return f"{self.edge_url}/letters/unsubscribe/{token}"
        raise ValueError(f"a letter leads to no {where}")

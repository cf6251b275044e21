"""May this address be fetched?

An address that a stranger wrote must not make us knock on doors inside our own house. So hosts
are judged twice: by how they are spelled, before anybody is asked for them, and by every address
that the name turns out to have, when a connection is about to be opened.

`ipaddress` alone does not suffice. `is_global` calls multicast global, and the relays of 6to4, and
Azure's 168.63.129.16, which serves secrets to machines inside; it takes an IPv6 address that wraps
a private IPv4 one (6to4, NAT64, ISATAP) for a global one, and its answers differ between patch
releases of Python. Hence lists of our own, after IANA's special-purpose registries
(https://www.iana.org/assignments/iana-ipv4-special-registry,
https://www.iana.org/assignments/iana-ipv6-special-registry); of IPv6, only what is in 2000::/3 is
unicast that anybody was ever given.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urljoin, urlsplit

from learnbase.planning.canonical_url import MAX_LENGTH, BadAddress, canonical_url

# What stands on 8080 or 8443 is an administrator's page or somebody's proxy more often than a
# lesson, and every open port more is one that we could be made to scan with.
PORTS = frozenset({80, 443})
_LONGEST_HOST = 253  # RFC 1035, 2.3.4, without the dot at the end

_PRIVATE_NAMES = frozenset({
    # RFC 6761, 6762, 7686, 8375, 9476 and ICANN's .internal; then what routers and companies use.
    "localhost", "local", "test", "invalid", "example", "onion", "alt", "arpa", "internal",
    "localdomain", "lan", "home", "corp", "intranet", "private", "mail",
    "kube", "cluster", "svc", "consul", "docker",
})  # fmt: skip

_FORBIDDEN_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
    )
)
_UNICAST_V6 = IPv6Network("2000::/3")
_FORBIDDEN_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # IETF protocols: Teredo, benchmarking, ORCHID
        "2001:db8::/32",
        "2002::/16",  # 6to4: RFC 7526 says not to use it
        "2620:4f:8000::/48",
        "3ffe::/16",  # the 6bone, returned
        "3fff::/20",
    )
)
# A host without IPv4 of its own sees the rest of the world through this prefix (RFC 6052).
_NAT64 = IPv6Network("64:ff9b::/96")
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})  # RFC 5214, 6.1

_DOTTED_QUAD = re.compile(r"^(?:0|[1-9][0-9]{0,2})(?:\.(?:0|[1-9][0-9]{0,2})){3}$")
# Where the last part is a number, some resolver somewhere reads the whole as an IPv4 address:
# 2130706433, 127.1, 0177.0.0.1, 0x7f.1 (https://url.spec.whatwg.org/#ends-in-a-number-checker).
_ENDS_IN_A_NUMBER = re.compile(r"(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$")


class Forbidden(Exception):
    """We do not go there.

    Attributes:
        reason: A code: `malformed`, `port`, `host_spelling`, `private_name`, `private_address`
            or `downgrade`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Place:
    """An address that is spelled as one of the public web's.

    Attributes:
        url: Its canonical spelling.
        scheme: `http` or `https`.
        host: In ASCII and lower case; an IPv6 address is without its brackets.
        port: 80 or 443.
        target: Path and query.
    """

    url: str
    scheme: str
    host: str
    port: int
    target: str


def place(url: str) -> Place:
    """Read an address, as long as its spelling alone does not forbid it.

    Raises:
        Forbidden: not http(s), credentials, another port, or a host that is private by its name.
    """
    try:
        canonical = canonical_url(url)
    except BadAddress as problem:
        raise Forbidden("malformed") from problem
    parts = urlsplit(canonical)
    host = parts.hostname or ""
    usual = 443 if parts.scheme == "https" else 80
    port = usual if parts.port is None else parts.port
    if port not in PORTS:
        raise Forbidden("port")
    require_public_host(host)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    return Place(canonical, parts.scheme, host, port, target)


def place_after(current: Place, location: str) -> Place:
    """Read where a redirect leads, relative to where it was met.

    Raises:
        Forbidden: as `place` does; and from https to http, where anybody on the way could answer.
    """
    # Spaces and letters of any script stand in real Location headers, though RFC 3986 has none.
    spelled = location.strip(" \t\r\n").replace(" ", "%20")
    if not spelled or len(spelled) > MAX_LENGTH:
        raise Forbidden("malformed")
    try:
        following = place(urljoin(current.url, spelled))
    except ValueError as problem:
        raise Forbidden("malformed") from problem
    if current.scheme == "https" and following.scheme == "http":
        raise Forbidden("downgrade")
    return following


def require_public_host(host: str) -> None:
    """Refuse a host that is private by its spelling; a name has to be resolved to know more.

    Raises:
        Forbidden: not a public address, a number that only some read as one, a name without a
            dot, or one under a domain that is nobody's.
    """
    if ":" in host or _DOTTED_QUAD.match(host):
        public_address(host)
        return
    if _ENDS_IN_A_NUMBER.search(host) or len(host) > _LONGEST_HOST:
        raise Forbidden("host_spelling")
    first, dot, _ = host.partition(".")
    if not dot or not first or host.rpartition(".")[2] in _PRIVATE_NAMES:
        raise Forbidden("private_name")


def public_address(text: str) -> str:
    """Return the one spelling of an IP address, as long as the whole world may talk to it.

    Raises:
        Forbidden: it is not globally routed unicast, or wraps an address that is not.
    """
    try:
        address = ip_address(text)
    except ValueError:
        raise Forbidden("host_spelling") from None
    if not _is_public(address):
        raise Forbidden("private_address")
    return str(address)


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _FORBIDDEN_V4)
    if address.scope_id is not None:
        return False
    if address in _NAT64:
        return _is_public(_last_four(address))
    if address not in _UNICAST_V6 or any(address in network for network in _FORBIDDEN_V6):
        return False
    is_isatap = (int(address) >> 32) & 0xFFFFFFFF in _ISATAP
    return not is_isatap or _is_public(_last_four(address))


def _last_four(address: IPv6Address) -> IPv4Address:
    return IPv4Address(int(address) & 0xFFFFFFFF)

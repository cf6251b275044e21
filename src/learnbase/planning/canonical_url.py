"""One address for one page, so that the catalogue holds each page once.

Follows RFC 3986, section 6.2 (case, percent-encoding, dot segments, default ports), and drops
what only says where a visitor came from. The order of the query is kept, for it may matter; the
fragment is dropped unless it is a `#!` address, where it names the page. `http` stays `http`:
that a host answers the same under both is for the link checker to find out.
"""

import re
from urllib.parse import SplitResult, urlsplit, urlunsplit

from learnbase.errors import LearnbaseError

MAX_LENGTH = 2000

_DEFAULT_PORT = {"http": 80, "https": 443}
_TRACKING = frozenset(
    {"fbclid", "gclid", "gclsrc", "dclid", "msclkid", "twclid", "ttclid", "yclid", "igshid",
     "mc_cid", "mc_eid", "_ga", "_gl", "_hsenc", "_hsmi", "mkt_tok", "wickedid", "vero_id"}
)  # fmt: skip
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_KEPT = _UNRESERVED | frozenset("!$&'()*+,;=:@/?")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029\ud800-\udfff]")
_HOST_LABEL = re.compile(r"^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$")


class BadAddress(LearnbaseError):
    """The address cannot stand in a plan."""

    def __init__(self, reason: str) -> None:
        """Say what is wrong with the address; the address itself stays out of logs."""
        super().__init__(
            f"This link cannot be used: {reason}.",
            remedy="Give a full http:// or https:// address without a user name or password.",
        )


def canonical_url(url: str) -> str:
    """Return the one spelling of `url` under which it is stored; applying it twice changes nothing.

    Raises:
        BadAddress: not http(s), no host, credentials inside, forbidden characters, or longer than
            2,000 characters before or after.
    """
    text = url.strip()
    if len(text) > MAX_LENGTH:
        raise BadAddress(f"it is longer than {MAX_LENGTH} characters")
    if _FORBIDDEN.search(text):
        raise BadAddress("it contains a space, a backslash or a control character")
    parts, port = _split(text)
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORT:
        raise BadAddress("it does not begin with http:// or https://")
    if "@" in parts.netloc:
        raise BadAddress("it carries a user name or password")
    host = _host(parts)
    if port is not None and port != _DEFAULT_PORT[scheme]:
        host = f"{host}:{port}"
    path = _without_dot_segments(_percent(parts.path)) or "/"
    fragment = _percent(parts.fragment) if parts.fragment.startswith("!") else ""
    canonical = urlunsplit((scheme, host, path, _query(parts.query), fragment))
    if len(canonical) > MAX_LENGTH:
        raise BadAddress(f"it is longer than {MAX_LENGTH} characters")
    return canonical


def domain(url: str) -> str:
    """Return the site of `url` as a person would name it: the host, without `www.` and port.

    Raises:
        BadAddress: as `canonical_url` does.
    """
    return (urlsplit(canonical_url(url)).hostname or "").removeprefix("www.")


def _split(text: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise BadAddress("its host or port is malformed") from None
    return parts, port


def _host(parts: SplitResult) -> str:
    name = (parts.hostname or "").rstrip(".")
    if ":" in name:
        if "%" in name:
            raise BadAddress("its host is malformed")
        return f"[{name}]"
    try:
        ascii_name = name.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise BadAddress("its host is malformed") from None
    # Full-width dots become dots only by encoding.
    ascii_name = ascii_name.rstrip(".")
    if not ascii_name or not all(_HOST_LABEL.match(label) for label in ascii_name.split(".")):
        raise BadAddress("its host is missing or malformed")
    return ascii_name


def _percent(text: str) -> str:
    """Decode what need not be encoded, encode what must be, spell hex digits in upper case."""

    def escape(character: str) -> str:
        if character in _KEPT:
            return character
        return "".join(f"%{byte:02X}" for byte in character.encode())

    def unescape(match: re.Match[str]) -> str:
        character = chr(int(match[1], 16))
        return character if character in _UNRESERVED else match[0].upper()

    pieces = re.split(r"(%[0-9A-Fa-f]{2})", text)
    return "".join(
        re.sub(r"%(..)", unescape, piece)
        if index % 2
        else "".join(escape(character) for character in piece)
        for index, piece in enumerate(pieces)
    )


def _without_dot_segments(path: str) -> str:
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            if len(kept) > 1:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/".join(kept)


def _query(query: str) -> str:
    kept = [
        part
        for part in query.split("&")
        if part and not _is_tracking(_percent(part.split("=", 1)[0]).lower())
    ]
    return _percent("&".join(kept))


def _is_tracking(name: str) -> bool:
    return name.startswith("utm_") or name in _TRACKING

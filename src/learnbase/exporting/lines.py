"""Content lines of iCalendar (RFC 5545, sections 3.1 and 3.3.11): clean, escaped, folded."""

from __future__ import annotations

import re

LONGEST = 75  # octets, without the line break

# Controls are not text; U+FFFE and U+FFFF cannot stand in the XML that calendar servers answer.
_UNUSUAL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_BREAK = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")  # all that some reader takes for one


def text(value: str) -> str:
    """Return `value` as a TEXT value: nothing in it ends the line or the value."""
    if _UNUSUAL.search(value):
        value = _UNUSUAL.sub("", _BREAK.sub("\n", value).replace("\t", " "))
    # Plain replacements are several times faster than one table of them all.
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\n", "\\n")


def folded(line: str) -> str:
    """Return `line` with its line break, folded so that no line is longer than 75 octets.

    A character is never cut in two.
    """
    if len(line) <= LONGEST and (line.isascii() or len(line.encode()) <= LONGEST):
        return f"{line}\r\n"
    if line.isascii():
        rest = LONGEST - 1  # what follows the blank that a folded line begins with
        pieces = [line[start : start + rest] for start in range(LONGEST, len(line), rest)]
        return "\r\n ".join([line[:LONGEST], *pieces]) + "\r\n"
    octets = line.encode()
    cuts, room = [0], LONGEST
    while len(octets) - cuts[-1] > room:
        end = cuts[-1] + room
        while octets[end] & 0xC0 == 0x80:  # noqa: PLR2004 (inside a character: RFC 3629)
            end -= 1
        cuts.append(end)
        room = LONGEST - 1
    ends = [*cuts[1:], len(octets)]
    pieces = [octets[start:end].decode() for start, end in zip(cuts, ends, strict=True)]
    return "\r\n ".join(pieces) + "\r\n"

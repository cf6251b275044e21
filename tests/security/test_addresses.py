from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnbase.security.addresses import (
    Forbidden,
    place,
    place_after,
    public_address,
    require_public_host,
)
from tests.security.hostile import ADDRESSES, SPELLINGS


@pytest.mark.parametrize("url", SPELLINGS)
def test_an_address_that_is_hostile_by_its_spelling_is_refused(url: str):
    with pytest.raises(Forbidden):
        place(url)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_machine_that_not_everybody_may_talk_to_is_refused(address: str):
    with pytest.raises(Forbidden):
        public_address(address)


@pytest.mark.parametrize(
    "url",
    [
        "https://docs.python.org/3/tutorial/",
        "http://example.com:80/",
        "https://example.com:443/a?b=c",
        "https://93.184.216.34/",
        "https://[2606:2800:220:1:248:1893:25c8:1946]/",
        "https://münchen.de/straße",
        "https://日本語.jp/",
        "https://example.com./",
        "https://a_b.example.com/",
        "https://3.example.com/",
        "https://0x.org/",
        "https://pages.host/",
        "http://[64:ff9b::5db8:d822]/",
    ],
)
def test_an_ordinary_address_may_be_fetched(url: str):
    found = place(url)

    assert found.port == (443 if url.startswith("https") else 80)
    assert place(found.url) == found


def test_a_redirect_is_read_relative_to_where_it_was_met():
    here = place("https://example.com/a/b?c=d")

    assert place_after(here, "../e f").url == "https://example.com/e%20f"
    assert place_after(here, "//example.org/x").url == "https://example.org/x"
    assert place_after(here, "/straße").url == "https://example.com/stra%C3%9Fe"
    assert place_after(place("http://example.com/"), "https://example.com/").scheme == "https"


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://example.com/", "downgrade"),
        ("//169.254.169.254/latest/meta-data", "private_address"),
        ("//localhost/", "private_name"),
        ("file:///etc/passwd", "malformed"),
        ("javascript:alert(1)", "malformed"),
        ("https://you@example.com/", "malformed"),
        ("https://example.com:22/", "port"),
        ("https://[::1", "malformed"),
        ("", "malformed"),
        ("https://example.com/" + "a" * 3000, "malformed"),
    ],
)
def test_a_redirect_is_judged_like_any_address(location: str, reason: str):
    with pytest.raises(Forbidden) as refused:
        place_after(place("https://example.com/"), location)

    assert refused.value.reason == reason


@given(st.ip_addresses())
def test_what_python_calls_private_is_never_public(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
):
    try:
        public_address(str(address))
    except Forbidden:
        return
    wrapped = address.version == 6 and address in ipaddress.ip_network("64:ff9b::/96")
    assert wrapped or not (address.is_private or address.is_multicast or address.is_reserved)


@given(st.ip_addresses(v=4))
def test_wrapping_an_address_does_not_change_the_verdict_to_yes(address: ipaddress.IPv4Address):
    def is_public(text: str) -> bool:
        try:
            public_address(text)
        except Forbidden:
            return False
        return True

    number = int(address)
    nat64 = ipaddress.IPv6Address(int(ipaddress.ip_address("64:ff9b::")) + number)
    isatap = ipaddress.IPv6Address(int(ipaddress.ip_address("2606:2800:220:1:0:5efe::")) + number)
    mapped = ipaddress.IPv6Address(int(ipaddress.ip_address("::ffff:0:0")) + number)
    six_to_four = ipaddress.IPv6Address((0x2002 << 112) + (number << 80) + 1)

    assert is_public(str(nat64)) == is_public(str(address))
    assert is_public(str(isatap)) == is_public(str(address))
    assert not is_public(str(mapped))
    assert not is_public(str(six_to_four))


@given(st.ip_addresses(v=4).filter(lambda address: not address.is_global))
def test_no_spelling_of_a_private_ipv4_address_gets_through(address: ipaddress.IPv4Address):
    number = int(address)
    a, b, c, d = address.packed
    for host in (
        str(address),
        str(number),
        hex(number),
        f"0{number:o}",
        f"{a}.{number & 0xFFFFFF}",
        f"{a}.{b}.{number & 0xFFFF}",
        f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
        f"{a:#x}.{b:#x}.{c:#x}.{d:#x}",
        f"{a}.{b}.{c}.{d:#x}",
        f"[::ffff:{address}]",
        f"{address}.",
    ):
        with pytest.raises(Forbidden):
            place(f"http://{host}/")


@given(st.text(max_size=60))
def test_whatever_a_stranger_writes_is_read_or_refused(text: str):
    for url in (text, f"http://{text}", f"https://example.com{text}"):
        try:
            found = place(url)
        except Forbidden:
            continue
        require_public_host(found.host)
        assert found.port in {80, 443}
        assert found.target.isascii()
        assert found.target.startswith("/")
        assert not set(found.target) & set(" \r\n\t")

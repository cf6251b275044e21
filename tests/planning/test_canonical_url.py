import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnbase.planning.canonical_url import BadAddress, canonical_url, domain


@pytest.mark.parametrize(
    ("given_url", "stored"),
    [
        ("https://example.com", "https://example.com/"),
        ("HTTPS://EXAMPLE.com/Path", "https://example.com/Path"),
        ("  https://example.com/a \n", "https://example.com/a"),
        ("http://example.com:80/a", "http://example.com/a"),
        ("https://example.com:443/a", "https://example.com/a"),
        ("https://example.com:8443/a", "https://example.com:8443/a"),
        ("http://example.com:443/", "http://example.com:443/"),
        ("https://example.com/a#part", "https://example.com/a"),
        ("https://example.com/#!/page", "https://example.com/#!/page"),
        ("https://example.com/?utm_source=x&utm_medium=y", "https://example.com/"),
        ("https://example.com/?b=2&utm_source=x&a=1", "https://example.com/?b=2&a=1"),
        ("https://example.com/?UTM_Source=x&FBCLID=1&q=1", "https://example.com/?q=1"),
        ("https://example.com/?%75tm_source=x&q=1", "https://example.com/?q=1"),
        ("https://example.com/?q=utm_source", "https://example.com/?q=utm_source"),
        ("https://example.com/a?", "https://example.com/a"),
        ("https://example.com/a?b&&c=", "https://example.com/a?b&c="),
        ("https://example.com/%7Euser/%e2%82%ac", "https://example.com/~user/%E2%82%AC"),
        ("https://example.com/€/ü", "https://example.com/%E2%82%AC/%C3%BC"),
        ("https://example.com/a%2Fb", "https://example.com/a%2Fb"),
        ("https://example.com/100%", "https://example.com/100%25"),
        ("https://example.com/a/./b/../c", "https://example.com/a/c"),
        ("https://example.com/../..", "https://example.com/"),
        ("https://example.com/a//b", "https://example.com/a//b"),
        ("https://example.com/a/", "https://example.com/a/"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://example.com./a", "https://example.com/a"),
        ("http://[2001:DB8::1]:80/", "http://[2001:db8::1]/"),
        ("https://youtube.com/watch?v=aB-1&si=q", "https://youtube.com/watch?v=aB-1&si=q"),
    ],
)
def test_each_page_has_one_spelling(given_url: str, stored: str):
    assert canonical_url(given_url) == stored
    assert canonical_url(stored) == stored


@pytest.mark.parametrize(
    "address",
    [
        "",
        "example.com",
        "//example.com/",
        "ftp://example.com/",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://",
        "https:///path",
        "https://user@example.com/",
        "https://user:secret@example.com/",
        "https://@example.com/",
        "https://example.com\\@evil.example/",
        "https://exa mple.com/",
        "https://example.com/a b",
        "https://example.com/\x00",
        "https://example.com/\ud800",
        "https://example.com:port/",
        "https://example.com:99999/",
        "https://[::1/",
        "https://[fe80::1%25eth0]/",
        "https://exa..mple.com/",
        "https://-example.com/",
        "https://exa%6Dple.com/",
        "https://" + "a" * 64 + ".com/",
        "https://example.com/" + "a" * 2000,
        "https://example.com/" + "€" * 700,
    ],
)
def test_what_is_no_web_address_is_refused_with_a_sentence(address: str):
    with pytest.raises(BadAddress) as refusal:
        canonical_url(address)
    assert refusal.value.message.startswith("This link cannot be used")
    assert "secret" not in str(refusal.value)


def test_the_domain_is_what_a_person_would_call_the_site():
    assert domain("https://www.Example.com:8443/a") == "example.com"
    assert domain("https://docs.python.org/3/") == "docs.python.org"


_PARTS = st.text(alphabet="aZ0-._~%/?#&=!:@€ü2Ff+;,", max_size=40)


@given(st.sampled_from(["http", "https", "HTTPS"]), _PARTS)
def test_canonical_is_canonical_whatever_comes_after_the_host(scheme: str, rest: str):
    once = canonical_url(f"{scheme}://Example.com/{rest}")
    assert canonical_url(once) == once
    assert once.isascii()


@given(st.text(max_size=60))
def test_any_text_is_either_refused_or_settled(text: str):
    for address in (text, f"https://{text}"):
        try:
            once = canonical_url(address)
        except BadAddress:
            continue
        assert canonical_url(once) == once

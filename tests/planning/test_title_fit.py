from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnbase.planning.catalogue import catalogue
from learnbase.planning.html_title import LONGEST, TitleReader, html_title
from learnbase.planning.title_fit import gone, misfit

SOMEWHERE = "https://www.example.com/a"
LETTERS = st.characters(categories=["L", "N", "P", "Zs"])


def misfits(promised: str, title: str, *, topic: str = "Rust", url: str = SOMEWHERE,
            language: str = "en") -> str:  # fmt: skip
    return misfit(promised=promised, topic=topic, title=title, url=url, language=language)


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("404", "soft_404"),
        ("Error 404 - Example", "soft_404"),
        ("Page Not Found | Example University", "soft_404"),
        ("Oops! Page not found.", "soft_404"),
        ("This page doesn’t exist", "soft_404"),  # noqa: RUF001
        ("Seite nicht gefunden – Beispiel", "soft_404"),  # noqa: RUF001
        ("Page introuvable • Exemple", "soft_404"),
        ("Página no encontrada", "soft_404"),
        ("Страница не найдена — Пример", "soft_404"),
        ("ページが見つかりません - 例", "soft_404"),
        ("페이지를 찾을 수 없습니다", "soft_404"),
        ("页面不存在", "soft_404"),
        ("Video unavailable - YouTube", "soft_404"),
        ("learn.example: This domain is for sale!", "parked"),
        ("Account Suspended", "parked"),
        ("Sign in - Example Accounts", "login"),
        ("Just a moment...", "login"),
        ("Anmelden | Beispiel", "login"),
    ],
)
def test_a_page_that_says_it_is_not_there_is_believed(title: str, reason: str):
    assert gone(title, asked=SOMEWHERE) == reason


@pytest.mark.parametrize(
    "title",
    [
        "How to make a custom 404 page not found page in Flask",
        "Lost and found: stories",
        "Sign in to your account: designing login forms",
        "Rust by Example",
        "",
        "Videos",
        "Domain modelling made functional",
    ],
)
def test_a_page_about_such_things_is_there(title: str):
    assert gone(title, asked=SOMEWHERE) == ""


def test_an_address_that_speaks_of_it_itself_leads_to_a_page_about_it():
    assert gone("404 Not Found - HTTP | MDN", asked="https://mdn.example.com/Status/404") == ""
    assert gone("Welcome to nginx!", asked="https://nginx.example.com/nginx/start") == ""
    assert gone("Login", asked="https://www.example.com/docs/login") == ""
    assert gone("Page not found", asked="https://www.example.com/docs/login") == "soft_404"


@pytest.mark.parametrize(
    ("promised", "title"),
    [
        ("Understanding ownership", "How to buy the cheapest running shoes"),
        ("The Rust Book, chapter 4", "Welcome to your new casino: play for free"),
    ],
)
def test_a_page_about_something_else_altogether_is_no_fit(promised: str, title: str):
    assert misfits(promised, title) == "other_subject"


@pytest.mark.parametrize(
    ("promised", "title", "url"),
    [
        (
            "Understanding ownership",
            "What is Ownership? - The Rust Programming Language",
            SOMEWHERE,
        ),
        ("Borrow checker", "References and Borrowing for the impatient", SOMEWHERE),
        ("Ownership", "Understanding the thing", "https://doc.rust-lang.org/book/ch04.html"),
        ("Error handling", "Fehlerbehandlung mit Ergebnis", SOMEWHERE),
        ("Ownership", "La propiedad explicada a fondo", SOMEWHERE),
        ("Ownership", "所有権とは何か", SOMEWHERE),
        ("Ownership", "", SOMEWHERE),
        ("Ownership", "Chapter 4", SOMEWHERE),
        ("Ownership", "rustlings: small exercises for the new", SOMEWHERE),
    ],
)
def test_a_page_that_may_be_what_was_promised_is_let_through(promised: str, title: str, url: str):
    assert misfits(promised, title, url=url) == ""


def test_a_plan_in_another_language_may_link_to_english_pages():
    assert misfits("Besitz verstehen", "What is it? The book", language="de", topic="Rost") == ""


def test_every_page_of_the_catalogue_fits_itself():
    wrong = [
        page.title
        for page in catalogue()
        if misfits(page.title, page.title, url=page.url, topic=page.tags[0])
        or gone(page.title, asked=page.url)
    ]

    assert wrong == []


@given(st.text(LETTERS, max_size=80), st.text(LETTERS, max_size=80))
def test_a_page_with_the_promised_title_always_fits(title: str, topic: str):
    assert misfits(title, title, topic=topic) == ""


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=40))
def test_whatever_a_page_calls_itself_there_is_an_answer(promised: str, title: str, path: str):
    url = f"https://www.example.com/{path}"

    assert gone(title, asked=url) in {"", "soft_404", "parked", "login"}
    assert misfits(promised, title, url=url) in {"", "other_subject"}
    assert misfits(promised, title, url=url, language="de") == ""


# The title itself --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "charset", "title"),
    [
        (b"<html><head><TITLE lang=en>A &amp; B</TITLE>", None, "A & B"),
        (b"<title>\n  Two\n lines </title>", None, "Two lines"),
        (b"<titles>no</titles><title>Yes</title>", None, "Yes"),
        (b"<title>open to the end", None, ""),
        (b"<title", None, ""),
        (b"<title></title>", None, ""),
        ("<title>Größe</title>".encode("iso-8859-1"), "ISO-8859-1", "Größe"),
        ("<title>Größe</title>".encode("cp1252"), None, "Größe"),
        ("<meta charset=shift_jis><title>日本</title>".encode("shift_jis"), None, "日本"),
        ("<title>Привет</title>".encode("koi8-r"), "koi8-r", "Привет"),
        ("\ufeff<title>Größe</title>".encode("utf-16"), None, "Größe"),
        ("<title>Größe</title>".encode("utf-16-le"), "utf-16le", "Größe"),
        (b"\xef\xbb\xbf<title>Gr\xc3\xb6\xc3\x9fe</title>", "iso-8859-1", "Größe"),
        (b"<title>Gr\xc3\xb6\xc3\x9fe</title>", "nonsense", "Größe"),
        (b"<title>a-</title>", "punycode", "a-"),
        (b"<title>a\x00\x1b[31m\xe2\x80\xaeb</title>", "utf-8", "a[31mb"),
        (b"<title>" + b"word " * 3000 + b"</title>", None, ""),
    ],
)
def test_a_title_is_read_as_a_browser_would(body: bytes, charset: str | None, title: str):
    found = html_title(body, charset)

    assert found == title or (not title and len(found) <= LONGEST)


@given(st.binary(max_size=300), st.sampled_from([None, "utf-8", "utf-16", "big5", "x"]))
def test_no_bytes_make_a_title_that_may_not_be_stored(body: bytes, charset: str | None):
    found = html_title(b"<title>" + body + b"</title>", charset)

    assert len(found) <= LONGEST
    assert "\n" not in found
    assert "\0" not in found
    found.encode()


@given(st.lists(st.sampled_from([b"<title>", b"A", b"</ti", b"tle", b">", b"\0"]), max_size=30))
def test_a_page_read_in_pieces_is_the_page_read_whole(pieces: list[bytes]):
    reader = TitleReader("utf-8")
    whole = b""
    for piece in pieces:
        reader.feed(piece)
        whole += piece
        assert reader.title == html_title(whole, "utf-8")
    assert reader.is_done or b"</title" not in whole


def test_a_page_made_to_be_slow_to_search_is_searched_quickly():
    for nasty in (b"<title" * 80_000, b"<title>" * 70_000, b"<title <" * 60_000):
        reader = TitleReader(None)
        for at in range(0, len(nasty), 65_536):
            reader.feed(nasty[at : at + 65_536])
        assert len(reader.title) <= LONGEST

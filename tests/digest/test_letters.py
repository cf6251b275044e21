"""Every kind of letter, with everything in it and with as little as there can be."""

from __future__ import annotations

import copy
import datetime as dt
import re
import unicodedata
from html import unescape
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError, meta, nodes

from learnbase import digest
from learnbase.digest.kinds import context_model
from learnbase.digest.letter import environment
from tests.digest.letters import (
    EVERY_LETTER,
    MONDAY,
    STORIES,
    Page,
    addresses,
    with_text,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

every_kind = pytest.mark.parametrize("kind", digest.KINDS)
every_letter = pytest.mark.parametrize(("kind", "context"), EVERY_LETTER.values(), ids=EVERY_LETTER)

WHAT_GMAIL_SHOWS = 102 * 1024
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='x",
    "<!-- ",
    " --><b>",
    "<![endif]--></td></table></style></title>",
    "{{ 7 * 7 }}{% raw %}",
    "{0.__class__} %s %(x)s %n",
    "one\r\nBcc: everybody@example.com\r\n\r\nTwo",
    "a\x00b\x1b[31mc\u2028d\x85e",
    "\u202egnp.exe\u2066",
    "&lt;b&gt; &amp;amp; &#60;",
    "\u200b\u2060",
    "javascript:alert(1)",
    "ab" * 3000,
    "\ud800 half a character",
    "e" + "\u0301" * 300,
)
texts = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=300), min_size=1, max_size=6)


@every_letter
def test_every_letter_has_all_its_parts(kind: str, context: dict[str, Any]):
    letter = written(kind, context)

    assert 0 < len(letter.subject) <= 200
    assert 0 < len(letter.preheader) <= 150
    assert letter.preheader != letter.subject
    page = Page(letter.html)
    for address in addresses(kind, context).values():
        assert address in page.addresses
        assert address in letter.text
    assert "  " not in letter.subject
    assert "\n\n\n\n" not in letter.text
    assert not [line for line in letter.text.splitlines() if line != line.rstrip()]


@every_letter
def test_a_letter_loads_nothing_and_runs_nothing(kind: str, context: dict[str, Any]):
    page = Page(written(kind, context).html)

    assert page.loads == []
    unwanted = {"img", "script", "link", "iframe", "form", "video", "object", "svg"}
    assert unwanted.isdisjoint(tag for tag, _ in page.tags)
    assert "url(" not in written(kind, context).html


@every_letter
def test_a_letter_is_short_enough_to_be_shown_whole(kind: str, context: dict[str, Any]):
    assert len(written(kind, context).html.encode()) < WHAT_GMAIL_SHOWS


@every_kind
def test_the_same_arguments_give_the_same_letter(kind: str):
    context = digest.example(kind)
    assert written(kind, context) == written(kind, copy.deepcopy(context))


@every_kind
def test_nobody_is_greeted_by_none(kind: str):
    letter = written(kind, {**digest.example(kind), "name": None})
    assert "None" not in letter.html + letter.text + letter.subject + letter.preheader
    assert "Hello ," not in Page(letter.html).words + letter.text


def test_there_is_a_story_for_each_kind():
    assert {kind for kind, _ in STORIES.values()} == set(digest.KINDS)


@every_letter
def test_a_missing_variable_is_refused_by_name(kind: str, context: dict[str, Any]):
    for field in context:
        with pytest.raises(digest.WrongContext, match=field):
            written_without(kind, context, field)


def written_without(kind: str, context: dict[str, Any], field: str) -> None:
    rest = {name: value for name, value in context.items() if name != field}
    digest.render(kind, rest, locale="en", time_zone="UTC", now=MONDAY, links={})


@every_kind
def test_a_variable_that_no_template_knows_is_refused(kind: str):
    with pytest.raises(digest.WrongContext, match="topik"):
        written(kind, {**digest.example(kind), "topik": "Swift"})


@every_kind
def test_a_refusal_never_repeats_what_a_learner_wrote(kind: str):
    with pytest.raises(digest.WrongContext) as refusal:
        written(kind, {**digest.example(kind), "name": {"secret": "of a learner"}})
    assert "secret" not in str(refusal.value)
    assert "learner" not in str(refusal.value)


@every_kind
def test_templates_name_only_what_there_is(kind: str):
    """Also in branches that no example takes."""
    known = {"it", "links", "forms", "about", "subject", "preheader", "parts"}
    model = context_model(kind)
    fields = set(model.model_fields) | {name for name in vars(model) if not name.startswith("_")}
    for name, source in templates(kind):
        tree = environment().parse(source)
        assert meta.find_undeclared_variables(tree) <= known, name
        for found in tree.find_all(nodes.Getattr):
            if isinstance(found.node, nodes.Name) and found.node.name == "it":
                assert found.attr in fields, f"{name} names it.{found.attr}"


def templates(kind: str) -> Iterator[tuple[str, str]]:
    folder = files("learnbase.digest.letters").joinpath(kind)
    for name in ("subject.txt", "preheader.txt", "letter.html", "letter.txt"):
        yield name, folder.joinpath(name).read_text("utf-8")


@pytest.mark.parametrize(
    "source", ["{{ nothing }}", "{{ it.name.nothing }}", "{{ links.nothing }}"]
)
def test_a_template_cannot_be_silent_about_what_is_missing(source: str):
    with pytest.raises(UndefinedError, match="nothing"):
        environment().from_string(source).render(it={"name": "Ida"}, links={})


@every_letter
def test_a_missing_link_is_refused_by_name(kind: str, context: dict[str, Any]):
    links = addresses(kind, context)
    for name in links:
        rest = {other: address for other, address in links.items() if other != name}
        with pytest.raises(digest.MissingLink, match=name.split(":")[0]):
            digest.render(kind, context, locale="en", time_zone="UTC", now=MONDAY, links=rest)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//example.com",
        "",
        "https://a b",
        "http://you@x/",
    ],
)
def test_a_link_that_leads_elsewhere_than_the_web_is_refused(address: str):
    context = digest.example("welcome")
    links = addresses("welcome", context) | {"home": address}
    with pytest.raises(digest.MissingLink, match="home"):
        digest.render("welcome", context, locale="en", time_zone="UTC", now=MONDAY, links=links)


def test_resources_that_lead_elsewhere_than_the_web_are_left_out():
    context = digest.example("session_reminder")
    context["task"]["links"] = [
        {"title": "Run me", "url": "javascript:alert(1)"},
        {"title": "Long", "url": "https://example.com/" + "a" * 600},
        {"title": "Read me", "url": 'https://example.com/?q="><b>'},
    ]
    letter = written("session_reminder", context)

    assert "Run me" not in letter.html + letter.text
    assert "Long" not in letter.html + letter.text
    assert 'https://example.com/?q="><b>' in Page(letter.html).addresses
    assert ("b", ()) not in Page(letter.html).tags


@given(texts, st.sampled_from(list(EVERY_LETTER.values())))
def test_whatever_people_and_models_write_stays_text(
    words: list[str], chosen: tuple[str, dict[str, Any]]
):
    kind, context = chosen
    # What looks like an address greets nobody, and that is another letter.
    name = "<b>'\"&" + re.sub(r"[/@:.]", "", words[0])
    hostile = {**with_text(context, words), "name": name}
    tame = {**with_text(context, ["tame"]), "name": "Ida"}
    letter, harmless = written(kind, hostile), written(kind, tame)

    page, expected = Page(letter.html), Page(harmless.html)
    assert page.tags == expected.tags
    assert page.addresses == expected.addresses
    assert letter.text.count("\n") == harmless.text.count("\n")
    assert letter.html.count("<!--") == harmless.html.count("<!--")
    (letter.html + letter.text).encode()  # no half characters


@given(texts, st.sampled_from(list(EVERY_LETTER.values())))
def test_a_subject_is_one_line_that_ends_no_header(
    words: list[str], chosen: tuple[str, dict[str, Any]]
):
    kind, context = chosen
    letter = written(kind, with_text(context, words))

    for line, longest in ((letter.subject, 200), (letter.preheader, 150)):
        assert 0 < len(line) <= longest
        assert line == line.strip()
        refused = {"Cc", "Cs", "Zl", "Zp"}
        assert not [character for character in line if unicodedata.category(character) in refused]
        assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069") & set(line)


def test_what_a_learner_named_is_shown_as_it_was_written():
    context = {**digest.example("plan_ready"), "topic": "C++ & <Templates> for “quotes”"}
    letter = written("plan_ready", context)

    assert letter.subject == "Your plan is ready: C++ & <Templates> for “quotes”"
    assert "C++ & <Templates> for “quotes”" in letter.text
    assert "C++ &amp; &lt;Templates&gt; for “quotes”" in letter.html
    assert "C++ & <Templates> for “quotes”" in unescape(letter.html)


@pytest.mark.parametrize("name", ["Win at evil.example", "https://evil.example", "a@b", " \u200b"])
def test_a_name_that_looks_like_an_address_greets_nobody(name: str):
    letter = written("welcome", {"name": name})
    assert letter == written("welcome", {"name": None})


def test_an_unknown_kind_is_refused_with_those_there_are():
    with pytest.raises(digest.UnknownKind) as refusal:
        written("birthday", {"name": None})
    assert "weekly_summary" in str(refusal.value.remedy)


def test_a_letter_needs_to_know_when_it_is_written():
    with pytest.raises(ValueError, match="aware"):
        written("welcome", {"name": None}, now=dt.datetime(2026, 11, 23))  # noqa: DTZ001


def test_times_are_those_of_the_learners_clock():
    context = digest.example("session_reminder")
    for time_zone, shown in {
        "Europe/Berlin": "Today, 6:30 PM",
        "Asia/Kathmandu": "Today, 11:15 PM",
        "Pacific/Auckland": "Tomorrow, 6:30 AM",
        "Not/A_Zone": "Today, 5:30 PM",
    }.items():
        letter = written("session_reminder", context, time_zone=time_zone)
        assert letter.subject.startswith(shown)


def test_forms_are_those_of_the_learners_locale():
    context = digest.example("plan_ready")
    assert "January 17, 2027" in written("plan_ready", context, locale="en-US").text
    assert "17 January 2027" in written("plan_ready", context, locale="en-GB").text
    german = written("plan_ready", context, locale="de-AT")
    assert "17. Jänner 2027" in german.text
    assert '<bdi lang="de-AT">' in german.html
    assert "bdi" not in german.text

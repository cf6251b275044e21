"""The Markdown file, read back by a CommonMark reader."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from hypothesis import given
from markdown_it import MarkdownIt

from learnbase.exporting import render
from tests.exporting.plans import a_link, a_plan, a_task, all_tasks, plans

if TYPE_CHECKING:
    from markdown_it.token import Token

BOX = re.compile(r"\[[ x]\] ")
WEB = re.compile(r"https?://[^/?#@\\\s\x80-\U0010ffff]+([/?#][\x21-\x7e]*)?")
# All that GitHub turns into a link without any marks.
BARE = re.compile(r"(?i)(?<!\\)(https?://|www\.)|(?<!\\)@")


def read(markdown: str) -> list[Token]:
    """Return all tokens, with HTML and tables on, as GitHub has them."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)
    return [each for token in tokens for each in (token, *(token.children or ()))]


def inlines(tokens: list[Token], inside: str) -> list[Token]:
    return [
        following
        for token, following in itertools.pairwise(tokens)
        if token.type == inside and following.type == "inline"
    ]


@given(plans())
def test_there_are_as_many_boxes_headings_and_links_as_were_meant(plan: dict[str, Any]):
    text = render(plan, "markdown").decode()
    tokens = read(text)
    paragraphs = inlines(tokens, "paragraph_open")
    boxes = [each for each in paragraphs if BOX.match(each.content) and each.level == 3]
    assert len(boxes) == len(all_tasks(plan))
    ticked = [each for each in boxes if each.content.startswith("[x]")]
    assert len(ticked) == sum(task["status"] == "completed" for task in all_tasks(plan))
    assert len(inlines(tokens, "heading_open")) == 1 + len(plan["weeks"])
    wanted = [
        link["url"]
        for task in all_tasks(plan)
        for link in task["links"]
        if not link["dead"] and WEB.fullmatch(link["url"])
    ]
    found = [str(token.attrGet("href")) for token in tokens if token.type == "link_open"]
    assert [unquote(each) for each in found] == [unquote(each) for each in wanted]


@given(plans())
def test_a_strangers_text_marks_nothing_up(plan: dict[str, Any]):
    kinds = {token.type for token in read(render(plan, "markdown").decode())}
    ours = {"heading", "paragraph", "bullet_list", "list_item", "blockquote", "link"}
    ends = {f"{kind}_{end}" for kind in ours for end in ("open", "close")}
    assert kinds <= ends | {"inline", "text", "text_special", "softbreak", "hardbreak"}


@given(plans())
def test_nothing_is_left_that_github_would_link(plan: dict[str, Any]):
    for line in render(plan, "markdown").decode().split("\n"):
        assert not BARE.search(re.sub(r"\]\(<?https?://[^\s]*\)", "](…)", line)), line


@given(plans())
def test_titles_are_read_as_they_were_written(plan: dict[str, Any]):
    tokens = read(render(plan, "markdown").decode())
    shown = [
        "".join(child.content for child in each.children or ())
        for each in inlines(tokens, "paragraph_open")
        if BOX.match(each.content) and each.level == 3
    ]
    for task, line in zip(all_tasks(plan), shown, strict=True):
        title = re.sub("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufffe\uffff]", "", task["title"])
        assert " ".join(title.split()) in line


def test_a_plan_is_pleasant_to_read():
    task = a_task(
        "Write C# & snake_case", description="One\ntwo\n\n# three", links=[a_link(author="Apple")]
    )
    text = render(a_plan(task), "markdown").decode()
    assert text == (
        "# Swift for iOS\n"
        "\n"
        "Beginner · practice · 5 hours a week · from 23 Nov 2026 · until 1 Mar 2027  \n"
        "0 of 1 tasks done\n"
        "\n"
        "## Week 1: First steps\n"
        "\n"
        "23 Nov 2026 – 29 Nov 2026, 45 min\n"  # noqa: RUF001
        "\n"
        "- [ ] Write C# \\& snake\\_case (45 min)\n"
        "  > One\\\n"
        "  > two\n"
        "  >\n"
        "  > \\# three\n"
        "  - Tue 24 Nov 2026, 18:00–18:45\n"  # noqa: RUF001
        "  - [The Swift Programming Language](https://docs.swift.org/swift-book/), Apple\n"
    )


def test_a_link_that_is_dead_is_named_and_not_linked():
    text = render(a_plan(a_task(links=[a_link(dead=True)])), "markdown").decode()
    assert "- The Swift Programming Language (no longer there)\n" in text

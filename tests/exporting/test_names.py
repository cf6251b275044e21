"""What a file is called."""

from __future__ import annotations

from email.message import Message

import pytest
from hypothesis import given

from learnbase.exporting import FORMATS, UnknownFormat, content_disposition, filename
from tests.exporting.plans import a_plan, texts


def named(topic: str, format: str = "ics") -> str:  # noqa: A002
    plan = a_plan()
    plan["plan"]["topic"] = topic
    return filename(plan, format)


@given(texts)
def test_a_name_goes_into_every_file_system(topic: str):
    name = named(topic)
    assert name.endswith(".ics")
    assert len(name.encode()) <= 255
    assert not set(name) & set('\\/:*?"<>|\r\n\t\u202e')
    assert not name.startswith((".", " "))


@given(texts)
def test_a_header_is_one_line_of_ascii_and_names_the_file(topic: str):
    header = content_disposition(named(topic))
    assert header.isascii()
    assert header.isprintable()
    message = Message()
    message["Content-Disposition"] = header
    assert message.get_filename().endswith(".ics")


@pytest.mark.parametrize(
    ("topic", "name"),
    [
        ("Swift for iOS", "Swift for iOS"),
        ("../../etc/passwd", "etc passwd"),
        ("CON", "plan"),
        ("com1.x", "plan"),
        ("…", "…"),
        ("???", "plan"),
        ("evil\u202egnp.exe", "evilgnp.exe"),
        ("Ελληνικά", "Ελληνικά"),
    ],
)
def test_a_topic_becomes_a_name(topic: str, name: str):
    assert named(topic) == f"{name}.ics"


def test_every_format_has_its_extension():
    assert [named("x", each) for each in FORMATS] == ["x.ics", "x.md", "x.csv", "x.json"]
    with pytest.raises(UnknownFormat):
        named("x", "exe")


def test_old_programs_get_a_plain_name_and_others_the_real_one():
    assert content_disposition("Swift.ics") == 'attachment; filename="Swift.ics"'
    assert content_disposition("Café.ics") == (
        "attachment; filename=\"Cafe.ics\"; filename*=UTF-8''Caf%C3%A9.ics"
    )
    assert content_disposition("日本.ics").startswith('attachment; filename="plan.ics"; ')

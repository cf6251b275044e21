import json
from datetime import date
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from learnbase.planning.blocks import about, blocks
from learnbase.planning.canonical_url import canonical_url
from learnbase.planning.catalogue import catalogue, catalogue_json
from learnbase.planning.curriculum import (
    Curriculum,
    curricula,
    general_method,
    with_its_beginnings,
)
from learnbase.planning.request import LearningStyle, PlanRequest, SkillLevel
from learnbase.planning.text import Title

SLUGS = sorted(curricula())


def is_a_title(text: str) -> bool:
    try:
        TypeAdapter(Title).validate_python(text)
    except ValidationError:
        return False
    return True


def everything() -> list[tuple[str, Curriculum]]:
    subjects = [(slug, with_its_beginnings(slug)) for slug in SLUGS]
    return [*subjects, ("general", about(general_method(), "Knitting"))]


def test_there_is_a_dozen_of_subjects_swift_and_ios_among_them():
    assert len(SLUGS) >= 12
    assert {"swift", "ios"} <= set(SLUGS)


@pytest.mark.parametrize(("slug", "curriculum"), everything(), ids=[*SLUGS, "general"])
def test_a_curriculum_serves_every_level_and_names_only_pages_it_has(
    slug: str, curriculum: Curriculum
):
    assert {module.level for module in curriculum.modules} == set(SkillLevel), slug
    assert set(curriculum.projects) == set(SkillLevel)
    used = {name for module in curriculum.modules for unit in module.units for name in unit.links}
    used |= {name for project in curriculum.projects.values() for name in project.links}
    used |= {name for project in curriculum.further for name in project.links}
    assert used | set(curriculum.watch) <= set(curriculum.resources)
    own = {name for name in curriculum.resources if "/" not in name}
    assert own <= used | set(curriculum.watch), "a page that nothing points to"


@pytest.mark.parametrize(("slug", "curriculum"), everything(), ids=[*SLUGS, "general"])
def test_no_two_assignments_of_a_curriculum_share_a_title(slug: str, curriculum: Curriculum):
    for level in SkillLevel:
        for style in LearningStyle:
            for hours in (5, 60):
                request = PlanRequest(
                    topic=slug,
                    skill_level=level,
                    weekly_hours=hours,
                    learning_style=style,
                    start_date=date(2026, 8, 3),
                )
                possible = blocks(curriculum, request)
                titles = [
                    assignment.title.casefold()
                    for block in possible
                    for assignment in block.assignments
                ]
                assert len(titles) == len(set(titles))
                names = [block.title for block in possible]
                assert len(names) == len(set(names))


def test_the_catalogue_holds_each_page_once_under_its_canonical_address():
    pages = catalogue()
    assert len({page.url for page in pages}) == len(pages) > 150
    for page in pages:
        assert canonical_url(page.url) == page.url
        assert page.url.startswith("https://")
        assert page.domain in page.url
        assert page.tags
    concurrency = next(page for page in pages if page.url.endswith("-language/concurrency/"))
    assert concurrency.tags == ("ios", "swift")


def test_the_seed_beside_the_curricula_is_the_catalogue():
    stored = (resources.files("learnbase.planning") / "curricula" / "catalogue.json").read_text(
        "utf-8"
    )
    assert stored == catalogue_json()
    assert len(json.loads(stored)) == len(catalogue())


@given(st.text(min_size=1, max_size=200).filter(is_a_title))
def test_the_general_method_takes_any_topic_into_its_sentences(topic: str):
    filled = about(general_method(), topic)
    assert "{topic}" not in filled.modules[0].title or "{topic}" in topic
    assert len(filled.modules[0].title) <= 100

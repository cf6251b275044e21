import pytest

from learnbase.planning.curriculum import curricula
from learnbase.planning.matching import matching_curriculum


@pytest.mark.parametrize(
    ("topic", "slug"),
    [
        ("Swift for iOS Development", "ios"),
        ("swift", "swift"),
        ("Learn SwiftUI", "ios"),
        ("Build iPhone apps", "ios"),
        ("Python", "python"),
        ("PYTHON 3 from scratch!", "python"),
        ("Learn Python to automate my boring spreadsheets", "python"),
        ("Python for data analysis", "data-analysis"),
        ("Machine learning with Python", "machine-learning"),
        ("Aprendizaje automático", "machine-learning"),
        ("SQL for data analysis", "sql"),
        ("PostgreSQL", "sql"),
        ("JavaScript", "javascript"),
        ("React with TypeScript", "react"),
        ("Git and GitHub", "git"),
        ("Rust", "rust"),
        ("The Rust programming language", "rust"),
        ("Estadística", "statistics"),
        ("Conversational Spanish", "spanish"),
        ("ESPAÑOL", "spanish"),
        ("Spanish guitar", "guitar"),
        ("Public speaking", "public-speaking"),
    ],
)
def test_a_topic_finds_its_curriculum(topic: str, slug: str):
    assert matching_curriculum(topic) == slug


@pytest.mark.parametrize(
    "topic",
    [
        "Java",
        "How to go fishing",
        "Go",
        "The songs of Taylor Swift",
        "Swift codes in banking",
        "The history of the Spanish civil war",
        "Chemistry taught in Spanish",
        "Rust removal",
        "React Native",
        "Bass guitar",
        "Monty Python sketches",
        "Programming",
        "Digital gitternetz",
        "🎸🔥",
        "تعلم الطبخ",
        "!!!",
    ],
)
def test_what_merely_looks_alike_finds_none(topic: str):
    assert matching_curriculum(topic) is None


def test_every_curriculum_is_found_by_its_own_names():
    for slug, curriculum in curricula().items():
        assert matching_curriculum(curriculum.name) == slug
        for name in curriculum.names:
            assert matching_curriculum(name) == slug, name

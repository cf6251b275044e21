"""Which curriculum, if any, a topic in a learner's own words asks for.

Word by word, without regard to case and diacritics: "Java" is not in "JavaScript".
"""

import re
import unicodedata

from learnbase.planning.curriculum import Curriculum, curricula

# What people wrap around a topic without saying anything about it.
_EMPTY = frozenset({
    "a", "about", "advanced", "an", "and", "at", "aprender", "apprendre", "as", "basic",
    "basics", "become", "beginner", "beginners", "best", "better", "complete", "course",
    "crash", "curso", "de", "deep", "der", "die", "do", "el", "en", "for", "from",
    "fundamentals", "get", "good", "guide", "how", "i", "improve", "in", "intermediate",
    "intro", "introduction", "la", "las", "le", "learn", "learning", "les", "lernen",
    "lessons", "like", "los", "master", "mastering", "me", "my", "of", "on", "online", "or",
    "para", "pour", "quick", "really", "scratch", "skills", "some", "study", "studying",
    "teach", "the", "to", "tutorial", "um", "und", "use", "using", "want", "well", "with",
    "work", "y", "zero",
})  # fmt: skip
_NAME, _WORD, _HINT = 10, 6, 1
# A word that may mean something else decides only where the topic says little besides.
_MOSTLY = 0.5


def words(text: str) -> tuple[str, ...]:
    """Return the words of `text`, folded so that spellings of one word are equal."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return tuple(re.findall(r"[^\W_]+(?:[+#]+)?", plain))


def matching_curriculum(topic: str) -> str | None:
    """Return the slug of the curriculum that teaches `topic`, or None."""
    said = words(topic)
    scores = {slug: _score(said, curriculum) for slug, curriculum in curricula().items()}
    best = max(scores, key=lambda slug: scores[slug])
    return best if scores[best] > 0 else None


def _score(said: tuple[str, ...], curriculum: Curriculum) -> int:
    if any(_positions(said, phrase) for phrase in curriculum.excluded):
        return 0
    named = [phrase for phrase in curriculum.names if _positions(said, phrase)]
    loose = [phrase for phrase in curriculum.words if _positions(said, phrase)]
    hints = [phrase for phrase in curriculum.hints if _positions(said, phrase)]
    if not named:
        covered = {position for phrase in loose + hints for position in _positions(said, phrase)}
        telling = [position for position, word in enumerate(said) if word not in _EMPTY]
        if not loose or len(covered & set(telling)) < _MOSTLY * len(telling):
            return 0
    # Only the longest phrase counts: saying a name in two ways is not twice the evidence.
    longest = max((len(words(phrase)) * _NAME for phrase in named), default=0)
    return max(longest, _WORD if loose else 0) + len(hints) * _HINT


def _positions(said: tuple[str, ...], phrase: str) -> set[int]:
    wanted = words(phrase)
    length = len(wanted)
    return {
        position
        for start in range(len(said) - length + 1)
        if said[start : start + length] == wanted
        for position in range(start, start + length)
    }

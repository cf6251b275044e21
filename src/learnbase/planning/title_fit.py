"""Does a page's title fit what a link promised?

Refuses only what is clear: a page that says it is not there, a domain for sale, a door to sign in
at, and a title that shares not one word with the promise although it is in the promise's own
language. A page in another language than the plan's is welcome; so is one without a title.
"""

from __future__ import annotations

import re
from functools import cache
from urllib.parse import unquote, urlsplit

from learnbase.planning.matching import words

# Said by a title as a whole, or between its separators: a lesson "404 errors explained" is none.
_GONE = (
    "404", "404 error", "error 404", "http 404", "404 not found", "not found", "page not found",
    "file not found", "content not found", "article not found", "page does not exist",
    "this page does not exist", "page doesn t exist", "this page doesn t exist",
    "page no longer exists", "this page no longer exists", "page no longer available",
    "page unavailable", "page not available", "this page isn t available",
    "page can t be found", "page cannot be found", "the page cannot be found",
    "we can t find that page", "we couldn t find that page", "page missing",
    "410 gone", "oops page not found", "sorry page not found", "nothing found", "404 page",
    "the requested url was not found", "object not found", "video unavailable",
    "this video is unavailable", "video not found", "course not found",
    # German, French, Spanish, Portuguese, Italian, Dutch, Swedish, Danish, Polish, Turkish
    "seite nicht gefunden", "nicht gefunden", "die seite wurde nicht gefunden",
    "seite existiert nicht", "fehler 404", "page introuvable", "page non trouvee",
    "cette page n existe pas", "erreur 404", "pagina no encontrada", "no encontrado",
    "no se encontro la pagina", "la pagina no existe", "pagina nao encontrada", "nao encontrado",
    "pagina nao existe", "erro 404", "pagina non trovata", "non trovato", "errore 404",
    "pagina niet gevonden", "niet gevonden", "sidan hittades inte", "sidan finns inte",
    "siden blev ikke fundet", "siden ble ikke funnet", "siden findes ikke",
    "nie znaleziono strony", "strona nie istnieje", "strony nie znaleziono",
    "sayfa bulunamadi", "stranka nenalezena", "az oldal nem talalhato", "sivua ei loytynyt",
    "pagina nu a fost gasita",
    # Russian, Ukrainian, Greek, Arabic, Hebrew, Hindi, Japanese, Korean, Chinese
    "страница не найдена", "страница не существует", "не найдено", "ошибка 404",
    "сторінку не знайдено", "η σελιδα δεν βρεθηκε", "الصفحة غير موجودة",
    "הדף לא נמצא", "पेज नहीं मिला", "ページが見つかりません", "お探しのページは見つかりません",
    "페이지를 찾을 수 없습니다", "页面不存在", "找不到页面", "页面未找到", "頁面不存在",
    "找不到網頁",
)  # fmt: skip
_PARKED = (
    "domain for sale", "domain is for sale", "this domain is for sale", "buy this domain",
    "domain may be for sale", "domain name for sale", "domain parked", "parked domain",
    "domain parking", "account suspended", "this account has been suspended",
    "website expired", "domain expired", "domain has expired", "hugedomains",
    "domain steht zum verkauf", "diese domain steht zum verkauf", "domaine a vendre",
    "dominio en venta", "website coming soon", "default web site page",
    "apache2 ubuntu default page", "welcome to nginx", "iis windows server",
)  # fmt: skip
_LOGIN = (
    "login", "log in", "sign in", "sign up", "signin", "log in or sign up", "log in to continue",
    "sign in to continue", "authentication required", "access denied", "attention required",
    "just a moment", "are you a robot", "robot check", "security check", "verify you are human",
    "human verification", "captcha", "forbidden", "403 forbidden", "401 unauthorized",
    "unauthorized", "anmelden", "einloggen", "connexion", "se connecter", "iniciar sesion",
    "entrar", "accedi", "inloggen", "logga in", "zaloguj sie", "вход", "войти",
    "ログイン", "로그인", "登录", "登入",
)  # fmt: skip
# An address that speaks of these itself leads to a page about them.
_SUBJECTS = frozenset({
    "404", "410", "401", "403", "login", "signin", "captcha", "forbidden", "unauthorized",
    "authentication", "nginx", "apache2", "parking",
})  # fmt: skip
_ENGLISH = frozenset({
    "the", "and", "of", "to", "for", "with", "your", "you", "how", "what", "this", "that", "are",
    "from", "by", "buy", "our", "why",
})  # fmt: skip
_SEPARATORS = re.compile(r"\s[-\u2010-\u2015|:·•»«<>/~]+\s|[|·•»«!?…]+|[:,.]\s|[.]$")
_LETTERS_OF_A_STEM = 4
_ENOUGH_WORDS = 2
_SAYS_NOTHING = frozenset({
    "the", "and", "for", "with", "your", "you", "from", "how", "what", "why", "guide", "tutorial",
    "introduction", "intro", "learn", "learning", "course", "lesson", "online", "free", "best",
    "complete", "official", "documentation", "docs", "video", "youtube", "home", "homepage",
    "welcome", "page", "www", "com", "org", "net", "html", "index", "http", "https", "part",
    "chapter", "beginner", "beginners", "basics", "new", "get", "all", "about",
})  # fmt: skip


def gone(title: str, *, asked: str) -> str:
    """Return what a page that answers says of itself: `soft_404`, `parked`, `login` or nothing.

    Args:
        title: The page's.
        asked: The address as a plan has it: one about "404" may lead to a page that says so.
    """
    parts = urlsplit(asked)
    about = _SUBJECTS & set(words(unquote(f"{parts.path} {parts.query}")))
    said = {saying for saying in _sayings(title) if not about & set(saying.split())}
    for reason, phrases in (("soft_404", _GONE), ("parked", _PARKED), ("login", _LOGIN)):
        if said & _folded(phrases):
            return reason
    return ""


def misfit(*, promised: str, topic: str, title: str, url: str, language: str) -> str:
    """Return why a page is not what a link promised, as a code, or nothing where it may be.

    Args:
        promised: The link's title in the plan.
        topic: What the learner wants to learn, and what else tells about the task.
        title: The page's own, or empty.
        url: Where the page is: its host and path speak, too.
        language: The plan's, as a BCP 47 tag.
    """
    found = _stems(title)
    wanted = _stems(promised) | _stems(topic)
    if len(found) < _ENOUGH_WORDS or not wanted:
        return ""
    parts = urlsplit(url)
    place = " ".join((parts.hostname or "", unquote(parts.path), unquote(parts.query)))
    if _share(found | _stems(place), wanted):
        return ""
    # Only where both are surely English can "no word in common" mean anything.
    english = language.lower().split("-")[0] == "en" and bool(_ENGLISH & set(words(title)))
    return "other_subject" if english and wanted == frozenset(filter(str.isascii, wanted)) else ""


def _sayings(title: str) -> frozenset[str]:
    """The title, and each part of it between separators, folded."""
    parts = (title, *_SEPARATORS.split(title))
    return frozenset(" ".join(words(part)) for part in parts if part)


@cache
def _folded(phrases: tuple[str, ...]) -> frozenset[str]:
    return frozenset(" ".join(words(phrase)) for phrase in phrases)


def _stems(text: str) -> frozenset[str]:
    return frozenset(
        word for word in words(text) if word not in _SAYS_NOTHING and word not in _ENGLISH
    )


def _share(found: frozenset[str], wanted: frozenset[str]) -> bool:
    """Whether a word of one begins as one of the other does, or is written together in it."""
    if found & wanted:
        return True
    return any(
        one.startswith(other[:_LETTERS_OF_A_STEM]) or other in one or one in other
        for one in found
        for other in wanted
        if min(len(one), len(other)) >= _LETTERS_OF_A_STEM
    )

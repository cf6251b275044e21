"""Is a plan written in the language that was asked for?

Judged over all of its prose and only where the case is clear: by script, and among languages that
share the Latin one by their commonest small words. A detector would know more languages and more
certainly, and costs each worker 90 MB for a question that is asked once a plan.
"""

# ruff: noqa: RUF001 - letters of other languages

import re
import unicodedata
from collections import Counter

# Names of scripts as Unicode spells them at the front of a letter's name.
_SCRIPTS = {
    "zh": {"CJK"},
    "ja": {"HIRAGANA", "KATAKANA"},  # Chinese has none of them
    "ko": {"HANGUL"},
    "ru": {"CYRILLIC"},
    "uk": {"CYRILLIC"},
    "bg": {"CYRILLIC"},
    "ar": {"ARABIC"},
    "fa": {"ARABIC"},
    "ur": {"ARABIC"},
    "he": {"HEBREW"},
    "el": {"GREEK"},
    "hi": {"DEVANAGARI"},
    "bn": {"BENGALI"},
    "ta": {"TAMIL"},
    "th": {"THAI"},
}
_SMALL_WORDS = {
    "en": "the and of to in with for your you is are this that what how from on it an one",
    "de": "der die das und mit für ein eine zu im ist nicht auf den dem wie was dein deine von",
    "fr": "le la les des et une un pour avec dans est que vous votre du au sur en qui ce",
    "es": "el la los las y una un para con en de que tu lo del al cómo por es su",
    "pt": "o a os as e uma um para com em de que seu sua do da no na como não",
    "it": "il lo la gli le e una un per con di che tuo tua del della come non è nel",
    "nl": "de het een en met voor van je in is op te niet wat hoe dat die zijn aan uit",
    "sv": "och att en ett med för av på det som är du din den till i hur vad inte om",
    "da": "og at en et med for af på det som er du din den til i hvordan hvad ikke om",
    "nb": "og å en et med for av på det som er du din den til i hvordan hva ikke om",
    "pl": "i w na z do się nie jest to jak co oraz dla po od twój że przez o czy",
    "cs": "a v na se je to že s z do pro jak co nebo si jsou jako po ve ale",
    "fi": "ja on se että ei ole sen kun mitä kuin tai myös voi tämä miten joka ovat",
    "hu": "a az és hogy nem egy is meg ez van mint vagy ha mit hogyan el",
    "ro": "și de la în un o cu pe să este care pentru din ce nu sau cum",
    "id": "yang dan di untuk dengan dari ini itu adalah dalam tidak pada anda ke atau cara",
    "vi": "và của là có các cho một bạn với trong không để những được này cách",
    "tr": "ve bir bu için ile da de ne nasıl olarak daha çok en gibi kadar sonra her mi var",
}
_SAME = {"no": "nb", "nn": "nb"}
_WORDS = {code: frozenset(words.split()) for code, words in _SMALL_WORDS.items()}
_ENOUGH_LETTERS = 200
_FOREIGN = 0.1
_ENOUGH_WORDS = 40
_CLEARLY = 3


def is_clearly_another(text: str, language: str) -> bool:
    """Return whether `text` is clearly not written in `language`.

    Args:
        text: All prose of a plan, tools and code in it included.
        language: A BCP 47 tag; a script in it (`sr-Latn`) counts. One that is not known here is
            never said to be missed.
    """
    code, *rest = language.lower().replace("_", "-").split("-")
    code = _SAME.get(code, code)
    letters = [letter for letter in text if letter.isalpha()]
    if len(letters) < _ENOUGH_LETTERS:
        return False
    if code in _SCRIPTS and "latn" not in rest:
        own = sum(_script(letter) in _SCRIPTS[code] for letter in letters)
        return own < len(letters) * _FOREIGN
    if code not in _WORDS:
        return False
    latin = sum(_script(letter) == "LATIN" for letter in letters)
    if latin < len(letters) / 2:
        return True
    return _reads_as_another(text, code)


def _reads_as_another(text: str, code: str) -> bool:
    said = Counter(re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", text.casefold())))
    if sum(said.values()) < _ENOUGH_WORDS:
        return False
    hits = {
        other: sum(count for word, count in said.items() if word in words)
        for other, words in _WORDS.items()
    }
    best = max(hits, key=lambda other: hits[other])
    return hits[best] >= _CLEARLY * max(1, hits[code]) and hits[best] >= _ENOUGH_WORDS / 4


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").split(" ")[0]

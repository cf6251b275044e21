"""A plan in another language than the one that was asked for is noticed, where that is clear."""

# ruff: noqa: E501, RUF001 - other scripts

from __future__ import annotations

import pytest

from learnbase.planning.language import is_clearly_another

PROSE = {
    "en": "Install the tools and write your first program. Read how variables are declared and"
    " what the type of a value is. This is the week in which you learn to read an error message"
    " and to find the line that it is about. Practice with the small exercises for an hour.",
    "de": "Installiere die Werkzeuge und schreibe dein erstes Programm. Lies, wie Variablen"
    " deklariert werden und was der Typ von einem Wert ist. In der Woche lernst du, wie man eine"
    " Fehlermeldung liest und die Zeile findet, um die es geht. Übe mit den kleinen Aufgaben.",
    "es": "Instala las herramientas y escribe tu primer programa. Lee cómo se declaran las"
    " variables y qué es el tipo de un valor. En la semana aprendes a leer un mensaje de error y"
    " a encontrar la línea de la que se trata. Practica con los ejercicios para una hora.",
    "pt-BR": "Instale as ferramentas e escreva o seu primeiro programa. Leia como as variáveis são"
    " declaradas e o que é o tipo de um valor. Na semana você aprende a ler uma mensagem de erro e"
    " a encontrar a linha de que se trata. Pratique com os exercícios por uma hora no dia.",
    "nb": "Installer verktøyene og skriv det første programmet ditt. Les om hvordan variabler er"
    " deklarert og hva en type er. I uken lærer du å lese en feilmelding og å finne linjen som det"
    " er snakk om. Øv med de små oppgavene en time på dagen, og skriv ned hva du ikke forstår.",
    "cs": "Nainstalujte si nástroje a napište svůj první program. Přečtěte si, jak se deklarují"
    " proměnné a co je to typ hodnoty. V tomto týdnu se naučíte číst chybovou hlášku a najít řádek,"
    " o který jde. Procvičujte hodinu na malých úlohách a pište si, co se vám nedaří, je to pro vás.",
    "fi": "Asenna työkalut ja kirjoita ensimmäinen ohjelmasi. Lue, miten muuttujat esitellään ja mikä"
    " arvon tyyppi on. Tällä viikolla opit lukemaan virheilmoituksen ja löytämään rivin, josta se"
    " kertoo. Harjoittele tunnin ajan ja kirjoita ylös, mitä et ymmärrä, kun se ei ole selvää.",
    "hu": "Telepítsd az eszközöket, és írd meg az első programodat. Olvasd el, hogyan lehet a"
    " változókat megadni, és mi az érték típusa. Ezen a héten megtanulod, hogy mit jelent egy"
    " hibaüzenet, és hogyan találod meg a sort. Gyakorolj egy órát, és írd le, ha valami nem megy.",
    "ro": "Instalează uneltele și scrie primul tău program. Citește cum se declară variabilele și ce"
    " este tipul unei valori. În această săptămână înveți să citești un mesaj de eroare și să"
    " găsești linia la care se referă. Exersează o oră cu exerciții mici, care nu sunt grele.",
    "id": "Pasang alat dan tulis program pertama Anda. Baca cara variabel dideklarasikan dan apa tipe"
    " dari sebuah nilai. Dalam minggu ini Anda belajar membaca pesan kesalahan dan menemukan baris"
    " yang dimaksud. Berlatihlah dengan latihan kecil untuk satu jam, dan tulis yang tidak jelas.",
    "vi": "Cài đặt các công cụ và viết chương trình đầu tiên của bạn. Đọc cách khai báo biến và kiểu"
    " của một giá trị là gì. Trong tuần này bạn học cách đọc một thông báo lỗi và tìm dòng được nói"
    " đến. Luyện tập với các bài nhỏ trong một giờ, và ghi lại những gì bạn không hiểu.",
    "ru": "Установите инструменты и напишите первую программу. Прочитайте, как объявляются"
    " переменные и что такое тип значения. На этой неделе вы научитесь читать сообщение об ошибке"
    " и находить строку, о которой идёт речь. Потренируйтесь на небольших упражнениях в Python.",
    "zh": "安装工具并编写您的第一个程序。阅读变量如何声明以及值的类型是什么。本周您将学习如何阅读错误消息"
    "并找到相关的行。用一小时做小练习。" * 4,
    "ja": "ツールをインストールして、最初のプログラムを書いてください。変数の宣言方法と値の型について読みます。"
    "今週はエラーメッセージの読み方を学びます。" * 4,
}


@pytest.mark.parametrize("language", PROSE)
def test_a_language_is_itself(language: str):
    assert not is_clearly_another(PROSE[language], language)


@pytest.mark.parametrize("language", [name for name in PROSE if name != "en"])
def test_english_in_place_of_it_is_noticed(language: str):
    assert is_clearly_another(PROSE["en"], language)


@pytest.mark.parametrize("written", [name for name in PROSE if name != "en"])
def test_another_one_in_place_of_english_is_noticed(written: str):
    assert is_clearly_another(PROSE[written], "en")


def test_chinese_is_no_japanese():
    assert is_clearly_another(PROSE["zh"], "ja")


def test_code_and_names_are_no_language():
    code = "let x = map(f, xs); guard let y else { return } " * 10
    assert not is_clearly_another(PROSE["de"] + code, "de")


def test_what_is_short_or_unknown_is_let_be():
    assert not is_clearly_another("Install Python and run it", "de")
    assert not is_clearly_another(PROSE["en"], "tlh")


def test_a_script_in_the_tag_counts():
    latin = PROSE["en"].replace("the", "i")
    assert not is_clearly_another(latin, "sr-Latn")

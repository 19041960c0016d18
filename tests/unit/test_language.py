"""Languages: complete, neutral where not shipped, and exact in what they find."""

from __future__ import annotations

import re

import pytest

from bot.language import SHIPPED, Language, language, phrase

PHRASES = {
    "photo", "image", "video", "author", "by", "translation", "source", "first_published_in",
    "opinion", "interview", "statement", "obituary", "live", "read_at", "read_more", "link_in_bio",
}  # fmt: skip
SENSITIVE = {"death", "violence", "suicide", "minors", "accusation"}
KINDS = {"opinion", "interview", "statement", "obituary", "live"}


def sensitive(code: str, text: str) -> set[str]:
    known = language(code)
    return {name for name, words in known.sensitive.items() if known.finds(words, text)}


# ------------------------------------------------------------------- complete


@pytest.mark.parametrize("code", SHIPPED)
def test_every_language_has_everything(code: str) -> None:
    known = language(code)
    assert known.code == code
    assert set(known.phrases) == PHRASES
    assert all(value == value.strip() and value for value in known.phrases.values())
    assert set(known.sensitive) == SENSITIVE
    assert set(known.kinds) == KINDS
    assert set(known.credits) == {"translator", "first_published", "photo"}
    assert len(known.months) == 12
    assert sorted(set(known.month_forms.values())) == list(range(1, 13))
    assert len(set(known.weekdays)) == 7
    assert set(known.names.values()) >= set(SHIPPED)
    assert known.rtl == (code == "ar")
    lists = (known.relative_days, known.clickbait, known.breaking, known.engagement, known.methods)
    for words in lists:
        assert len(words) >= 3


@pytest.mark.parametrize("code", SHIPPED)
def test_every_harmless_phrase_spares_something(code: str) -> None:
    known = language(code)
    lists = [*known.sensitive.values(), known.relative_days]
    for idiom in known.harmless:
        said = idiom.rstrip("*")
        assert any(known.finds(words, said) for words in lists), idiom
        assert not any(known.finds(words, said, known.harmless) for words in lists), idiom


@pytest.mark.parametrize("code", SHIPPED)
def test_lists_are_lower_case_and_hold_nothing_twice(code: str) -> None:
    known = language(code)
    lists = [
        *known.sensitive.values(),
        *known.kinds.values(),
        known.relative_days,
        known.clickbait,
        known.breaking,
        known.engagement,
        known.methods,
        known.harmless,
    ]
    for words in lists:
        assert [word for word in words if known.fold(word) != known.fold(word.lower())] == []
        assert not [word for word in words if "{" in word]
        assert len(set(words)) == len(words), {w for w in words if words.count(w) > 1}
    for dotted in (known.abbreviations, known.may_end, known.before_number):
        assert all(word.endswith((".", ".-")) or "." in word or "/" in word for word in dotted)


@pytest.mark.parametrize("code", SHIPPED)
def test_every_listed_word_finds_itself(code: str) -> None:
    known = language(code)
    for words in (*known.sensitive.values(), known.relative_days, known.clickbait):
        for word in words:
            assert known.finds([word], f"x {word.rstrip('*')} y"), word


@pytest.mark.parametrize("code", SHIPPED)
def test_credit_patterns_compile(code: str) -> None:
    for sources in language(code).credits.values():
        for source in sources:
            assert re.compile(source, re.IGNORECASE).groups
            assert "{" not in re.sub(r"\{\d+(,\d*)?\}", "", source)


def test_the_primary_tag_decides_and_is_read_once() -> None:
    assert language("pt-BR") is language("pt") is language("PT_br")


@pytest.mark.parametrize("code", ["", "sv", "xx-YY", "english", "../en"])
def test_an_unknown_language_is_neutral_and_never_english(code: str) -> None:
    known = language(code)
    assert isinstance(known, Language)
    assert not known.phrases
    assert not known.sensitive
    assert phrase(code, "photo") == ""
    assert known.credit("photo", "Photo: AFP") is None


def test_a_missing_phrase_is_empty() -> None:
    assert phrase("fr", "photo") == "Photo"
    assert phrase("fr", "nothing of the kind") == ""


# ---------------------------------------------------------------------- finds


@pytest.mark.parametrize(
    ("code", "words", "text", "found"),
    [
        ("en", ["dead"], "The deadline is dead; Dead end.", ["dead"]),
        ("en", ["kill*"], "Two Killed, one overkill", ["Killed"]),
        ("en", ["you won't believe"], "YOU WON’T BELIEVE it", ["YOU WON’T BELIEVE"]),
        ("en", ["self harm*"], "about self-harming", ["self-harming"]),
        ("fr", ["assassin*"], "L’assassinat d'Ali", ["assassinat"]),
        ("de", ["17 jährig*"], "eine 17-Jährige", ["17-Jährige"]),
        ("tr", ["işçi", "ılık"], "İŞÇİ ILIK", ["İŞÇİ", "ILIK"]),
        ("tr", ["ankara"], "Ankara'da grev", ["Ankara"]),
        ("es", ["niñ*"], "los nin\u0303os y NIÑAS", ["nin\u0303os"]),
        ("ar", ["قتلى"], "سقوط عشرات القتلى", ["القتلى"]),
        ("ar", ["أطفال"], "والأطفال", ["والأطفال"]),
        ("ar", ["وفاة"], "وَفَاةُ شاب", ["وَفَاةُ"]),
        ("ar", ["بيان"], "تبيان", []),
        ("en", [], "text", []),
        ("en", ["*"], "text", []),
        ("en", ["x"], "", []),
    ],
)
def test_finds_whole_words(code: str, words: list[str], text: str, found: list[str]) -> None:
    assert language(code).finds(words, text) == found


def test_finds_in_the_order_of_the_text_and_each_once() -> None:
    assert language("en").finds(["b", "a"], "a b a") == ["a", "b"]


@pytest.mark.parametrize(
    ("code", "text", "categories"),
    [
        ("en", "Teenager, 15, shot dead by police", {"death", "violence", "minors"}),
        ("en", "Deadline for migrants as living costs rise", set()),
        ("en", "A 15-year-old was arrested", {"minors", "accusation"}),
        ("es", "Un niño murió tras la balacera", {"death", "violence", "minors"}),
        ("es", "Suben los salarios en la industria", set()),
        (
            "pt",
            "Adolescente é morto a tiros; policial é suspeito",
            {"death", "violence", "minors", "accusation"},
        ),
        ("pt", "Greve dos professores em São Paulo", set()),
        ("fr", "Deux enfants tués dans un bombardement", {"death", "violence", "minors"}),
        ("fr", "La grève à la SNCF continue", set()),
        ("de", "17-Jährige nach Messerangriff gestorben", {"death", "violence", "minors"}),
        ("de", "Streik bei der Bahn geht weiter", set()),
        ("it", "Uccisa a coltellate, arrestato il marito", {"death", "violence", "accusation"}),
        ("it", "Sciopero dei treni a Milano", set()),
        ("ca", "Detingut l'agressor d'una menor d'edat", {"violence", "minors", "accusation"}),
        ("ca", "Vaga a l'ensenyament", set()),
        ("tr", "Çocuk işçi hayatını kaybetti", {"death", "minors"}),
        ("tr", "Metal işçileri greve çıktı", set()),
        ("ar", "مقتل طفلين في غارة", {"death", "violence"}),
        ("ar", "انتحار شاب", {"suicide"}),
        ("ar", "إضراب عمال السكك الحديدية", set()),
        ("fr", "Il s’est donné la mort", {"death", "suicide"}),
        ("de", "Er nahm sich das Leben", {"suicide"}),
        ("de", "Junge Menschen in Not", set()),
        ("pt", "Casos de meningite sobem", set()),
        ("ar", "حدث كبير في قصر العدل", set()),
        ("it", "La fermata della metro", set()),
        ("ca", "Un tret distintiu", set()),
    ],
)
def test_sensitive_words(code: str, text: str, categories: set[str]) -> None:
    assert sensitive(code, text) == categories


@pytest.mark.parametrize(
    ("code", "plain", "bait", "urgent"),
    [
        ("en", "Developing countries in urgent need", "You won’t believe this", "BREAKING: strike"),
        ("es", "Ahora el truco del gobierno", "No vas a creer lo que pasó", "ÚLTIMA HORA: huelga"),
        ("fr", "Une hausse en flèche", "Vous n’allez pas y croire", "Alerte info : grève"),
        (
            "de",
            "Und ihr aktueller Lohn",
            "Du wirst nicht glauben, was",
            "+++ EILMELDUNG +++ Streik",
        ),
        ("tr", "Acil servis işçileri", "Gördüğünüze inanamayacaksınız", "SON DAKİKA: grev"),
        ("ar", "إضراب في البلاد", "لن تصدق ما حدث", "عاجل: إضراب"),
    ],
)
def test_bait_and_breaking(code: str, plain: str, bait: str, urgent: str) -> None:
    known = language(code)
    assert not known.finds((*known.clickbait, *known.breaking, *known.engagement), plain)
    assert known.finds(known.clickbait, bait)
    assert known.finds(known.breaking, urgent)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "The strike begins on Monday"), ("es", "La huelga empieza el lunes"),
        ("pt", "A greve começa na segunda-feira"), ("fr", "La grève commence lundi"),
        ("de", "Der Streik beginnt am Montag"), ("it", "Lo sciopero inizia lunedì"),
        ("ca", "La vaga comença dilluns"), ("tr", "Grev pazartesi günü başlıyor"),
        ("ar", "يبدأ الإضراب يوم الاثنين"),
    ],
)  # fmt: skip
def test_weekdays_are_relative(code: str, text: str) -> None:
    known = language(code)
    assert known.finds(known.relative_days, text)
    assert not known.finds(known.relative_days, "2026")


# -------------------------------------------------------------------- credits


@pytest.mark.parametrize(
    ("code", "line", "who"),
    [
        ("en", "Translation by K.S. Mehta", "K.S. Mehta"),
        ("en", "Translated from the Spanish by Otto Fors.", "Otto Fors"),
        ("es", "Traducción: Juan Pérez", "Juan Pérez"),
        ("pt", "Tradução: Ana Souza", "Ana Souza"),
        ("fr", "Traduit de l’espagnol par Marie Dupont", "Marie Dupont"),
        ("de", "Aus dem Spanischen übersetzt von Max Müller", "Max Müller"),
        ("de", "Übersetzung: Max Müller", "Max Müller"),
        ("it", "Traduzione di Marco Rossi", "Marco Rossi"),
        ("ca", "Traducció: Jordi Puig", "Jordi Puig"),
        ("tr", "Çeviri: Ayşe Yılmaz", "Ayşe Yılmaz"),
        ("ar", "ترجمة: محمد علي", "محمد علي"),
    ],
)
def test_translator(code: str, line: str, who: str) -> None:
    assert (language(code).credit("translator", line) or {})["who"] == who


OUTLET = "La Izquierda Diario"


@pytest.mark.parametrize(
    ("code", "line", "tag", "date"),
    [
        ("en", "First published in Spanish on July 26 in {}.", "es", "July 26"),
        ("en", "This article was originally published in {} on July 26, 2022", "", "July 26, 2022"),
        ("es", "Publicado originalmente en inglés el 26 de julio en {}.", "en", "26 de julio"),
        ("pt", "Publicado originalmente em espanhol a 26 de julho no {}.", "es", "26 de julho"),
        ("fr", "Initialement publié en espagnol le 1er août 2022 dans {}.", "es", "1er août 2022"),
        ("de", "Zuerst erschienen auf Spanisch am 26. Juli bei {}.", "es", "26. Juli"),
        ("it", "Pubblicato per la prima volta in spagnolo il 26 luglio su {}.", "es", "26 luglio"),
        ("ca", "Publicat originalment en castellà el 26 de juliol a {}.", "es", "26 de juliol"),
        ("tr", "Bu yazı ilk olarak 26 Temmuz'da {}'da İspanyolca yayımlandı.", "es", "26 Temmuz"),
        ("ar", "نُشر لأول مرة باللغة الإسبانية في 26 يوليو على موقع {}.", "es", "26 يوليو"),
        ("de", "Zuerst auf {} veröffentlicht.", "", ""),
        ("fr", "(Première publication : {})", "", ""),
    ],
)  # fmt: skip
def test_first_publication(code: str, line: str, tag: str, date: str) -> None:
    parts = language(code).credit("first_published", line.format(OUTLET)) or {}
    assert (parts.get("language", ""), parts.get("date", "")) == (tag, date)
    assert parts["outlet"] == OUTLET


@pytest.mark.parametrize(
    ("code", "line", "who"),
    [
        ("en", "A march in Chiapas. Photo: AFP", "AFP"),
        ("en", "(Photo by Jane Doe/Reuters)", "Jane Doe/Reuters"),
        ("en", "Image by the Economist, Satoshi Kimbayashi", "Economist, Satoshi Kimbayashi"),
        ("es", "Foto: Enfoque Rojo", "Enfoque Rojo"),
        ("pt", "Foto: Agência Brasil", "Agência Brasil"),
        ("fr", "Crédit photo : O Phil des Contrastes", "O Phil des Contrastes"),
        ("de", "Titelbild: dpa", "dpa"),
        ("it", "Foto di Maria Bianchi", "Maria Bianchi"),
        ("ca", "Fotografia: Pau Vidal", "Pau Vidal"),
        ("tr", "Fotoğraf: Ayşe Yılmaz", "Ayşe Yılmaz"),
        ("ar", "الصورة: رويترز", "رويترز"),
        ("fr", "© 2023 AFP", "AFP"),
    ],
)
def test_photo(code: str, line: str, who: str) -> None:
    assert (language(code).credit("photo", line) or {})["who"] == who


@pytest.mark.parametrize(
    ("code", "kind", "line"),
    [
        ("en", "translator", "Translation by machine is growing fast in newsrooms."),
        ("en", "photo", "In the photo: a man holds a sign"),
        ("fr", "translator", "Traduit par nos soins"),
        ("en", "first_published", "The report was first published."),
        ("es", "photo", "Foto: " + "Palabra " * 60),
        ("de", "translator", "Die Übersetzung von Texten ist schwer"),
        ("en", "translator", ""),
    ],
)
def test_prose_is_no_credit(code: str, kind: str, line: str) -> None:
    assert language(code).credit(kind, line) is None

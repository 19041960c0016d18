from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.language import SHIPPED
from bot.site import page
from bot.site.page._language import detect, judged

STORIES = {
    "en": "The workers of the harbour have been on strike since Monday, and they say that they "
    "will not go back to work before the night shift is paid. It was the third time this year "
    "that the crews stopped, but the authority has not said what it would do about it.",
    "es": "Los trabajadores del puerto están en huelga desde el lunes y dicen que no volverán al "
    "trabajo hasta que se les pague el turno de noche. Es la tercera vez este año que las "
    "cuadrillas paran, pero la autoridad no ha dicho qué hará con ellos ni cuándo.",
    "pt": "Os trabalhadores do porto estão em greve desde segunda-feira e dizem que não voltam ao "
    "trabalho até que lhes seja pago o turno da noite. É a terceira vez este ano que as equipas "
    "param, mas a autoridade não disse o que vai fazer com isso nem quando.",
    "fr": "Les travailleurs du port sont en grève depuis lundi et ils disent qu'ils ne "
    "reprendront pas le travail avant que l'équipe de nuit ne soit payée. C'est la troisième "
    "fois cette année que les équipes s'arrêtent, mais la direction n'a pas dit ce qu'elle fera.",
    "de": "Die Arbeiter im Hafen sind seit Montag im Streik und sagen, dass sie nicht zurück an "
    "die Arbeit gehen, bis die Nachtschicht bezahlt wird. Es ist das dritte Mal in diesem Jahr, "
    "dass die Kolonnen stehen, aber die Behörde hat nicht gesagt, was sie tun wird.",
    "it": "I lavoratori del porto sono in sciopero da lunedì e dicono che non torneranno al "
    "lavoro finché non sarà pagato il turno di notte. È la terza volta quest'anno che le squadre "
    "si fermano, ma l'autorità non ha detto che cosa farà con loro né quando.",
    "ca": "Els treballadors del port estan en vaga des de dilluns i diuen que no tornaran a la "
    "feina fins que els paguin el torn de nit. És la tercera vegada aquest any que les colles "
    "s'aturen, però l'autoritat no ha dit què farà amb això ni quan.",
    "tr": "Liman işçileri pazartesi gününden bu yana grevde ve gece vardiyası ödenmeden işe "
    "dönmeyeceklerini söylüyor. Bu yıl ekiplerin üçüncü kez durduğu bir grev oldu, ancak yönetim "
    "bu konuda ne yapacağını daha açıklamadı ve her şey olduğu gibi kaldı.",
    "ar": "يواصل عمال الميناء إضرابهم منذ يوم الاثنين، ويقولون إنهم لن يعودوا إلى العمل قبل دفع "
    "أجور نوبة الليل. هذه هي المرة الثالثة هذا العام التي تتوقف فيها الفرق عن العمل.",
}


@pytest.mark.parametrize("code", SHIPPED)
def test_every_shipped_language_is_known_by_its_words(code: str) -> None:
    assert detect([STORIES[code]]) == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Loft",
        "Рабочие порта бастуют с понедельника и говорят, что не вернутся на работу.",
        "港の労働者は月曜日からストライキをしている。",
        "کارگران بندر از روز دوشنبه در اعتصاب هستند و می‌گویند که به کار برنمی‌گردند.",
        "De arbeiders in de haven staken sinds maandag en zeggen dat zij niet terugkeren naar het "
        "werk voordat de nachtploeg wordt betaald, en dat is niet voor het eerst.",
        "Pracownicy portu strajkują od poniedziałku i mówią, że nie wrócą do pracy, dopóki nocna "
        "zmiana nie dostanie zapłaty. To już trzeci raz w tym roku.",
    ],
)
def test_what_is_not_clear_has_no_language(text: str) -> None:
    assert detect([text]) == ""


@pytest.mark.parametrize("code", SHIPPED)
@pytest.mark.parametrize("told", ["en", "de", "es"])
def test_many_words_refute_a_declaration(code: str, told: str) -> None:
    text = [STORIES[code], STORIES[code]]
    assert judged(told, text) == ((code, "") if code == told else (code, told))


@pytest.mark.parametrize(
    ("told", "text"),
    [
        ("de", ["„We will not go back before the night shift is paid“", STORIES["de"]]),
        ("es", [STORIES["es"], "The workers of the harbour have been on strike since Monday."]),
        ("en", ["Die Arbeiter im Hafen sind im Streik."]),  # too little to refute by
        ("nl", [STORIES["de"]] * 3),  # of which nothing is known here
        ("ca", [STORIES["ca"], STORIES["es"]]),
    ],
)
def test_a_declaration_stands_where_it_may_be_right(told: str, text: list[str]) -> None:
    assert judged(told, text) == (told, "")


def test_a_page_is_in_the_language_of_its_words_and_says_what_it_declared() -> None:
    body = (
        '<html lang="en"><head></head><body><h1>Streik im Hafen</h1>'
        f"<p>{STORIES['de']}</p><p>Seit gestern: {STORIES['de']}</p></body></html>"
    )
    article = page.read(body.encode(), "https://harbour.example/a/", fallback=False)
    assert (article.language, article.language_doubt) == ("de", "en")


def test_a_page_that_declares_nothing_is_in_the_language_of_its_words() -> None:
    body = f"<html><body><h1>Grève au port</h1><p>{STORIES['fr']}</p></body></html>"
    article = page.read(body.encode(), "https://harbour.example/a/", fallback=False)
    assert (article.language, article.language_doubt) == ("fr", "")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=200), max_size=5))
def test_any_text_is_judged(text: list[str]) -> None:
    language, doubt = judged("de", text)
    assert doubt in ("", "de")
    assert language in SHIPPED

"""Every “never” and every flag of the house rules, each in at least three languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.editorial import Occasion, Sensitive, hashtags, problems, repeats, review_reasons
from bot.model import Article, FirstPublication, Image, Kind, Media, Problem, Teaser

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ARTICLE = Article(url="https://harbour.example/1", headline="x", published_at=NOW)


def article(lang: str, headline: str = "", **more: object) -> Article:
    return replace(ARTICLE, language=lang, headline=headline, **more)


def found(
    piece: Article,
    said: str | None = None,
    *,
    sensitive: bool = False,
    media: Sequence[Media] = (),
    occasion: Occasion = Occasion(NOW),  # noqa: B008
) -> dict[str, Problem]:
    teaser = Teaser(piece.headline if said is None else said, media=tuple(media))
    return {each.code: each for each in problems(piece, teaser, occasion, sensitive=sensitive)}


# ------------------------------------------------------------------ what always waits

SENSITIVE = [
    ("death", "en", "Three dockers killed on the quay"),
    ("death", "es", "Tres estibadores mueren en el muelle"),
    ("death", "fr", "Trois dockers tués sur le quai"),
    ("death", "de", "Drei Hafenarbeiter am Kai getötet"),
    ("death", "tr", "Rıhtımda üç işçi öldü"),
    ("death", "ar", "مقتل ثلاثة عمال في الميناء"),
    ("violence", "en", "Police open fire on the picket"),
    ("violence", "es", "Un tiroteo en el puerto"),
    ("violence", "it", "Una violenta esplosione nel porto"),
    ("suicide", "en", "Inquiry into the suicide of a student"),
    ("suicide", "pt", "Inquérito ao suicídio de um estudante"),
    ("suicide", "de", "Untersuchung nach dem Suizid eines Studenten"),
    ("minors", "en", "Children join the march"),
    ("minors", "fr", "Des enfants rejoignent la marche"),
    ("minors", "ca", "Infants a la manifestació"),
    ("accusation", "en", "The mayor is accused of taking bribes"),
    ("accusation", "es", "El alcalde, acusado de soborno"),
    ("accusation", "it", "Il sindaco accusato di corruzione"),
]


@pytest.mark.parametrize(("category", "lang", "headline"), SENSITIVE)
def test_grave_matters_always_wait(category: str, lang: str, headline: str) -> None:
    reasons = {each.code: each for each in review_reasons(article(lang, headline), Sensitive())}
    assert f"sensitive-{category}" in reasons
    assert not any(each.blocking for each in reasons.values())


@pytest.mark.parametrize(
    ("lang", "headline"),
    [
        ("en", "The deadline for the port’s budget moves"),
        ("es", "El puerto presenta su presupuesto"),
        ("fr", "Le port présente son budget"),
        ("de", "Der Hafen stellt seinen Haushalt vor"),
        ("ar", "الميناء يعرض ميزانيته"),
    ],
)
def test_ordinary_news_waits_for_nobody(lang: str, headline: str) -> None:
    assert review_reasons(article(lang, headline), Sensitive()) == []


@pytest.mark.parametrize(
    ("lang", "idiom", "grave"),
    [
        ("en", "Talks hit a dead end", "Two dead"),
        ("es", "Cómo matar el tiempo", "Vuelven a matar"),
        ("fr", "L’accord au point mort", "Un mort"),
        ("de", "Verhandlungen am toten Punkt", "Die Toten von Kassel"),
        ("tr", "Kurban Bayramı tatili", "Kazada bir kurban"),
        ("ar", "انفجار أسعار الخبز", "انفجار في المصنع"),
    ],
)
def test_an_idiom_is_no_deed_and_hides_none(lang: str, idiom: str, grave: str) -> None:
    assert review_reasons(article(lang, idiom), Sensitive()) == []
    assert review_reasons(article(lang, f"{idiom}. {grave}"), Sensitive())


@pytest.mark.parametrize(
    ("lang", "headline"),
    [
        ("en", "Tamir, 12, wins the cup"),
        ("fr", "Nahel, 16 ans, sacré champion"),
        ("es", "Abril, 9 años, cruza el río a nado"),
        ("de", "Leon (15) gewinnt das Rennen"),
        ("it", "Sara, 11 anni, scrive al ministro"),
    ],
)
def test_a_name_with_a_minors_age_waits(lang: str, headline: str) -> None:
    (reason,) = review_reasons(article(lang, headline), Sensitive())
    assert reason.code == "sensitive-minors"
    for figure in ("12", "16", "9", "15", "11"):
        headline = headline.replace(f" {figure}", " 34").replace(f"({figure}", "(34")
    assert review_reasons(article(lang, headline), Sensitive()) == []


@pytest.mark.parametrize(
    "headline", ["On March 3, 12, and 14", "The strike, 12 years on", "In 2019, 12, then 9"]
)
def test_a_figure_after_a_comma_is_no_age(headline: str) -> None:
    assert review_reasons(article("en", headline), Sensitive()) == []


@pytest.mark.parametrize(
    "piece",
    [
        article("en", "x", dek="Two were killed."),
        article("en", "x", social_title="Two killed"),
        article("en", "x", body=("Two were killed.",)),
        article("en", "x", tags=("murder",)),
        article("en", "x", section="Murder"),
        article("en", "Ana Lima, docker", kind=Kind.OBITUARY),
    ],
)
def test_every_field_that_a_teaser_may_show_is_read(piece: Article) -> None:
    assert review_reasons(piece, Sensitive())


def test_what_a_teaser_says_beyond_that_is_read_too() -> None:
    piece = article("en", "x", body=("Ships wait at the quay. " * 15, "Two were killed."))
    assert review_reasons(piece, Sensitive()) == []
    assert review_reasons(piece, Sensitive(), text="Two were killed.")


def test_a_byline_is_no_deed() -> None:
    piece = article("ar", "إضراب في الميناء", authors=("ليلى حداد",))
    assert review_reasons(piece, Sensitive(), text="إضراب في الميناء\nبقلم ليلى حداد") == []
    assert review_reasons(piece, Sensitive(), text="البلد في حداد")


@pytest.mark.parametrize(
    ("lists", "code"),
    [
        (Sensitive(sections=("Tribunales",)), "sensitive-section"),
        (Sensitive(tags=("Juicio",)), "sensitive-tag"),
        (Sensitive(words=("muelle*",)), "sensitive-word"),
    ],
)
def test_a_site_adds_its_own(lists: Sensitive, code: str) -> None:
    piece = article("es", "Los muelles, en obras", section="tribunales", tags=("JUICIO",))
    (reason,) = review_reasons(piece, lists)
    assert reason.code == code


# --------------------------------------------------------------------- words of the day

DAYS = [
    ("en", "The port reopens tomorrow"),
    ("es", "El puerto cerró ayer"),
    ("fr", "Le port rouvre demain"),
    ("de", "Der Hafen schließt heute"),
    ("tr", "Liman bugün kapandı"),
]


@pytest.mark.parametrize(("lang", "said"), DAYS)
def test_a_day_word_is_flagged_on_another_day_only(lang: str, said: str) -> None:
    piece = article(lang, said)
    assert "relative-day" not in found(piece)
    later = Occasion(NOW, NOW + timedelta(days=1))
    assert "relative-day" in found(piece, occasion=later)
    assert "relative-day" in found(replace(piece, published_at=NOW - timedelta(days=1)))
    assert "relative-day" in found(replace(piece, published_at=None))
    assert "relative-day" in found(replace(piece, translators=("A. B.",)))
    first = FirstPublication("First published in El Faro.")
    assert "relative-day" in found(replace(piece, first_publication=first))


def test_the_day_is_the_sites_own() -> None:
    piece = article("en", "Closed today", published_at=datetime(2026, 11, 22, 22, tzinfo=UTC))
    slot = datetime(2026, 11, 23, 2, tzinfo=UTC)
    assert "relative-day" in found(piece, occasion=Occasion(NOW, slot))
    lima = ZoneInfo("America/Lima")
    assert "relative-day" not in found(piece, occasion=Occasion(NOW, slot, lima))


# ------------------------------------------------------------------------- the nevers


@pytest.mark.parametrize(
    ("lang", "headline", "proposal"),
    [
        ("en", "PORT STOPS AGAIN", "Port stops again"),
        ("es", "EL PUERTO PARA OTRA VEZ", "El puerto para otra vez"),
        ("tr", "İŞÇİLER LİMANI KAPATTI", "İşçiler limanı kapattı"),
    ],
)
def test_all_capitals_are_held_with_a_proposal(lang: str, headline: str, proposal: str) -> None:
    assert proposal in found(article(lang, headline))["all-caps"].message
    assert "all-caps" not in found(article(lang, proposal))


def test_a_proposal_spells_names_as_the_article_does() -> None:
    piece = article("en", "AMAZON WORKERS WIN IN BESSEMER", dek="The Amazon hub in Bessemer votes.")
    assert "Amazon workers win in Bessemer" in found(piece)["all-caps"].message


def test_a_line_in_capitals_is_held_too() -> None:
    problem = found(article("en", "The port stops"), "The port stops\nREAD THIS NOW, ALL OF IT")
    assert "Read this now, all of it" in problem["all-caps"].message


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "Breaking the strike takes weeks"),
        ("en", "A record-breaking year for rents"),
        ("es", "Piden ayuda urgente para el hospital"),
        ("fr", "Un besoin urgent de soignants"),
        ("it", "Serve un piano urgente per i treni"),
    ],
)
def test_a_word_in_a_sentence_cries_nothing(lang: str, said: str) -> None:
    assert not found(article(lang, said))


@pytest.mark.parametrize(("lang", "said"), [("en", "It is BREAKING now"), ("de", "+++ EIL +++ x")])
def test_it_cries_in_capitals_anywhere(lang: str, said: str) -> None:
    assert "breaking" in found(article(lang, said))


BREAKING = [
    ("en", "BREAKING: the port stops", "Breaking news"),
    ("es", "Última hora: para el puerto", "Última hora"),
    ("de", "Eilmeldung: Der Hafen steht still", "Eilmeldung"),
]


@pytest.mark.parametrize(("lang", "headline", "tag"), BREAKING)
def test_breaking_only_where_the_piece_is_classed_so(lang: str, headline: str, tag: str) -> None:
    piece = article(lang, headline)
    assert "breaking" in found(piece)
    assert "breaking" not in found(replace(piece, tags=(tag,)))
    assert "breaking" not in found(replace(piece, kind=Kind.LIVE))


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "You won’t believe what the port did"),
        ("es", "No vas a creer lo que hizo el puerto"),
        ("fr", "Vous n’en croirez pas vos yeux : le port s’arrête"),
    ],
)
def test_bait_is_flagged(lang: str, said: str) -> None:
    assert "clickbait" in found(article(lang, said))


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "Two dockers died. What do you think?"),
        ("es", "Murieron dos estibadores. ¿Qué opinas?"),
        ("fr", "Deux dockers sont morts. Qu’en pensez-vous ?"),
    ],
)
def test_readers_are_asked_nothing_about_a_death(lang: str, said: str) -> None:
    assert "engagement" in found(article(lang, said), sensitive=True)
    assert "engagement" not in found(article(lang, said))


@pytest.mark.parametrize(
    ("lang", "told", "said"),
    [
        ("en", "The student took his own life.", "The student jumped from a bridge"),
        ("es", "Se quitó la vida.", "Se arrojó a las vías del tren"),
        ("fr", "Il s’est donné la mort.", "Il s’est jeté sous un train"),
        ("de", "Er nahm sich das Leben.", "Er starb an einer Überdosis"),
        ("ar", "انتحر العامل.", "العامل قفز من المبنى"),
    ],
)
def test_the_method_of_a_suicide_is_never_told(lang: str, told: str, said: str) -> None:
    piece = article(lang, said, body=(told,))
    assert "leave the method out" in found(piece, sensitive=True)["suicide-method"].message
    assert "suicide-method" not in found(replace(piece, body=()), sensitive=True)


@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", "Two died. #Port"), ("es", "Dos muertos. #Puerto"), ("ar", "قتيلان. #الميناء")],
)
def test_neither_hashtags_nor_video_on_a_grave_matter(lang: str, said: str) -> None:
    video = Media("video", placeholder=True)
    problem = found(article(lang, said), sensitive=True, media=[video])
    assert not problem["sensitive-hashtags"].blocking
    assert problem["sensitive-video"].blocking
    assert not found(article(lang, said), media=[video])


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("mention", "The mayor @mayor says no"),
        ("mention", "El alcalde, @alcalde, no quiere"),
        ("mention", "رئيس البلدية ‏@mayor يرفض"),
        ("cashtag", "Shares of $HRBR fall"),
        ("cashtag", "Caen las acciones de $HRBR"),
        ("cashtag", "Les actions de $HRBR chutent"),
        ("other-link", "More at https://elsewhere.example/a"),
        ("other-link", "Más en www.elsewhere.example"),
        ("other-link", "المزيد في https://elsewhere.example/a"),
        ("pseudo-font", "The 𝗽𝗼𝗿𝘁 stops"),
        ("pseudo-font", "El 𝓹𝓾𝓮𝓻𝓽𝓸 para"),
        ("pseudo-font", "Le Ⓟⓞⓡⓣ ferme"),
        ("emoji", "👉 The port stops"),
        ("emoji", "El puerto ⚓ para"),
        ("emoji", "1️⃣ Le port ferme"),
    ],
)
def test_what_a_text_never_carries(code: str, said: str) -> None:
    assert code in found(article("en", "x"), said)


@pytest.mark.parametrize(
    "said",
    [
        "Write to desk@harbour.example",
        "It costs $40 or US$ 3",
        "The port stops ⚓",
        "25 °C → 30 °C, © Ana, № 4, “x” – … 日本",
    ],
)
def test_what_looks_like_it_and_is_none(said: str) -> None:
    piece = article("en", "x", body=(said,))
    assert not found(piece, said)


def test_the_link_of_the_teaser_is_no_second_one() -> None:
    link = "https://harbour.example/1?a=$HRBR"
    teaser = Teaser(f"The port stops {link}", link=link)
    assert problems(article("en", "x"), teaser, Occasion(NOW)) == []


# -------------------------------------------------------------------------- quotations

QUOTED = [
    (
        "en",
        "“We will not leave this quay,” the union says.",
        "“We will leave this quay,” the union says.",
    ),
    ("fr", "« Nous ne partirons pas », dit le syndicat.", "« Nous partirons », dit le syndicat."),
    ("de", "„Wir gehen nicht“, sagt die Gewerkschaft.", "„Wir gehen“, sagt die Gewerkschaft."),
    ("ar", "قالت النقابة: «لن نغادر الرصيف».", "قالت النقابة: «سنغادر الرصيف»."),
]


@pytest.mark.parametrize(("lang", "said", "altered"), QUOTED)
def test_a_quotation_stands_as_it_was_said(lang: str, said: str, altered: str) -> None:
    piece = article(lang, "x", body=(said,))
    assert not found(piece, said)
    assert "quotation-altered" in found(piece, altered)


@pytest.mark.parametrize(("lang", "said", "_"), QUOTED)
def test_a_quotation_has_its_speaker_and_both_its_marks(lang: str, said: str, _: str) -> None:
    piece = article(lang, "x", body=(said,))
    opening = min(said.find(mark) for mark in "“«„" if mark in said)
    closing = max(said.rfind(mark) for mark in "”»“" if mark in said)
    alone = said[opening : closing + 1]
    assert "quotation-unattributed" in found(piece, alone)
    assert "quotation-open" in found(piece, f"{said[:opening]}x {alone[:-1]}")


def test_other_marks_around_the_same_words_alter_nothing() -> None:
    piece = article("en", "x", body=("“We won’t leave,” she said.",))
    assert not found(piece, '"We won\'t leave," she said.')
    captioned = article("en", "x", image=Image("u", caption="A banner reads “No more nights”."))
    assert not found(captioned, "A banner reads “No more nights”.")


@pytest.mark.parametrize(
    ("lang", "headline", "dek"),
    [
        ("en", "Interview | “We will stay”", "Nurse Ana Gil on eight weeks of strike."),
        ("es", "Entrevista | «Nos quedamos»", "Habla Ana Gil, enfermera del hospital."),
        ("de", "Interview | „Wir bleiben“", "Die Pflegerin Ana Gil über acht Wochen Streik."),
    ],
)
def test_a_label_is_no_speaker_and_the_next_line_may_name_one(
    lang: str, headline: str, dek: str
) -> None:
    piece = article(lang, headline, dek=dek)
    assert "quotation-unattributed" in found(piece)
    for last in ("#Strike", "https://harbour.example/1"):
        assert "quotation-unattributed" in found(piece, f"{headline}\n\n{last}")
    assert "quotation-unattributed" not in found(piece, f"{headline}\n\n{dek}")


def test_a_byline_is_no_speaker() -> None:
    piece = article("en", "“We will stay”")
    assert "quotation-unattributed" in found(piece, "“We will stay”\n\nBy Ana Lima")


def test_a_title_longer_than_anybody_reads_is_flagged() -> None:
    for length, flagged in ((60, False), (61, True)):
        teaser = Teaser("x", title="n" * length)
        codes = {each.code for each in problems(article("en", "x"), teaser, Occasion(NOW))}
        assert ("title-long" in codes) is flagged


# ------------------------------------------------------------------------- small words


@pytest.mark.parametrize(
    ("said", "headline", "same"),
    [
        ("Dockers walk out.", "Dockers walk out", True),
        ("Dockers walk out today.", "Dockers walk out over nights today", True),
        ("Dockers walk out and ships wait outside of the harbour.", "Dockers walk out", False),
        ("Los estibadores paran.", "LOS ESTIBADORES PARAN", True),
        ("قال العمال كلمتهم", "إضراب في الميناء", False),
        ("", "x", True),
    ],
)
def test_a_dek_that_says_the_same_is_known(said: str, headline: str, same: bool) -> None:
    assert repeats(said, headline) is same


@pytest.mark.parametrize(
    ("lang", "headline", "tags", "expected"),
    [
        (
            "en",
            "The labor movement wins",
            ("Featured", "labor movement", "cranes"),
            ["#LaborMovement"],
        ),
        ("es", "El acero de Ávila, en portada", ("Portada", "Ávila", "ávila"), ["#Ávila"]),
        ("de", "Streik bei der Bahn", ("Startseite", "Bahn"), ["#Bahn"]),
        ("fr", "Rien", ("Uncategorized", "grève"), []),
        ("en", "Rosa Brun writes", ("Rosa Brun",), []),
    ],
)
def test_a_hashtag_occurs_in_the_article(
    lang: str, headline: str, tags: tuple[str, ...], expected: list[str]
) -> None:
    assert hashtags(article(lang, headline, tags=tags, authors=("Rosa Brun",)), {}) == expected


def test_the_sites_own_hashtags_come_first_and_need_not_occur() -> None:
    piece = article("en", "Cranes stop", tags=("cranes", "LABOR"), section="Economy")
    labels = {"Labor": "labour", "economy": "Economy"}
    assert hashtags(piece, labels) == ["#Labour", "#Economy", "#Cranes"]

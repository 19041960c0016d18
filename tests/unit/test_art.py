"""What a teaser shows: whose picture, cropped or whole, with which words on it and beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import text
from bot.editorial import Pictures
from bot.media import storyboard
from bot.media.base import ALT_LENGTH, Art, Card, Look, Picture, Shape, Video
from bot.model import Article, Image, Kind
from bot.platforms import base
from bot.teaser import Rendered, Templates, Voice, own, render
from bot.teaser._quote import quotation
from bot.teaser._screen import on_screen

SHIPPED = Path(__file__).resolve().parents[2] / "templates"
TEMPLATES = Templates([SHIPPED])
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LINK = "https://example.org/port/"
LOOK = Look("Harbour Post", "harbour.example", accent="#004488")
QUAY = Image(
    "https://harbour.example/quay.jpg",
    alt="A quay at night.",
    credit="Ana Lima",
    focus=(0.3, 0.4),
)
STRIKE = Article(
    url="https://harbour.example/port/",
    headline="Dockers at the old port walk out over night shifts",
    dek="The union wants six hours. The port authority offers talks on the matter, it says.",
    body=(
        "Four hundred dockers left their posts on the north quay in the early hours.",
        "Ships wait outside the harbour. A captain counted eleven of them.",
    ),
    section="Labour",
    image=QUAY,
    language="en",
    published_at=NOW,
)
VOICE = Voice("harbour", "Harbour Post", "example.org", look=LOOK)
LISTED = Pictures("listed", ("Reuters",))
NO_DERIVATIVES = replace(QUAY, licence="CC BY-ND 4.0")


def made(
    platform: str,
    article: Article = STRIKE,
    *,
    link: str = LINK,
    confirmed: bool = False,
    **voice: Any,
) -> Rendered:
    return render(
        TEMPLATES,
        article,
        voice=replace(VOICE, **voice),
        platform=base.load(platform),
        link=link,
        now=NOW,
        confirmed=confirmed,
    )


def card(rendered: Rendered) -> Card:
    (art,) = rendered.art
    assert isinstance(art.order, Card)
    return art.order


def video(rendered: Rendered) -> Video:
    (art,) = rendered.art
    assert isinstance(art.order, Video)
    return art.order


def told(rendered: Rendered, code: str) -> list[str]:
    return [each.message for each in rendered.problems if each.code == code]


# ------------------------------------------------------------------ what a channel shows


def test_instagram_has_the_headline_on_its_picture_upright() -> None:
    rendered = made("instagram")
    order = card(rendered)
    assert (order.layout, order.shape, order.look) == ("headline", Shape.PORTRAIT, LOOK)
    assert order.picture == Picture(QUAY.url, focus=(0.3, 0.4), credit="Photo: Ana Lima")
    assert order.words.headline == STRIKE.headline
    assert (order.words.kicker, order.words.dek) == ("Labour", "The union wants six hours.")
    assert rendered.teaser.media == (rendered.art[0].stand_in,)


def test_x_has_the_picture_alone_beside_a_link_and_a_headline_without_one() -> None:
    with_link, without = card(made("twitter")), card(made("twitter", link=""))
    assert (with_link.layout, with_link.shape) == ("picture", Shape.WIDE)
    assert (without.layout, without.shape) == ("headline", Shape.WIDE)


def test_facebook_shows_the_card_of_the_link_or_the_picture_alone() -> None:
    assert made("facebook").art == ()
    order = card(made("facebook", form="photo+comment"))
    assert (order.layout, order.shape) == ("picture", Shape.WIDE)
    assert made("facebook", form="photo+comment").teaser.text.startswith(STRIKE.headline)


@pytest.mark.parametrize("name", ["facebook", "instagram"])
def test_a_reel_is_a_video(name: str) -> None:
    rendered = made(name, form="reel")
    assert video(rendered).words.headline == STRIKE.headline
    assert [media.kind for media in rendered.teaser.media] == ["video"]
    assert rendered.teaser.text.startswith(STRIKE.headline)


@pytest.mark.parametrize(
    ("name", "link", "layout"),
    [("instagram", LINK, "text"), ("twitter", "", "text"), ("twitter", LINK, "")],
)
def test_an_article_without_a_picture_has_words_where_the_post_needs_some(
    name: str, link: str, layout: str
) -> None:
    rendered = made(name, replace(STRIKE, image=None), link=link)
    assert [each.order.layout for each in rendered.art if isinstance(each.order, Card)] == (
        [layout] if layout else []
    )
    assert "Photo" not in rendered.teaser.text
    assert not any(each.code.startswith("picture-not") for each in rendered.problems)


@pytest.mark.parametrize("layout", ["text", "picture", "headline", "harbour"])
def test_a_site_may_choose_the_layout(layout: str) -> None:
    for name in ("instagram", "twitter"):
        order = card(made(name, layout=layout))
        assert order.layout == layout
        assert (order.picture is None) is (layout == "text")


def test_a_layout_of_words_asks_nothing_of_the_picture() -> None:
    assert not told(made("instagram", layout="text", pictures=LISTED), "picture-not-ours")


# --------------------------------------------------------------------------- whose picture


@pytest.mark.parametrize(
    ("pictures", "credit", "free"),
    [
        (Pictures(), "Reuters", True),
        (Pictures("none", ("Reuters",)), "Reuters", False),
        (LISTED, "REUTERS/Ana Lima", True),
        (LISTED, "Ana Lima", False),
        (LISTED, "", False),
        (Pictures("listed", ("AP",)), "Papadakis", False),
        (Pictures("listed", ("AP",)), "Ana Lima (AP)", True),
        (Pictures("listed", ("رويترز",)), "تصوير لرويترز", True),
        (Pictures("listed", ("共同通信",)), "写真共同通信提供", True),
        (Pictures("listed"), "Ana Lima", False),
    ],
)
def test_a_picture_is_ours_by_its_credit(pictures: Pictures, credit: str, free: bool) -> None:
    article = replace(STRIKE, image=replace(QUAY, credit=credit))
    rendered = made("instagram", article, pictures=pictures)
    order = card(rendered)
    assert (order.layout, order.picture is not None) == (
        ("headline", True) if free else ("text", False)
    )
    messages = told(rendered, "picture-not-ours")
    assert len(messages) == (not free)
    for message in messages:
        assert credit in message
        assert "bot edit ID --picture-is-ours" in message
    assert not any(each.blocking for each in rendered.problems if "picture-not" in each.code)
    assert (credit in rendered.teaser.text) is free or not credit


@pytest.mark.parametrize(
    ("lang", "whose"), [("en", "Photo: AFP"), ("es", "Foto: AFP"), ("tr", "Fotoğraf: AFP")]
)
def test_a_picture_of_others_leaves_words_alone_until_an_editor_confirms_it(
    lang: str, whose: str
) -> None:
    article = replace(STRIKE, language=lang, image=replace(QUAY, credit="AFP"))
    refused = made("instagram", article, pictures=LISTED)
    assert card(refused).layout == "text"
    assert refused.art[0].alt == refused.art[0].credit == ""
    assert whose not in refused.teaser.text
    allowed = made("instagram", article, pictures=LISTED, confirmed=True)
    picture = card(allowed).picture
    assert picture is not None
    assert picture.credit == whose
    assert whose in allowed.teaser.text
    assert not told(allowed, "picture-not-ours")


def test_a_picture_of_others_leaves_x_the_card_of_the_link() -> None:
    rendered = made("twitter", pictures=LISTED)
    assert not rendered.art
    assert not rendered.teaser.media
    assert "the link shows its own card" in told(rendered, "picture-not-ours")[0]
    assert card(made("twitter", pictures=LISTED, link="")).layout == "text"
    assert not told(made("facebook", pictures=LISTED), "picture-not-ours"), "none is wanted"


@pytest.mark.parametrize(
    "licence",
    [
        "CC BY-ND 4.0",
        "cc by nc nd",
        "by-nc-nd",
        "CC-BY-ND-NC 1.0",
        "https://creativecommons.org/licenses/by-nd/2.0/deed.es",
        "Attribution-NoDerivs",
        "No derivative works",
        "Sin obra derivada",
        "Atribución-NoComercial-SinDerivadas",
        "Sem Derivações",
        "Pas de Modification",
        "Pas d’œuvre dérivée",
        "Keine Bearbeitungen 3.0 DE",
        "Non opere derivate",
        "SenseObraDerivada",
        "TÜRETİLEMEZ",
        "منع الاشتقاق",
    ],
)
def test_no_derivatives_means_no_crop_and_no_words_on_it(licence: str) -> None:
    article = replace(STRIKE, image=replace(QUAY, licence=licence))
    upright = made("instagram", article)
    assert card(upright).layout == "text"
    assert "picture-is-ours" in told(upright, "picture-no-derivatives")[0]
    for form in ("twitter", "facebook"):
        rendered = made(form, article, form="photo+comment" if form == "facebook" else "")
        picture = card(rendered).picture
        assert card(rendered).layout == "picture"
        assert picture is not None
        assert picture.whole
        assert not told(rendered, "picture-no-derivatives")
        assert "Photo: Ana Lima" in rendered.teaser.text, "no credit may be set on it"
    assert video(made("youtube", article)).pictures == ()
    confirmed = card(made("instagram", article, confirmed=True)).picture
    assert confirmed is not None
    assert not confirmed.whole


@pytest.mark.parametrize(
    ("credit", "licence"),
    [
        ("by ND Lee", ""),
        ("Andy Brown", "CC BY-SA 4.0"),
        ("", "CC0 1.0"),
    ],
)
def test_other_licences_allow_a_crop(credit: str, licence: str) -> None:
    assert Pictures.may_alter(Image("u", credit=credit, licence=licence))


def test_a_caption_may_hold_the_licence() -> None:
    assert not Pictures.may_alter(Image("u", caption="A quay. Ana Lima, CC BY-NC-ND 2.0"))


@pytest.mark.parametrize(
    ("lang", "credit", "licence", "line"),
    [
        ("en", "Ana Lima", "CC BY-SA 4.0", "Photo: Ana Lima (CC BY-SA 4.0)"),
        ("fr", "Ana Lima", "cc-by", "Photo\u00a0: Ana Lima (CC BY)"),
        (
            "de",
            "Ana Lima",
            "https://creativecommons.org/licenses/by-nc/3.0/de/",
            "Foto: Ana Lima (CC BY-NC 3.0)",
        ),
        ("es", "Ana Lima, CC BY 2.0", "CC BY 2.0", "Foto: Ana Lima, CC BY 2.0"),
        ("es", "Ana Lima (cc by-sa 2.0)", "CC-BY-SA 2.0", "Foto: Ana Lima (cc by-sa 2.0)"),
        ("en", "Ana Lima", "© Reuters", "Photo: Ana Lima"),
        ("en", "", "CC BY 4.0", "Photo: CC BY 4.0"),
        ("el", "Ana Lima", "", "Ana Lima"),
    ],
)
def test_the_credit_stands_on_the_card_and_in_the_text(
    lang: str, credit: str, licence: str, line: str
) -> None:
    image = replace(QUAY, credit=credit, licence=licence)
    rendered = made("instagram", replace(STRIKE, language=lang, image=image))
    picture = card(rendered).picture
    assert picture is not None
    assert picture.credit == line
    assert rendered.art[0].credit == line.partition(":")[2].strip() or lang == "el"
    assert line in rendered.teaser.text.splitlines()


def test_x_needs_no_credit_in_the_text_where_the_card_carries_it() -> None:
    assert "Photo" not in made("twitter").teaser.text


# ---------------------------------------------------------------------------- words on it


@pytest.mark.parametrize(
    ("lang", "kind", "section", "headline", "kicker"),
    [
        ("en", Kind.OPINION, "Labour", "The port is ours", "Opinion"),
        ("de", Kind.INTERVIEW, "Arbeit", "Wir bleiben am Kai", "Interview"),
        ("ar", Kind.OPINION, "عمل", "الميناء لنا", "رأي"),
        ("es", Kind.OPINION, "Portada", "Opinión: el puerto es nuestro", ""),
        ("en", Kind.NEWS, "Labour", "Labour wins the port", ""),
        ("es", Kind.NEWS, "Portada", "El puerto para", ""),
        ("tr", Kind.NEWS, "İşçi", "Liman durdu", "İşçi"),
        ("en", Kind.NEWS, "Everything that moves upon the water", "The port stops", ""),
        ("el", Kind.OPINION, "Εργασία", "Το λιμάνι σταματά", "Εργασία"),
    ],
)
def test_the_kicker_is_the_label_or_the_section(
    lang: str, kind: Kind, section: str, headline: str, kicker: str
) -> None:
    article = replace(STRIKE, language=lang, kind=kind, section=section, headline=headline)
    assert card(made("instagram", article)).words.kicker == kicker


@pytest.mark.parametrize(
    ("lang", "dek", "shown"),
    [
        ("en", "The union wants six hours. The port says no.", True),
        ("en", "The union wants six hours, and the port authority wants twelve of them.", False),
        ("en", "The union wants six hours of work and the port says no.", False),
        ("es", "El sindicato quiere seis horas.", True),
        ("ja", "港の労働組合は六時間を求めている。", True),
        ("ja", "港の労働組合は六時間を求めているが、港湾局は十二時間を求めている。", False),
        ("en", "Dockers walk out over night shifts at the old port.", False),
    ],
)
def test_a_card_has_twelve_words_beside_the_headline_in_whole_sentences(
    lang: str, dek: str, shown: bool
) -> None:
    words = card(made("instagram", replace(STRIKE, language=lang, dek=dek))).words
    assert words.dek == (dek if shown else "")
    assert text.count_words(f"{words.kicker} {words.dek}") <= 12 or lang == "ja"


def test_a_card_holds_the_words_as_they_are_not_as_x_would_read_them() -> None:
    article = replace(STRIKE, headline="Dockers of @port.example  walk out")
    assert card(made("twitter", article, link="")).words.headline == (
        "Dockers of @port.example walk out"
    )


QUOTED = [
    ("en", "“We stay till the end,” say dockers", "“We stay till the end”", "say dockers"),
    ("en", "Rosa Brun: ‘We won’t leave this quay’", "‘We won’t leave this quay’", "Rosa Brun"),
    ("es", "«No nos vamos de aquí», dice Brun", "«No nos vamos de aquí»", "dice Brun"),
    ("de", "Brun: „Wir bleiben hier am Kai“", "„Wir bleiben hier am Kai“", "Brun"),
    ("fr", "Brun : « Nous restons ici demain »", "« Nous restons ici demain »", "Brun"),
    ("ar", "النقابة: «لن نغادر هذا الميناء»", "«لن نغادر هذا الميناء»", "النقابة"),
]
NOT_QUOTED = [
    ("en", "“We will not leave this quay”"),  # nobody is said to have said it
    ("en", "Mayor says “we will not leave this quay” after talks"),  # within a sentence
    ("en", "Dockers call the strike “a fight for us all”"),
    ("en", "“We stay here for good” and “we win”: dockers"),  # two
    ("en", "“We stay here for good”, “we win”: dockers"),
    ("es", "“No pasarán”: los estibadores"),  # too short
    ("en", "Interview: “We will not leave this quay”"),  # a label speaks for nobody
    ("de", "„Wir bleiben hier am Kai: Brun"),  # never closed
    ("de", "Brun: „Wir bleiben hier am Kai"),
]


@pytest.mark.parametrize(("lang", "headline", "quoted", "speaker"), QUOTED)
def test_a_quotation_is_set_large_with_every_word_and_its_speaker(
    lang: str, headline: str, quoted: str, speaker: str
) -> None:
    article = replace(STRIKE, language=lang, headline=headline)
    for image in (QUAY, None):
        order = card(made("instagram", replace(article, image=image)))
        assert order.layout == "quote"
        assert (order.words.headline, order.words.speaker) == (quoted, speaker)
        assert order.words.dek == ""


@pytest.mark.parametrize(("lang", "headline"), NOT_QUOTED)
@pytest.mark.parametrize("layout", ["", "quote"])
def test_what_is_no_whole_quotation_of_somebody_stays_a_headline(
    lang: str, headline: str, layout: str
) -> None:
    order = card(
        made("instagram", replace(STRIKE, language=lang, headline=headline), layout=layout)
    )
    assert (order.layout, order.words.headline) == ("headline", headline)


def test_a_chosen_headline_is_never_parted() -> None:
    article = replace(STRIKE, headline=QUOTED[0][1])
    assert card(made("instagram", article, layout="headline")).words.headline == QUOTED[0][1]


WORD = st.text(alphabet="abé’-", min_size=2, max_size=6).filter(lambda word: word[0].isalpha())


@given(
    quoted=st.lists(WORD, min_size=4, max_size=8).map(" ".join),
    speaker=st.lists(WORD, min_size=1, max_size=4).map(" ".join),
    between=st.sampled_from([": ", " – ", " | ", ", ", " "]),
    marks=st.sampled_from(["“”", "«»", '""']),
    first=st.booleans(),
)
def test_no_word_of_a_headline_is_lost_or_changed_by_parting_it(
    quoted: str, speaker: str, between: str, marks: str, first: bool
) -> None:
    said = f"{marks[0]}{quoted}{marks[1]}"
    headline = f"{said}{between}{speaker}" if first else f"{speaker}{between}{said}"
    found = quotation(headline, "en")
    assert found == (None if between == " " else (said, speaker))


@pytest.mark.parametrize(
    ("lang", "headline"),
    [
        ("en", "“He took the money himself,” say prosecutors of the accused mayor"),
        ("es", "“Él se llevó el dinero”, dice la fiscalía del acusado"),
        ("de", "Staatsanwalt: „Der Beschuldigte nahm das Geld“"),
    ],
)
def test_an_accusation_is_not_set_large_as_a_quotation(lang: str, headline: str) -> None:
    rendered = made("instagram", replace(STRIKE, language=lang, headline=headline))
    assert card(rendered).layout == "headline"
    assert "sensitive-accusation" in {reason.code for reason in rendered.reasons}


# -------------------------------------------------------------------------------- the alt


@pytest.mark.parametrize(
    ("alt", "caption", "said"),
    [("A quay.", "Night.", "A quay."), ("", "Night.", "Night."), ("", "", "")],
)
def test_a_picture_is_described_by_its_alt_else_its_caption(
    alt: str, caption: str, said: str
) -> None:
    article = replace(STRIKE, image=replace(QUAY, alt=alt, caption=caption))
    for name in ("instagram", "twitter"):
        assert made(name, article).art[0].alt == said


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        ("en", "A crane over the quay. "),
        ("de", "Ein Kran über dem alten Kai. "),
        ("ar", "رافعة فوق رصيف الميناء. "),
    ],
)
def test_a_long_description_is_cut_at_a_word(lang: str, sentence: str) -> None:
    article = replace(STRIKE, language=lang, image=replace(QUAY, alt=sentence * 30))
    said = made("instagram", article).art[0].alt
    assert 200 < len(said) <= ALT_LENGTH
    assert said.endswith("…")
    assert set(said[:-1].split()) <= {*sentence.split(), *sentence.replace(".", "").split()}


def test_an_editors_own_picture_is_shown_alone_in_the_shape_of_the_platform() -> None:
    art = own("var/media/own.jpg", "A crane.", VOICE, base.load("instagram"))
    assert isinstance(art, Art)
    assert isinstance(art.order, Card)
    assert (art.order.layout, art.order.shape) == ("picture", Shape.PORTRAIT)
    assert (art.order.picture, art.alt) == (Picture("var/media/own.jpg"), "A crane.")


# ------------------------------------------------------------------------------ the video


def test_a_video_says_the_dek_then_the_story_in_whole_sentences() -> None:
    order = video(made("youtube"))
    assert order.sentences == (
        "The union wants six hours.",
        "The port authority offers talks on the matter, it says.",
        "Four hundred dockers left their posts on the north quay in the early hours.",
    )
    assert (order.words.dek, order.words.kicker) == ("", "Labour")


SPOKEN = {
    "en": "“We will stay on this quay,” Rosa Brun of the union says.",
    "es": "“Nos quedaremos en este muelle”, dice Rosa Brun, del sindicato.",
    "de": "„Wir bleiben an diesem Kai“, sagt Rosa Brun von der Gewerkschaft.",
}


@pytest.mark.parametrize("lang", SPOKEN)
def test_a_quotation_on_screen_has_all_its_words_and_its_speaker(lang: str) -> None:
    bare = "“Abcde fghij klmno pqrst.”"
    endless = SPOKEN[lang][:-1] + ", abcde fghij klmno" * 20 + "."
    article = replace(STRIKE, language=lang, dek=f"{bare} {endless}", body=(SPOKEN[lang],))
    shown = video(made("youtube", article)).sentences
    assert shown == (SPOKEN[lang],)


@pytest.mark.parametrize(
    ("lang", "leaning"),
    [
        ("en", "She calls it a fight for all."),
        ("es", "Pero ella lo llama una lucha."),
        ("fr", "C’est une lutte pour tous."),
        ("de", "Sie nennt das einen Kampf."),
        ("ar", "وهي تسميه كفاحا للجميع."),
    ],
)
def test_what_leans_on_a_sentence_is_shown_right_after_it_or_not_at_all(
    lang: str, leaning: str
) -> None:
    short, endless = "Rosa Brun 2026.", "Rosa Brun " + "abcde fghij " * 40 + "2026."
    for before, shown in ((short, (short, leaning)), (endless, ())):
        article = replace(STRIKE, language=lang, dek=f"{before} {leaning}", body=())
        assert on_screen(article, STRIKE.headline, lang) == shown
    story = replace(STRIKE, language=lang, dek="", body=(leaning, short))
    assert on_screen(story, STRIKE.headline, lang) == (short,)


LONG = {
    "en": "Dockers at the old port walk out over night shifts and win two paid breaks",
    "es": "Los estibadores del puerto viejo paran contra el turno de noche y ganan dos",
    "tr": "Eski limanın işçileri gece vardiyasına karşı iş bıraktı ve iki mola kazandı",
}


@pytest.mark.parametrize("lang", LONG)
def test_a_long_headline_is_whole_on_the_first_frame_and_in_the_description(lang: str) -> None:
    article = replace(STRIKE, language=lang, headline=LONG[lang])
    rendered = made("youtube", article)
    assert video(rendered).words.headline == LONG[lang]
    assert rendered.teaser.text.startswith(f"{LONG[lang]}\n\n")
    assert "title-long" in {each.code for each in rendered.reasons}
    short = made("youtube", replace(article, social_title=LONG[lang][:40]))
    assert short.teaser.title == LONG[lang][:40]
    assert short.teaser.text.startswith(f"{LONG[lang]}\n\n")
    assert video(short).words.headline == LONG[lang]
    brief = made("youtube", replace(article, headline=LONG[lang][:50]))
    assert not brief.teaser.text.startswith(LONG[lang][:50]), "the title says it already"


@pytest.mark.parametrize("lang", SPOKEN)
def test_at_most_three_sentences_are_read_within_twenty_seconds(lang: str) -> None:
    body = tuple(f"{SPOKEN[lang][:-1]} {'abcdefgh ' * n}{n}." for n in range(9))
    order = video(made("youtube", replace(STRIKE, language=lang, dek="", body=body)))
    assert 0 < len(order.sentences) <= 3
    assert [each.words for each in storyboard.scenes(order)[1:-1]] == [*order.sentences]
    assert storyboard.scenes(order)[-1].ends <= storyboard.LONGEST


@pytest.mark.parametrize(
    "dek",
    [
        f"{STRIKE.headline}. Who will unload the ships?",
        "¿Quién descarga los barcos?",
        "من يفرغ السفن؟",
        "Rosa Brun of the union says: “We will stay.",  # and nobody knows where it ends
    ],
)
def test_questions_the_headline_again_and_open_quotations_are_not_shown(dek: str) -> None:
    assert on_screen(replace(STRIKE, dek=dek, body=()), STRIKE.headline, "en") == ()


def test_the_story_does_not_say_again_what_the_dek_said() -> None:
    article = replace(STRIKE, dek=STRIKE.body[0], body=(f"In Lisbon {STRIKE.body[0].lower()}",))
    assert on_screen(article, STRIKE.headline, "en") == (STRIKE.body[0],)


def test_a_reels_caption_holds_what_its_story_has_no_room_for() -> None:
    long = "The master of the harbour calls that unheard of" + ", and so it is" * 40 + "."
    article = replace(STRIKE, dek="", body=(long, *STRIKE.body))
    rendered = made("instagram", article, form="reel")
    assert long not in rendered.teaser.text
    assert " ".join(video(rendered).sentences) in rendered.teaser.text


@pytest.mark.parametrize(
    ("lang", "dek"),
    [
        ("en", "The union wants six hours."),
        ("fr", "Le syndicat veut six heures."),
        ("ar", "تريد النقابة ست ساعات."),
    ],
)
@pytest.mark.parametrize("name", ["youtube", "instagram", "facebook"])
def test_the_words_on_screen_stand_in_the_description_once(name: str, lang: str, dek: str) -> None:
    long = STRIKE.headline + ", and the ships of nine countries wait outside of it"
    article = replace(STRIKE, language=lang, dek=dek, headline=long)
    rendered = made(name, article, form="reel")
    said = [long, *video(rendered).sentences]
    assert len(said) > 2
    for each in said:
        assert rendered.teaser.text.count(each) == 1, each


def test_without_a_dek_the_description_begins_with_what_is_on_screen() -> None:
    rendered = made("youtube", replace(STRIKE, dek=""))
    assert rendered.teaser.text.startswith(" ".join(video(rendered).sentences))


def test_a_video_moves_over_at_most_four_pictures_that_may_be_used() -> None:
    crane = replace(QUAY, url="https://harbour.example/crane.jpg", credit="Reuters")
    others = tuple(replace(crane, url=f"{crane.url}?{n}") for n in range(5))
    article = replace(
        STRIKE,
        image=replace(QUAY, credit="Ana Lima/Reuters"),
        pictures=(
            replace(crane, credit="AFP"),
            replace(crane, licence="CC BY-ND 4.0"),
            QUAY,
            *others,
        ),
    )
    rendered = made("youtube", article, pictures=LISTED)
    assert [each.path for each in video(rendered).pictures] == [
        QUAY.url,
        *(each.url for each in others[:3]),
    ]
    assert video(rendered).pictures[1].credit == "Photo: Reuters"
    assert "Photo: Ana Lima/Reuters, Reuters" in rendered.teaser.text
    assert rendered.art[0].credit == "Ana Lima/Reuters, Reuters"


def test_a_video_without_a_picture_of_ours_is_made_of_words() -> None:
    rendered = made("youtube", pictures=LISTED)
    assert video(rendered).pictures == ()
    assert len(told(rendered, "picture-not-ours")) == 1
    assert video(made("youtube", pictures=LISTED, confirmed=True)).pictures[0].path == QUAY.url


@pytest.mark.parametrize(
    ("lang", "headline"),
    [
        ("en", "Docker killed on the night shift"),
        ("es", "Un estibador muerto en el turno de noche"),
        ("de", "Hafenarbeiter in der Nachtschicht getötet"),
    ],
)
def test_a_grave_matter_is_never_a_video(lang: str, headline: str) -> None:
    article = replace(STRIKE, language=lang, headline=headline)
    youtube = made("youtube", article)
    assert not youtube.art
    assert not youtube.teaser.media
    assert [each.blocking for each in youtube.problems if each.code == "sensitive-video"] == [True]
    assert not told(youtube, "video-missing"), "nobody is told to add what may not be there"
    assert card(made("instagram", article, form="reel")).layout == "headline"
    assert made("facebook", article, form="reel").art == ()


def test_a_death_that_only_the_screen_would_tell_makes_no_video() -> None:
    late = "A docker was killed there last year."
    body = ("Ships wait at the old quay of the north, " + "and of the south, " * 25 + ".", late)
    article = replace(STRIKE, dek="", body=body)
    assert late in on_screen(article, STRIKE.headline, "en")
    assert made("youtube", article).art == ()

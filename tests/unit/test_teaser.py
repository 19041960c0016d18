"""What the default templates say, the sandbox that templates run in."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot import text
from bot._sandbox import Sheet
from bot.editorial import Sensitive
from bot.errors import TemplateError
from bot.model import Article, FirstPublication, Image, Kind, Teaser
from bot.platforms import base
from bot.teaser import Rendered, Templates, Voice, judge, render

SHIPPED = Path(__file__).resolve().parents[2] / "templates"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LINK = "https://example.org/port/?utm_source=x"  # .example is no domain that X would link

STRIKE = Article(
    url="https://harbour.example/port/",
    headline="Dockers at the old port walk out over night shifts",
    dek="The union wants nights limited to six hours. The port authority offers talks, it says.",
    body=(
        "Four hundred dockers left their posts on the north quay in the early hours.",
        "The quay",
        "Ships wait outside the harbour. A captain counted eleven of them.",
        "Photo: Ana Lima",
    ),
    authors=("Rosa Brun", "admin"),
    section="Portada",
    tags=("Labor", "dockers", "Featured", "Rosa Brun", "cranes"),
    image=Image("https://harbour.example/quay.jpg", alt="A quay at night.", credit="Ana Lima"),
    language="en",
    published_at=NOW,
)
VOICE = Voice(
    "harbour",
    "Harbour Post",
    "example.org",
    not_authors=("Admin",),
    hashtags={"Labor": "labour movement"},
)


def made(platform: str, article: Article = STRIKE, link: str = LINK, **voice: Any) -> Rendered:
    return render(
        Templates([SHIPPED]),
        article,
        voice=replace(VOICE, **voice),
        platform=base.load(platform),
        link=link,
        now=NOW,
    )


def visible(said: str) -> str:
    """What a reader sees, without what parts an @ from its name."""
    return re.sub("[\u200b-\u200d\u2060\u2066-\u2069]", "", said)


def codes(rendered: Rendered) -> set[str]:
    return {problem.code for problem in (*rendered.problems, *rendered.reasons)}


# ------------------------------------------------------------- the default templates


def test_x_has_headline_dek_one_hashtag_and_the_link_last() -> None:
    assert made("twitter").teaser.text == (
        "Dockers at the old port walk out over night shifts\n\n"
        "The union wants nights limited to six hours."
        " The port authority offers talks, it says.\n\n"
        f"#LabourMovement\n{LINK}"
    )


def test_x_says_no_more_than_two_hundred_before_the_link() -> None:
    long = replace(STRIKE, dek="The union wants nights limited to six hours. " * 6)
    teaser = made("twitter", long).teaser
    weigh = base.load("twitter").measure
    assert 100 < weigh(teaser.text.removesuffix(LINK).strip()) <= 200


def test_x_without_a_link_names_a_domain_that_x_does_not_link() -> None:
    rendered = made("twitter", link="")
    last = rendered.teaser.text.splitlines()[-1]
    assert visible(last) == "Read it at example.org"
    assert base.load("twitter").measure(last) in (len(last), len(last) + 1)  # 23 were it a link
    assert rendered.teaser.link == ""


def test_facebook_adds_what_the_card_lacks_and_pastes_no_link() -> None:
    teaser = made("facebook").teaser
    assert teaser.text == (
        "The union wants nights limited to six hours."
        " The port authority offers talks, it says.\n\nBy Rosa Brun"
    )
    assert teaser.link == LINK
    assert teaser.media == ()


def test_facebook_takes_the_first_sentence_of_the_body_where_there_is_no_dek() -> None:
    teaser = made("facebook", replace(STRIKE, dek="")).teaser
    assert teaser.text.startswith("Four hundred dockers left their posts")


def test_facebook_joins_no_two_sentences_that_a_stop_should_part() -> None:
    teaser = made("facebook", replace(STRIKE, dek="What the dockers of the north want")).teaser
    assert teaser.text.startswith("What the dockers of the north want\n\nFour hundred dockers left")


@pytest.mark.parametrize(
    ("lang", "headline"),
    [("en", "Is the port closing?"), ("fr", "« Nous restons »"), ("ar", "هل يغلق الميناء؟")],
)
def test_x_sets_a_fact_beside_a_question_or_a_bare_quotation(lang: str, headline: str) -> None:
    article = replace(STRIKE, language=lang, headline=headline, dek="")
    assert STRIKE.body[0] in made("twitter", article).teaser.text
    plain = made("twitter", replace(article, headline="Dockers walk out at noon")).teaser.text
    assert STRIKE.body[0] not in plain


def test_facebook_never_repeats_the_headline_of_the_card() -> None:
    again = "Dockers at the old port of Lisbon walk out over night shifts. They are angry."
    teaser = made("facebook", replace(STRIKE, dek=again)).teaser
    assert teaser.text.startswith("Four hundred dockers left their posts")
    assert made("youtube", replace(STRIKE, dek=again)).teaser.text.startswith(again)


def test_facebook_may_carry_the_picture_itself() -> None:
    teaser = made("facebook", form="photo+comment").teaser
    assert [(media.kind, media.placeholder) for media in teaser.media] == [("image", True)]
    assert teaser.text.startswith(f"{STRIKE.headline}\n\n{STRIKE.dek}"), "there is no card"
    assert teaser.text.endswith("By Rosa Brun\nPhoto: Ana Lima")
    bare = made("facebook", replace(STRIKE, image=None), form="photo+comment").teaser
    assert bare.text.startswith(STRIKE.dek), "without a picture the card is back"


def test_instagram_tells_the_story_without_a_link() -> None:
    teaser = made("instagram").teaser
    assert teaser.text == (
        "Dockers at the old port walk out over night shifts\n\n"
        "The union wants nights limited to six hours."
        " The port authority offers talks, it says.\n\n"
        "Four hundred dockers left their posts on the north quay in the early hours.\n\n"
        "Ships wait outside the harbour. A captain counted eleven of them.\n\n"
        "By Rosa Brun\nPhoto: Ana Lima\n\n#LabourMovement #Dockers"
    )
    assert "Link in bio" in made("instagram", link_in_bio=True).teaser.text


def test_instagram_is_complete_before_the_fold() -> None:
    article = replace(STRIKE, headline=STRIKE.headline * 3, social_title="Port stops")
    assert made("instagram", article).teaser.text.startswith("Port stops\n")


def test_instagram_stays_within_a_hundred_and_fifty_words() -> None:
    body = tuple(f"The {n}th ship waits outside of the old harbour for a berth." for n in range(60))
    said = made("instagram", replace(STRIKE, body=body)).teaser.text
    assert 60 <= text.count_words(said.split("\n\nBy ")[0].split("\n\n", 1)[1]) <= 150


def test_youtube_has_a_title_and_the_whole_dek() -> None:
    teaser = made("youtube").teaser
    assert teaser.title == STRIKE.headline
    assert teaser.text.startswith(STRIKE.dek)
    assert LINK in teaser.text
    assert [(media.kind, media.placeholder) for media in teaser.media] == [("video", True)]


def test_youtube_prefers_the_short_title_to_a_long_headline() -> None:
    article = replace(STRIKE, headline=STRIKE.headline + " and weekends", social_title="Port stops")
    assert (
        made("youtube", replace(article, kind=Kind.OPINION)).teaser.title == "Port stops | Opinion"
    )


@pytest.mark.parametrize(
    ("lang", "label"),
    [("en", "Opinion"), ("es", "Opinión"), ("de", "Meinung"), ("fr", "Opinion"), ("ar", "رأي")],
)
def test_opinion_is_labelled_in_its_own_language(lang: str, label: str) -> None:
    article = replace(STRIKE, kind=Kind.OPINION, language=lang)
    assert made("twitter", article).teaser.text.startswith(f"{label} | Dockers")


def test_a_language_without_phrases_gets_none_in_english() -> None:
    article = replace(STRIKE, kind=Kind.OPINION, language="el", translators=("K. Mehta",))
    for name in base.names():
        said = made(name, article, link_in_bio=True).teaser.text
        assert not {"Opinion", "Translation", "By ", "Photo", "Link"} & {
            word for word in ("Opinion", "Translation", "By ", "Photo", "Link") if word in said
        }
        assert "Rosa Brun" in said or name == "twitter"


def test_a_headline_that_says_opinion_is_not_labelled_twice() -> None:
    article = replace(STRIKE, headline="Opinion: the port is ours", kind=Kind.OPINION)
    assert made("twitter", article).teaser.text.startswith("Opinion: the port is ours\n")


@pytest.mark.parametrize(
    ("lang", "kind", "headline"),
    [
        ("de", Kind.OPINION, "Kommentar: Der Hafen gehört uns"),
        ("fr", Kind.OPINION, "Tribune : le port est à nous"),
        ("es", Kind.INTERVIEW, "Entrevista con una estibadora"),
    ],
)
def test_a_piece_that_names_its_sort_is_not_labelled_twice(
    lang: str, kind: Kind, headline: str
) -> None:
    article = replace(STRIKE, language=lang, kind=kind, headline=headline)
    assert made("twitter", article).teaser.text.startswith(headline)


@pytest.mark.parametrize(
    ("lang", "headline", "label"),
    [
        ("en", "Opinion polls lie", "Opinion"),
        ("de", "Meinungsfreiheit in Gefahr", "Meinung"),
        ("fr", "Opinions et pouvoir", "Opinion"),
    ],
)
def test_a_word_that_merely_begins_so_is_no_label(lang: str, headline: str, label: str) -> None:
    article = replace(STRIKE, language=lang, kind=Kind.OPINION, headline=headline)
    assert made("twitter", article).teaser.text.startswith(f"{label} | {headline}")


def test_the_label_comes_back_where_the_dek_that_had_it_gives_way() -> None:
    long = "Entrevista con una estibadora del norte " + "y otra más " * 20 + "."
    article = replace(STRIKE, language="es", kind=Kind.INTERVIEW, dek=long)
    assert "Entrevista |" not in made("instagram", article).teaser.text
    assert made("twitter", article).teaser.text.startswith("Entrevista | Dockers")


@pytest.mark.parametrize(("lang", "dek"), [("fr", "Tribune"), ("es", "Opinión."), ("de", "Essay")])
def test_a_dek_that_is_a_mere_label_is_none(lang: str, dek: str) -> None:
    article = replace(STRIKE, language=lang, kind=Kind.OPINION, dek=dek)
    lines = made("instagram", article).teaser.text.splitlines()
    assert dek not in lines


def test_translator_and_first_publication_are_credited() -> None:
    sentence = "First published in Spanish on July 26 in La Izquierda Diario Mexico."
    article = replace(
        STRIKE,
        translators=("K.S. Mehta",),
        first_publication=FirstPublication(sentence, "es"),
        body=(*STRIKE.body, sentence, "Translation by K.S. Mehta"),
    )
    for name in ("facebook", "instagram", "youtube"):
        said = made(name, article).teaser.text
        assert said.count("Translation: K.S. Mehta\n") == 1
        assert said.count(sentence) == 1
        assert "Translation by" not in said
    assert "Translation: K.S. Mehta\n" in made("twitter", article).teaser.text


@pytest.mark.parametrize("name", ["facebook", "instagram", "twitter", "youtube"])
def test_no_byline_means_no_byline_line(name: str) -> None:
    said = made(name, replace(STRIKE, authors=("ADMIN",))).teaser.text
    assert "By" not in said
    assert "\n\n\n" not in said


@pytest.mark.parametrize("name", ["instagram", "twitter"])
def test_a_dek_that_repeats_the_headline_is_dropped(name: str) -> None:
    said = made(name, replace(STRIKE, dek=STRIKE.headline + ".")).teaser.text
    assert said.count("walk out") == 1


def test_right_to_left_text_is_isolated_from_link_and_hashtags() -> None:
    article = replace(
        STRIKE,
        language="ar",
        headline="إضراب عمال الميناء",
        dek="تريد النقابة ست ساعات.",
        tags=("Gaza",),
        body=("رسالة من Gaza.",),
    )
    said = made("twitter", article).teaser.text
    assert f"{text.FSI}{LINK}{text.PDI}" in said
    assert f"{text.FSI}#Gaza{text.PDI}" in said
    assert text.is_rtl(said)
    assert base.load("twitter").measure(said) == base.load("twitter").measure(
        said.replace(LINK, "https://example.org/" + "b" * 90)
    )


@pytest.mark.parametrize("name", ["twitter", "instagram", "youtube"])
def test_mentions_in_an_article_are_put_to_rest(name: str) -> None:
    article = replace(STRIKE, dek="The mayor, known as @mayor there, says nothing at all.")
    said = made(name, article).teaser.text
    assert "@mayor" not in said
    assert "@mayor" in visible(said)


# ----------------------------------------------------------------------------- media


def test_a_grave_matter_gets_no_video_and_no_hashtags() -> None:
    article = replace(STRIKE, headline="Docker killed on the night shift")
    youtube = made("youtube", article)
    assert youtube.teaser.media == ()
    assert any(each.blocking for each in youtube.problems if each.code == "sensitive-video")
    assert "video-missing" not in codes(youtube), "nobody is told to add what may not be there"
    for name in base.names():
        rendered = made(name, article)
        assert "#" not in rendered.teaser.text
        assert "sensitive-death" in {reason.code for reason in rendered.reasons}


@pytest.mark.parametrize(
    ("lang", "headline"),
    [
        ("en", "Tamir, 12, wins the cup"),
        ("fr", "Nahel, 16 ans, sacré champion"),
        ("tr", "15 yaşındaki Ali yarıştı"),
    ],
)
def test_a_minors_name_is_no_hashtag(lang: str, headline: str) -> None:
    named = ("Tamir", "Nahel", "Ali", "Labor")
    article = replace(STRIKE, language=lang, headline=headline, tags=named)
    for name in base.names():
        assert "#" not in made(name, article).teaser.text


def test_a_death_told_in_the_first_paragraphs_takes_the_hashtags_everywhere() -> None:
    article = replace(STRIKE, body=(STRIKE.body[0], "Last year a docker was killed there."))
    for name in ("instagram", "twitter"):
        assert "#" in made(name, STRIKE).teaser.text
        assert "#" not in made(name, article).teaser.text


def test_a_death_told_late_takes_the_hashtags_where_the_teaser_tells_it() -> None:
    late = "Last year a docker was killed there."
    article = replace(STRIKE, body=("Ships wait at the old quay since Monday. " * 9, late))
    assert "#" in made("twitter", article).teaser.text
    told = made("instagram", article).teaser.text
    assert ("#" in told) is (late not in told)


def test_a_site_lists_more_that_a_person_looks_at() -> None:
    lists = Sensitive(sections=("portada",), tags=("Cranes",), words=("night shift*",))
    found = {reason.code for reason in made("twitter", sensitive=lists).reasons}
    assert found == {"sensitive-section", "sensitive-tag", "sensitive-word"}


def test_an_edited_teaser_is_judged_again() -> None:
    problems, reasons = judge(
        STRIKE,
        Teaser("You won't believe this " * 20, link=LINK, language="en"),
        voice=VOICE,
        platform=base.load("twitter"),
        now=NOW,
    )
    assert {"text-too-long", "link-not-once"} <= {problem.code for problem in problems}
    assert "clickbait" in {reason.code for reason in reasons}


# --------------------------------------------------------------------------- the fit


def test_a_headline_is_cut_at_a_word_and_said_to_be() -> None:
    article = replace(STRIKE, headline="Dockers and crane drivers walk out together " * 9)
    rendered = made("twitter", article)
    assert "headline-cut" in codes(rendered)
    first, *rest = rendered.teaser.text.splitlines()
    assert first.endswith(("together…", "Dockers…", "and…", "crane…", "drivers…", "walk…", "out…"))
    assert rest[-1] == LINK


def test_a_quotation_longer_than_the_limit_is_never_cut() -> None:
    article = replace(STRIKE, headline="“" + "We will not leave this quay. " * 12 + "”")
    rendered = made("twitter", article)
    assert "We will not" not in rendered.teaser.text
    assert [each.blocking for each in rendered.problems if each.code == "headline-too-long"] == [
        True
    ]


def test_what_can_never_fit_is_a_blocking_problem_with_the_link() -> None:
    article = replace(STRIKE, authors=tuple(f"Author Number {n}" for n in range(900)))
    rendered = made("youtube", article)
    assert rendered.teaser.text == LINK
    assert [each.blocking for each in rendered.problems if each.code == "too-long"] == [True]


@pytest.mark.parametrize("name", base.names())
@pytest.mark.parametrize(
    "endless", ["word " * 20_000, "x" * 100_000, "“" + "no " * 30_000, "A. " * 30_000]
)
def test_an_endless_article_is_no_fault_of_the_template(name: str, endless: str) -> None:
    article = replace(STRIKE, headline=endless, dek=endless, body=(endless + ".",) * 3)
    platform = base.load(name)
    assert platform.measure(made(name, article).teaser.text) <= platform.limits.text


def test_what_gave_way_comes_back_where_there_is_room_again() -> None:
    filler = "The master of the harbour calls that unheard of" + ", and so it is, he adds" * 3 + "."
    article = replace(STRIKE, dek=f"The union wants nights limited to six hours. {filler}")
    said = made("twitter", replace(article, translators=("K. Mehta",))).teaser.text
    assert filler not in said
    assert "Translation: K. Mehta" in said
    assert "#LabourMovement" in said


# ------------------------------------------------------------------------ the sandbox

Write = Callable[[str], Templates]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def one(source: str, name: str = "teasers/twitter.j2") -> Templates:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
        return Templates([tmp_path, SHIPPED])

    return one


def said_by(templates: Templates, site: str = "harbour", lang: str = "en") -> str:
    sheet = templates.find(site, "twitter", lang)
    return sheet.render({"headline": "Port stops", "dek": ["One.", "Two."], "link": ""})["text"]


def test_the_most_special_template_wins(write: Write) -> None:
    write("{% block text %}all{% endblock %}")
    assert said_by(write("{% block text %}fr{% endblock %}", "teasers/twitter.fr.j2")) == "all"
    write("{% block text %}harbour{% endblock %}", "teasers/harbour/twitter.j2")
    templates = write("{% block text %}both{% endblock %}", "teasers/harbour/twitter.fr.j2")
    assert said_by(templates) == "harbour"
    assert said_by(templates, lang="fr") == "both"
    assert said_by(templates, "other", "fr") == "fr"
    assert said_by(templates, "other", "de") == "all"


def test_a_changed_template_is_read_again(write: Write, tmp_path: Path) -> None:
    templates = write("{% block text %}one{% endblock %}")
    assert said_by(templates) == "one"
    path = tmp_path / "teasers/twitter.j2"
    path.write_text("{% set room = 9 %}{% block text %}two{% endblock %}", encoding="utf-8")
    os.utime(path, (1, 1))
    assert said_by(templates) == "two"
    assert templates.find("harbour", "twitter", "en").room == 9


def test_an_override_inherits_text_order_and_room(write: Write) -> None:
    write(
        "{% set gives_way = ['dek'] %}{% set room = 50 %}"
        "{% block text %}{{ headline }}{% endblock %}"
    )
    templates = write(
        "{% extends 'teasers/twitter.j2' %}{% set room = 40 %}"
        "{% block text %}Live: {{ super() }}{% endblock %}",
        "teasers/harbour/twitter.j2",
    )
    sheet = templates.find("harbour", "twitter", "en")
    assert (sheet.gives_way, sheet.room) == (("dek",), 40)
    assert said_by(templates) == "Live: Port stops"


def test_lines_of_nothing_vanish_and_paragraphs_stay(write: Write) -> None:
    lines = "{{ headline }}\n{{ link }}\nx\n\n{{ link }}\n\n{{ link }}y \n"
    source = "{% block text %}\n" + lines + "{% endblock %}"
    assert said_by(write(source)) == "Port stops\nx\n\ny"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{{ headlin }}", "there is no “headlin” here. Did you mean “headline”?"),
        ("{{ headline | lenght }}", "no filter “lenght” here. Did you mean “length”?"),
        ("{% include 'teasers/nothing.j2' %}", "no template “teasers/nothing.j2”"),
        ("{% include '../../../../etc/passwd' %}", "no template"),
        ("{% if %}", "Expected an expression"),
        ("{{ dek }}", "this is a list"),
        ("{{ 1 / 0 }}", "division by zero"),
        (
            "{% for a in range(1000) %}{% for b in range(1000) %}{% endfor %}{% endfor %}",
            "it loops",
        ),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "it calls itself without end"),
        ("{% include 'teasers/twitter.j2' %}", "it calls itself without end"),
        ("{% for a in dek recursive %}{{ loop(dek) }}{% endfor %}", "recursive"),
        ("{{ range(100000000) | length }}", "at most 1000 numbers"),
        ("{{ 'x' * 1000000000 }}", "cannot repeat"),
        ("{{ dek * 1000000000 }}", "cannot repeat"),
        ("{{ 9 ** 9 ** 9 }}", "too large"),
        ("{{ '%999999999d' % 1 }}", "cannot format"),
        ("{{ '{:>99999999}'.format(1) }}", "not offered"),
        ("{{ headline.center(999999999) }}", "not offered"),
        ("{{ headline.__class__.__mro__ }}", "not offered"),
        ("{% set x = 'x' %}" + "{% set x = x ~ x %}" * 40, "grows beyond"),
        ("{% set x = dek %}" + "{% set x = x + x %}" * 40, "grows beyond"),
        ("{% set x = 9 %}" + "{% set x = x * x %}" * 40, "too large"),
        ("{% for a in range(999) %}{{ headline ~ '0123456789' * 1 }}{% endfor %}", "cannot repeat"),
        (
            "{% for a in range(999) %}{{ headline }}{{ headline }}x{{ headline }}{% endfor %}",
            "more than",
        ),
        ("{% for a in range(999) %}" + "x" * 999 + "{% endfor %}", "writes more than"),
        ("{% set x = dek %}" + "{% set x = [x, x] %}" * 60 + "{{ x ~ '' }}", "grows beyond"),
        ("{% set x = dek %}" + "{% set x = {1: x, 2: x} %}" * 60 + "{{ x ~ '' }}", "grows beyond"),
        ("{{ dek ~ '' }}", "this is a list"),
        ("{{ dek | trim }}", "this is a list"),
        ("{{ headline[namespace(a=dek)] }}", "this is a list"),
        ("{{ lipsum() }}", "there is no “lipsum”"),
    ],
)
def test_a_bad_template_is_one_sentence_with_file_and_line(
    write: Write, tmp_path: Path, line: str, says: str
) -> None:
    templates = write("{% block text %}\n\n" + line + "\n{% endblock %}")
    with pytest.raises(TemplateError) as caught:
        said_by(templates)
    assert says in caught.value.message
    assert caught.value.line == 3
    assert caught.value.file == str(tmp_path / "teasers/twitter.j2")


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("hello", "no block “text”"),
        ("{% set gives_way = ['dekk'] %}{% block text %}{% endblock %}", "Did you mean “dek”?"),
        ("{% set gives_way = 'dek' %}{% block text %}{% endblock %}", "must be a list"),
        ("{% set room = 'x' %}{% block text %}{% endblock %}", "must be a number"),
        ("{% extends 'teasers/twitter.j2' %}", "calls itself"),
        ("{% block text %}" + "x" * 30_000 + "{% endblock %}", "too long"),
    ],
)
def test_a_template_that_cannot_be_one_says_so(write: Write, source: str, says: str) -> None:
    with pytest.raises(TemplateError, match=says):
        said_by(write(source))


def test_what_a_template_may_use_is_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, object] = {}
    real = Sheet.render

    def spy(sheet: Sheet, values: Mapping[str, object]) -> dict[str, str]:
        given.update(values)
        return real(sheet, values)

    monkeypatch.setattr(Sheet, "render", spy)
    made("twitter")
    source = (SHIPPED / "teasers/twitter.j2").read_text(encoding="utf-8")
    listed = re.findall(r"\w+", source.split("  text  ")[1].split("filters")[0])
    assert sorted({*listed} - {"lists"}) == sorted(given)


def test_a_template_in_no_folder_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="no such template"):
        Templates([tmp_path]).find("harbour", "twitter", "en")

"""What holds of every teaser, whatever an article says and in whatever script."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot import text
from bot.fit import GIVES_WAY, HARD, Parts, fit
from bot.language import SHIPPED, phrase
from bot.model import Article, Image, Kind
from bot.platforms import base
from bot.teaser import Rendered, Templates, Voice, render

TEMPLATES = Templates([Path(__file__).resolve().parents[2] / "templates"])
NOW = datetime(2026, 11, 22, tzinfo=UTC)
LINK = "https://example.org/a?utm_source=x&id=1&id=2"
VOICE = Voice("harbour", "Harbour", "example.org", hashtags={"tag": "Harbour Strike"})

WORDS = {
    "en": "the workers of U.S. ports can’t, don’t and won’t load arms on No. 5",
    "es": "los trabajadores del puerto paran ¿por qué? p. ej. mañana a las 9 a.m.",
    "pt": "os trabalhadores do porto param às 9h, não é a 1.ª vez",
    "fr": "les travailleurs de l’usine s’arrêtent aujourd’hui à 9 h",
    "de": "die Hafenarbeiter streiken z. B. am 26. Juli für Donaudampfschifffahrtsschichten",
    "it": "i lavoratori dell’officina scioperano perché l’orario è lungo",
    "ca": "els treballadors de l’obra paral·lela aturen la feina",
    "tr": "İstanbul’daki işçiler Ankara’ya yürüyor ışık",
    "ar": "عمال الميناء يضربون عن العمل اليوم ويطالبون بالأجور",
    "el": "οι εργάτες του λιμανιού απεργούν σήμερα",
    "ru": "рабочие порта бастуют сегодня и завтра",
    "he": "עובדי הנמל שובתים היום בבוקר",
    "hi": "बंदरगाह के मज़दूर आज हड़ताल पर हैं क्षत्रिय",
    "zh": "港口工人今天罢工要求提高工资",
    "ja": "港の労働者がストライキを行う",
    "th": "คนงานท่าเรือนัดหยุดงานวันนี้",
}
QUOTES = {
    "en": "“”", "es": "«»", "pt": "“”", "fr": "«»", "de": "„“", "it": "«»", "ca": "«»",
    "tr": "“”", "ar": "«»", "zh": "「」", "ja": "「」",
}  # fmt: skip
ODD = (
    "👩‍👩‍👧‍👦", "🏳️‍🌈", "👍🏽", "🇵🇹", "é́́", "a" * 400, "ü" * 150, "@mayor", "$HRBR", "asp.net",
    "https://elsewhere.org/x", "#tag", "—", "…", "&amp;", "{{ x }}", "\u202e", "\x02", "10%", "(",
    "“",
)  # fmt: skip


@st.composite
def prose(draw: st.DrawFn, lang: str, most: int) -> str:
    """Words of a language, some odd things among them, and whole quotations."""
    words = WORDS[lang].split()
    opening, closing = QUOTES.get(lang, "“”")
    pieces: list[str] = []
    for _ in range(draw(st.integers(0, most))):
        kind = draw(st.integers(0, 9))
        run = " ".join(draw(st.lists(st.sampled_from(words), min_size=1, max_size=14)))
        if kind == 0:
            run = draw(st.sampled_from(ODD))
        elif kind <= 2:
            run = f"{opening}{run}{closing}"
        elif kind <= 4:
            run += draw(st.sampled_from([".", "!", "?", "؟", "。", "…"]))
        pieces.append(run)
    return " ".join(pieces)


@st.composite
def articles(draw: st.DrawFn) -> Article:
    lang = draw(st.sampled_from([*SHIPPED, *WORDS]))
    return Article(
        url="https://example.org/a",
        headline=draw(prose(lang, 12)) or "x",
        social_title=draw(prose(lang, 2)),
        dek=draw(prose(lang, 12)),
        body=tuple(draw(st.lists(prose(lang, 8), max_size=5))),
        kind=draw(st.sampled_from(list(Kind))),
        authors=tuple(draw(st.lists(st.sampled_from(["Ana Lima", "ليلى", "@rosa"]), max_size=2))),
        translators=draw(st.sampled_from([(), ("K.S. Mehta",)])),
        tags=(*draw(st.lists(st.sampled_from(WORDS[lang].split()), max_size=4)), "tag"),
        image=draw(st.sampled_from([None, Image("https://example.org/i.jpg", credit="AP")])),
        language=lang,
        published_at=NOW,
    )


def made(article: Article, platform: str, link: str = LINK) -> Rendered:
    return render(TEMPLATES, article, voice=VOICE, platform=base.load(platform), link=link, now=NOW)


UNSEEN = re.compile("[\u200c\u2060\u2066-\u2069]")  # not the joiner of emoji


def seen(said: str) -> str:
    return UNSEEN.sub("", said)


def folded(said: str) -> str:
    return seen(text.clean(said))


@pytest.mark.parametrize("name", base.names())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(article=articles())
@example(article=Article("https://example.org/a", "a" * 5000, dek="b" * 5000, language="en"))
@example(article=Article("https://example.org/a", "👩‍👩‍👧‍👦" * 300, language="tr"))
@example(article=Article("https://example.org/a", "„" + "ja nein " * 60 + "“", language="de"))
@example(article=Article("https://example.org/a", "“open " + "and on " * 60, language="en"))
def test_every_teaser_keeps_the_rules(name: str, article: Article) -> None:
    platform = base.load(name)
    rendered = made(article, name)
    teaser, said = rendered.teaser, rendered.teaser.text

    # Within the limit, always.
    assert platform.measure(said) <= platform.limits.text
    assert len(teaser.title) <= (platform.limits.title or 0)
    # The link whole, and once where the platform wants it in the text; else not at all.
    assert said.count(LINK) == (platform.limits.link == "text")
    assert teaser.link == LINK
    # No quotation is broken: each one stands in the article so.
    source = [folded(part) for part in (article.headline, article.dek, *article.body)]
    source.append(folded(article.social_title))
    # A label behind a title is no part of what the headline quotes, or fails to close.
    title = teaser.title.removesuffix(f" | {phrase(article.language, article.kind.value)}")
    for line in (*said.splitlines(), title):
        quoting = seen(line)
        for start, end in text.quotations(quoting, article.language):
            assert any(quoting[start:end] in part for part in source), quoting[start:end]
    # No grapheme is split: what stands before the “…” of a cut begins the headline.
    shown = seen(teaser.title or said).split("\n", 1)[0]
    if "headline-cut" in {each.code for each in rendered.problems} and "…" in shown:
        head = text.graphemes(shown.split("…", 1)[0].split(" | ", 1)[-1])
        wholes = map(text.graphemes, (source[0], folded(article.social_title)))
        assert any(whole[: len(head)] == head for whole in wholes)
    # The same again is the same.
    assert made(article, name) == rendered
    # Nothing invisible that reorders what stands beside it, no blank lines too many.
    assert not set(said) & set("\x02\x03\x04\x1f\u202e")
    assert "\n\n\n" not in said
    assert said == said.strip()


@pytest.mark.parametrize("name", ["twitter", "youtube"])
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(article=articles())
def test_without_a_link_there_is_none(name: str, article: Article) -> None:
    said = made(article, name, link="").teaser.text
    assert base.load(name).measure(said) <= base.load(name).limits.text
    assert LINK not in said


SENTENCES = st.lists(st.text("ab ", min_size=1, max_size=40).map(str.strip), max_size=5).map(tuple)


@settings(max_examples=150, deadline=None)
@given(
    parts=st.builds(
        Parts,
        headline=st.lists(st.text("abc", min_size=1, max_size=9), max_size=20).map(" ".join),
        kicker=st.sampled_from(["", "Opinion"]),
        dek=SENTENCES,
        story=st.lists(SENTENCES, max_size=3).map(tuple),
        hashtags=st.lists(st.sampled_from(["#a", "#bb", "#ccc"]), max_size=3).map(tuple),
        translation=st.sampled_from(["", "Translation: X"]),
    ),
    limit=st.integers(0, 200),
    room=st.integers(0, 200),
    order=st.permutations([*GIVES_WAY, *HARD]),
)
def test_what_fits_is_left_alone_and_fitting_twice_is_fitting_once(
    parts: Parts, limit: int, room: int, order: list[str]
) -> None:
    last: list[Parts] = []

    def written(given: Parts) -> str:
        last.append(given)
        story = (sentence for paragraph in given.story for sentence in paragraph)
        pieces = (given.kicker, given.headline, *given.dek, *story, given.translation)
        return " ".join(filter(None, (*pieces, *given.hashtags)))

    def fits(said: str) -> bool:
        return len(said) <= limit

    def in_room(said: str) -> bool:
        return len(said) <= room

    whole = written(parts)
    said, faults = fit(parts, order, written, fits, in_room, "en")
    assert len(said) <= limit
    fitted = last[-1]
    if len(whole) <= min(limit, room):
        assert (said, faults) == (whole, [])
    if said and said == written(fitted):
        again, more = fit(fitted, order, written, fits, in_room, "en")
        assert again == said
        assert more == []
    if not faults and said:
        assert fitted.headline == parts.headline
        assert fitted.dek == parts.dek[: len(fitted.dek)]
        assert fitted.hashtags == parts.hashtags[: len(fitted.hashtags)]


def test_the_order_is_the_templates_word() -> None:
    parts = Parts("Headline", dek=("A dek of one sentence.",), hashtags=("#one", "#two"))

    def written(given: Parts) -> str:
        return " ".join((given.headline, *given.dek, *given.hashtags))

    def within(limit: int, *order: str) -> str:
        return fit(parts, order, written, lambda said: len(said) <= limit, None, "en")[0]

    assert within(38, "extra_hashtags", "dek") == "Headline A dek of one sentence. #one"
    assert within(38, "dek", "hashtags") == "Headline #one #two"
    assert within(31, "extra_hashtags", "hashtags", "dek") == "Headline A dek of one sentence."
    assert within(12, "dek") == "Headline"
    assert within(33, "extra_hashtags", "dek") == "Headline #one #two"
    parts = replace(parts, dek=("Short.", "This one is far too long to stay."))
    assert within(30, "hashtags", "dek") == "Headline Short. #one #two"

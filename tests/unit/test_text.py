"""Text: sentences in nine languages, quotations whole, cuts that harm nothing."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot import text
from bot.language import SHIPPED

# ------------------------------------------------------------------ one line


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("  a\t b\r\n\nc\u00a0d\u2028e ", "a b c d e"),
        ("a\u202eb\u2066c\u2069\u200b\ufeff\u00add\x00\x1b\x7f", "abcd"),
        ("e\u0301", "é"),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("a\ud800b", "ab"),
        ("", ""),
    ],
)
def test_clean(dirty: str, clean: str) -> None:
    assert text.clean(dirty) == clean


@given(st.text())
@settings(max_examples=100, deadline=None)
def test_clean_is_idempotent_and_can_be_encoded(dirty: str) -> None:
    once = text.clean(dirty)
    assert text.clean(once) == once
    assert "\n" not in once
    once.encode()


def test_isolate_works_line_by_line() -> None:
    assert text.isolate("مرحبا\n\nعالم") == "\u2068مرحبا\u2069\n\n\u2068عالم\u2069"
    assert text.isolate("") == ""


@pytest.mark.parametrize(
    ("line", "rtl"),
    [
        ("مرحبا hello", True),
        ("12: «שלום»", True),
        ("G20 مرحبا", False),
        ("2026 …", False),
        ("", False),
    ],
)
def test_is_rtl(line: str, rtl: bool) -> None:
    assert text.is_rtl(line) is rtl


def test_graphemes() -> None:
    assert text.graphemes("e\u0301👩\u200d👩\u200d👧🇦🇷ก็") == [
        "e\u0301",
        "👩\u200d👩\u200d👧",
        "🇦🇷",
        "ก็",
    ]


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("", 0),
        ("don’t stop", 2),
        ("2,000 well-known U.S. men", 5),
        ("我们罢工", 4),
        ("…—", 0),
        ("إضراب العمال", 2),
    ],
)
def test_count_words(line: str, count: int) -> None:
    assert text.count_words(line) == count


# ---------------------------------------------------------------------- HTML


@pytest.mark.parametrize(
    ("html", "plain"),
    [
        ("<p>One <b>bold</b>\n word</p><p>Two</p>", "One bold word\n\nTwo"),
        ("lead<p>One</p>tail", "lead\n\nOne\n\ntail"),
        ("a<br>b<br/><br/>c", "a b\n\nc"),
        ("&lt;p&gt;Antonin &amp;amp; l&amp;#8217;homme&lt;/p&gt;", "Antonin & l’homme"),
        ("caf&eacute; &#8220;x&#8221;&nbsp;!", "café “x” !"),
        ("<script>alert(1)</script><style>p{}</style>x<noscript>y</noscript>", "x"),
        ("<!-- no --><?php no ?>x", "x"),
        ("<svg><text>no</text></svg>x<iframe><p>no</p></iframe>", "x"),
        ("5 < 6 and 7 > 2", "5 < 6 and 7 > 2"),
        ("AT&T & R&D", "AT&T & R&D"),
        ("<p>open <em>and never", "open and never"),
        ("<ul><li>a</li><li>b</li></ul>", "a\n\nb"),
        ("<?xml version='1.0' encoding='latin-1'?><p>é</p>", "é"),
        ("</body></html><p>after</p>", "after"),
        ("\0<p>\ud800x</p>", "x"),
        ("plain\n\ntext", "plain\n\ntext"),
        ("", ""),
    ],
)
def test_from_html(html: str, plain: str) -> None:
    assert text.from_html(html) == plain


@pytest.mark.parametrize(
    "hostile",
    [
        "<div>" * 20_000 + "x",
        "<script " * 20_000,
        "<!--" * 30_000,
        "&lt;" * 60_000,
        "&amp;" * 40_000,
        "<a b='" * 20_000,
    ],
)
def test_from_html_takes_no_longer_than_its_length(hostile: str) -> None:
    begun = time.perf_counter()
    text.from_html(hostile)
    assert time.perf_counter() - begun < 2


@given(st.text(alphabet="<>/&;ampltq p\n\"'!-b", max_size=60))
@settings(max_examples=100, deadline=None)
def test_from_html_never_fails(html: str) -> None:
    text.from_html(html)


# ---------------------------------------------------------------- quotations


def quoted(line: str, lang: str = "") -> list[str]:
    return [line[start:end] for start, end in text.quotations(line, lang)]


@pytest.mark.parametrize(
    ("line", "lang", "found"),
    [
        ("He said “no”, she “yes”.", "en", ["“no”", "“yes”"]),
        ('He said "no", she "yes".', "en", ['"no"', '"yes"']),
        ("„Nein“, sagt er, »ja«, sie.", "de", ["„Nein“", "»ja«"]),
        ("« Non », dit-il, «oui».", "fr", ["« Non »", "«oui»"]),
        ("l'homme qu’on a vu, aujourd'hui", "fr", []),
        ("don't, O'Brien, ’tis, 'tis the season, rock 'n' roll, the ‘90s", "en", []),
        ("Ankara'da, İzmir’de grev", "tr", []),
        ("the workers’ party and the bosses' men", "en", []),
        ("‘the workers’ party won’t yield’, he said", "en", ["‘the workers’ party won’t yield’"]),
        ("‘Stop’ and ‘go’", "en", ["‘Stop’", "‘go’"]),
        ("'Stop', he said", "en", ["'Stop'"]),
        ("“He said ‘no’ to me” today", "en", ["“He said ‘no’ to me”"]),
        ('"a "b" c" d', "en", ['"a "b" c"']),
        ("un “caso «raro»” más", "es", ["“caso «raro»”"]),
        ("never “closed. At all", "en", ["“closed. At all"]),
        ('a 27" screen', "en", []),
        ("“One paragraph.\n\n“Another.” Done", "en", ["“One paragraph.\n\n“Another.”"]),
        ("a » stray", "fr", []),
        ("قال «لا» ثم “نعم”", "ar", ["«لا»", "“نعم”"]),
        ("他说「不」。", "", ["「不」"]),
        ("", "", []),
    ],
)
def test_quotations(line: str, lang: str, found: list[str]) -> None:
    assert quoted(line, lang) == found


SISTER = 'Antonin Bernanos ’"en prison depuis près de deux mois en raison de son militantisme"'


def test_a_stray_apostrophe_before_a_quotation_harms_nothing() -> None:
    assert quoted(SISTER, "fr") == [SISTER[18:]]
    assert text.sentences(SISTER, "fr") == [SISTER]
    assert text.cut_at_word(SISTER, lambda line: len(line) <= 60, "fr") == "Antonin Bernanos…"


# ----------------------------------------------------------------- sentences

SENTENCES = {
    "en": [
        "The U.S. Senate voted.|It was close.",
        "He left the U.S.|The police came.",
        "Mr. K.S. Mehta and J. K. Rowling met Dr. No.|They talked.",
        "At 9 a.m. Monday it began.|Nobody came!|Why?",
        "“Stop! We will shoot.” police say.|Two died.",
        "“Stop!” Mehta said.|They stopped.",
        "See No. 5 and art. 3.|No.|We won’t.",
        "It cost $3.5 million (approx. 3 million euros. Or so).|Then it closed.",
        "He said: “We won. We will win again.”|The crowd cheered.",
        "It ended … quietly.|Then … nothing.",
        "10:40 a.m. – The union counts 200.|10:05 a.m. — Rain.",
    ],
    "es": [
        "El Sr. Pérez viajó a EE. UU.|La policía lo esperaba.",
        "Hay casos, p. ej. Chile y Perú.|Son muchos.",
        "¿Quién ganó?|¡Ganamos!|Seguimos.",
        "«Vamos. Ahora», dijo la Dra. Gómez.|Y se fue.",
        "El art. 5 y la pág. 8 lo dicen.|El n.º 3 no.",
        "Empezó a las 9 a. m. y terminó.|Nadie faltó.",
        "Vino J. M. Aznar.|No habló.",
    ],
    "pt": [
        "O Sr. Silva chegou.|A Dra. Souza também.",
        "Há casos, p. ex. Chile.|São muitos.",
        "“Vamos. Agora”, disse.|E saiu.",
        "O art. 5 vale.|O n.º 3 não.",
        "Quem ganhou?|Nós!|Seguimos.",
        "A empresa S.A. Brasil fechou.|Ninguém explicou.",
    ],
    "fr": [
        "M. Dupont est là.|Il parle.",
        "Mme. Curie et le Dr. Roux, p. ex. Paris.|C’est dit.",
        "« Non ! Jamais ! » dit-il.|Puis il part.",
        "Il est mort en 52 av. J.-C. à Rome.|On l’oublie.",
        "L’art. 49.3 passe.|Honte à eux !|Vraiment ?",
        "« C’est fini. »|Les grévistes rentrent.",
        "C’est de l’art.|Il est beau.",
    ],
    "de": [
        "Am 26. Juli begann der Streik.|Er dauert an.",
        "Das gilt z. B. Berlin, d. h. Ost und West.|Das ist alles.",
        "Dr. Müller und Prof. Dr. Meier kamen u. a. Gäste.|Sie sprachen.",
        "„Wir streiken. Alle“, sagt sie.|Dann geht sie.",
        "Es geschah 2019.|Danach kam nichts.",
        "Ab dem 26.07. Streik in Berlin.|Rom fiel 476 n. Chr.|Danach kam nichts.",
        "Im 20. Jahrhundert, unter Ludwig XIV.|Der Rest ist bekannt.",
        "Art. 5 Abs. 2 gilt.|Nr. 3 nicht.",
        "»Kommst du?«, fragt er.|Nein!",
    ],
    "it": [
        "Il sig. Rossi e la dott.ssa Bianchi.|Sono qui.",
        "L’on. Verdi parla, ad es. Roma.|Poi tace.",
        "«Basta. Andiamo», dice.|E va.",
        "L’art. 18 resta.|Il n. 3 no.",
        "Chi vince?|Noi!|Avanti.",
        "La Fiat S.p.A. Torino chiude.|Nessuno spiega.",
    ],
    "ca": [
        "El Sr. Puig i la Dra. Vila.|Són aquí.",
        "Hi ha casos, p. ex. València.|Són molts.",
        "«Prou. Anem», diu.|I se’n va.",
        "L’art. 5 val.|El núm. 3 no.",
        "Qui guanya?|Nosaltres!|Endavant.",
        "L’Il·lm. Sr. Pla parla.|Després calla.",
    ],
    "tr": [
        "Dr. Yılmaz ve Prof. Dr. Kaya geldi.|Konuştular.",
        "Grev 1. Mayıs günü başladı.|Sürüyor.",
        "20. Yüzyıl bitti.|Bu yeni bir çağ.",
        "“Grevdeyiz. Hepimiz” dedi.|Sonra gitti.",
        "Kim kazandı?|Biz!|Devam.",
        "Ankara'da elma, armut vb. Meyveler var.|Bunlar taze.",
    ],
    "ar": [
        "من فاز؟|نحن!|سنواصل.",
        "قال د. محمد علي.|ثم خرج.",
        "«لا. أبدا» قال الوزير.|وخرج.",
        "بدأ الإضراب.|لم يحضر أحد.",
        "انظر ص. 5 من التقرير.|هذا كل شيء.",
        "لماذا؟!|لا أحد يعرف۔",
    ],
}


@pytest.mark.parametrize(
    ("lang", "marked"), [(lang, line) for lang, lines in SENTENCES.items() for line in lines]
)
def test_sentences(lang: str, marked: str) -> None:
    assert text.sentences(marked.replace("|", " "), lang) == marked.split("|")


def test_every_shipped_language_has_six_cases() -> None:
    assert set(SENTENCES) == set(SHIPPED)
    assert all(len(lines) >= 6 for lines in SENTENCES.values())


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (
            "我们罢工。他们来了！「好。走吧。」他说。",
            ["我们罢工。", "他们来了！", "「好。走吧。」他说。"],
        ),
        ("One.\n\nTwo without end\n\nThree", ["One.", "Two without end", "Three"]),
        ("“Quoted.\n\n“Still. Here.” Then. Done", ["“Quoted. “Still. Here.”", "Then.", "Done"]),
        ("1. Stop the war", ["1. Stop the war"]),
        ("Unbalanced “open. Never closed. At all.", ["Unbalanced “open. Never closed. At all."]),
        ("", []),
        (" \n ", []),
        ("...", ["..."]),
        ("1. Who strikes? 2. The dockers.", ["1. Who strikes?", "2. The dockers."]),
    ],
)
def test_sentences_of_no_language(line: str, found: list[str]) -> None:
    assert text.sentences(line, "") == found


WORDS = (
    "strike", "The", "Mr.", "U.S.", "z. B.", "26.", "Juli", "“Stop!”", "“Go.", "on.”", "«Non»",
    "„Nein“", "»ja«", "l’homme", "don't", "‘we", "win’", '"so', 'be"', "it.", "Why?", "(See",
    "this.)", "…", "—",
    "¿Qué?", "غدا؟", "العمال.", "我们。", "👩\u200d👩\u200d👧", "e\u0301", "🇦🇷", "\n\n",
    "donaudampfschifffahrtsgesellschaft",
)  # fmt: skip
LINES = st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join)
LANGS = st.sampled_from([*SHIPPED, "", "el"])


@given(LINES | st.text(max_size=80), LANGS)
@settings(max_examples=200, deadline=None)
def test_joined_sentences_are_the_text(line: str, lang: str) -> None:
    joined = " ".join(text.sentences(line, lang))
    folded = " ".join(line.split())
    if "。" in line or set("！？｡") & set(line):
        joined, folded = joined.replace(" ", ""), folded.replace(" ", "")
    assert joined == folded


@given(LINES, LANGS)
@settings(max_examples=200, deadline=None)
def test_no_sentence_ends_within_a_quotation(line: str, lang: str) -> None:
    folded = " ".join(line.split())
    spans = text.quotations(folded, lang)
    at = 0
    for sentence in text.sentences(folded, lang):
        at = folded.index(sentence, at) + len(sentence)
        assert not any(start < at < end for start, end in spans)


def test_sentences_are_fast() -> None:
    line = (
        "Mr. Smith went to the U.S. “It is late. Very late,” he said. Nobody (not one.) came! " * 40
    )[:3000]
    text.sentences(line, "en")
    best = min(_seconds(lambda: text.sentences(line, "en")) for _ in range(10))
    assert best < 0.005  # a millisecond on a machine with nothing else to do


def test_quotations_take_no_longer_than_the_length() -> None:
    for mark in ("“", '"', "'a ", "‘a ", "a’ ", "(", "„a“ ", "« "):
        small, large = (mark * n for n in (1_000, 10_000))
        text.sentences(small, "de")
        slow = _seconds(lambda line=small: text.sentences(line, "de"))  # type: ignore[misc]
        slower = _seconds(lambda line=large: text.sentences(line, "de"))  # type: ignore[misc]
        assert slower < max(40 * slow, 0.5), mark


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


# ----------------------------------------------------------------------- cut


def within(length: int) -> Callable[[str], bool]:
    return lambda line: len(line) <= length


@pytest.mark.parametrize(
    ("line", "length", "cut"),
    [
        ("Short enough", 20, "Short enough"),
        ("The quick brown fox", 12, "The quick…"),
        ("The quick, brown fox", 12, "The quick…"),
        ("The quick (brown fox)", 13, "The quick…"),
        ("The quick — brown fox", 14, "The quick…"),
        ("The end. And more", 12, "The end…"),
        ("He said “we will win” again", 15, "He said…"),
        ("“We will win”, he said again", 20, "“We will win”, he…"),
        ("“We will win”, he said again", 16, "“We will win”…"),
        ("“We will win”, he said", 10, ""),
        ("„Nein“ endlesswordwithoutspace", 20, "„Nein“…"),
        ("endlesswordwithoutspace", 10, "endlesswo…"),
        ("👩\u200d👩\u200d👧👩\u200d👩\u200d👧", 7, "👩\u200d👩\u200d👧…"),
        ("我们今天罢工了", 4, "我们今…"),
        ("Streik 我们今天罢工了", 10, "Streik 我们…"),
        ("¿Qué pasa hoy?", 6, "¿Qué…"),
        ("anything", 0, ""),
        ("a", 0, ""),
        ("", 0, ""),
    ],
)
def test_cut_at_word(line: str, length: int, cut: str) -> None:
    assert text.cut_at_word(line, within(length)) == cut


@given(LINES.map(text.clean) | st.text(max_size=60).map(text.clean), st.integers(0, 60), LANGS)
@settings(max_examples=400, deadline=None)
@example(SISTER, 40, "fr")
def test_a_cut_harms_nothing(line: str, length: int, lang: str) -> None:
    fits = within(length)
    cut = text.cut_at_word(line, fits, lang)
    assert fits(cut)
    assert text.cut_at_word(cut, fits, lang) == cut
    if cut in {line, ""}:
        return
    kept = cut.removesuffix("…")
    assert line.startswith(kept)
    pieces = text.graphemes(line)
    assert kept in {"".join(pieces[:count]) for count in range(len(pieces) + 1)}
    assert not any(start < len(kept) < end for start, end in text.quotations(line, lang))
    closed = any(end == len(kept) for _, end in text.quotations(line, lang))
    assert closed or kept[-1] not in " ,;:—–-([¿¡“«"


def test_a_long_text_is_cut_in_little_time() -> None:
    line = "word “and more” " * 6_000
    assert len(text.cut_at_word(line, within(90_000))) > 89_980
    assert _seconds(lambda: text.cut_at_word(line, within(90_000))) < 3


# ----------------------------------------------------------------- letter case


def test_turkish_case() -> None:
    assert text.upper("istanbul ışık", "tr") == "İSTANBUL IŞIK"
    assert text.lower("İSTANBUL IŞIK", "tr-TR") == "istanbul ışık"
    assert text.upper("istanbul", "en") == "ISTANBUL"
    assert text.lower("", "tr") == ""


@pytest.mark.parametrize(
    ("headline", "shouts"),
    [
        ("NEW CARAVAN HEADS NORTH", True),
        ("ΑΠΕΡΓΙΑ ΣΗΜΕΡΑ ΠΑΝΤΟΥ", True),
        ("GREVE GÉNÉRALE à PARIS DEMAIN", True),
        ("NATO, G20", False),
        ("The NHRC and the NMI", False),
        ("إضراب عام في كل البلاد", False),
        ("", False),
    ],
)
def test_is_all_caps(headline: str, shouts: bool) -> None:
    assert text.is_all_caps(headline) is shouts


@pytest.mark.parametrize(
    ("headline", "lang", "like", "proposal"),
    [
        (
            "CARAVAN HEADS TO THE U.S.: OPEN BORDERS",
            "en",
            "",
            "Caravan heads to the U.S.: Open borders",
        ),
        ("KRIEG IN DER UKRAINE", "de", "Der Krieg tobt in der Ukraine.", "Krieg in der Ukraine"),
        ("LA CGT APPELLE À LA GRÈVE", "fr", "Hier la CGT a dit non.", "La CGT appelle à la grève"),
        ("IŞIKLAR SÖNDÜ. İŞÇİLER GREVDE", "tr", "", "Işıklar söndü. İşçiler grevde"),
        ("¿QUIÉN GANA? «NADIE»", "es", "", "¿Quién gana? «Nadie»"),
        ("COVID-19 IN THE NHS", "en", "", "COVID-19 in the NHS"),
        ("U.S. RETAILER CLOSES. WHY?", "en", "", "U.S. retailer closes. Why?"),
    ],
)
def test_sentence_case(headline: str, lang: str, like: str, proposal: str) -> None:
    assert text.sentence_case(headline, lang, like) == proposal


@pytest.mark.parametrize(
    ("tag", "lang", "made"),
    [
        ("labor movement", "en", "#LaborMovement"),
        ("women's day", "en", "#WomensDay"),
        ("#Strike", "en", "#Strike"),
        ("U.S.", "en", "#US"),
        ("COVID-19", "en", "#COVID19"),
        ("educación pública", "es", "#EducaciónPública"),
        ("8M", "es", "#8M"),
        ("gilets jaunes", "fr", "#GiletsJaunes"),
        ("işçi sınıfı", "tr", "#İşçiSınıfı"),
        ("حقوق العمال", "ar", "#حقوق_العمال"),
        ("हिन्दी", "hi", "#हिन्दी"),
        ("2026", "en", ""),
        ("…", "en", ""),
        ("C++", "en", ""),
        ("", "en", ""),
        ("word " * 40, "en", ""),
    ],
)
def test_hashtag(tag: str, lang: str, made: str) -> None:
    assert text.hashtag(tag, lang) == made

"""The languages of the pages: catalogues, times, numbers, sentences from below, right to left."""

from __future__ import annotations

import ast
import gettext
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import lxml.html
import pytest
import words as catalogues
from babel.messages.catalog import Message
from rooms import Opened, open_room

from bot import room as rooms
from bot.room import _sheets, _told, _words
from bot.room._words import choose, words

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MADRID = ZoneInfo("Europe/Madrid")
RUN = "run “python -m tests.words”, and translate what it lists"


# -------------------------------------------------------------------- the catalogues


@pytest.mark.parametrize("language", catalogues.languages())
def test_a_catalogue_says_everything_and_nothing_else(language: str) -> None:
    assert catalogues.missing(language) == [], RUN
    said = {(each.id, each.context) for each in catalogues.load(language) if each.id}
    wanted = {(each.id, each.context) for each in catalogues.wanted() if each.id}
    assert said - wanted == set(), RUN
    assert not [each.id for each in catalogues.load(language) if each.id and each.fuzzy]


@pytest.mark.parametrize("language", catalogues.languages())
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    shipped = catalogues.po(language).with_suffix(".mo").read_bytes()
    assert _read(shipped) == _read(catalogues.compiled(catalogues.load(language))), RUN


def _read(compiled: bytes) -> dict[object, str]:
    """Read a catalogue as the program does, but for its head, which names a version of babel."""
    found = dict(vars(gettext.GNUTranslations(io.BytesIO(compiled)))["_catalog"])
    del found[""]
    return found


@pytest.mark.parametrize("language", catalogues.languages())
def test_a_translation_has_the_gaps_of_its_sentence(language: str) -> None:
    wrong = [each.id for each in catalogues.load(language) if each.id and not _fits(each)]
    assert wrong == []


def _fits(message: Message) -> bool:
    """Tell whether a translation can be filled in, with the same facts."""
    asked = message.id if isinstance(message.id, tuple | list) else (message.id,)
    said = message.string if isinstance(message.string, tuple | list) else (message.string,)
    gaps = {gap for each in asked for gap in re.findall(r"%\((\w+)\)s", each)}
    facts = dict.fromkeys(gaps, "…")
    for each in said:
        own = set(re.findall(r"%\((\w+)\)s", each))
        plural = len(asked) > 1
        told = message.context == catalogues.CONTEXT  # there the page may say it in other words
        if not (own <= gaps if told or plural else own == gaps):
            return False
        if gaps:
            each % facts  # a stray percent sign fails here
    return True


def test_no_part_writes_problems_that_no_catalogue_gathers() -> None:
    """A new one is found in a module of `SPEAKING`, or here."""
    makers = {"Problem", "Retry", "Refused", "Blocked", "Unknown", "Absent"}
    silent = {"model", "store/_codec", "demo", "cli", "doctor"}
    found = set()
    for path in sorted((catalogues.ROOT / "bot").rglob("*.py")):
        name = path.relative_to(catalogues.ROOT / "bot").with_suffix("").as_posix()
        if name.split("/")[0] in silent or name in silent | set(catalogues.SPEAKING):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in makers and node.args:
                found.add(name)
    assert found <= {"app/_runs", "platforms/_facebook_posts", "platforms/_meta", "store/_stops"}


# ------------------------------------------------------------- sentences from below


@pytest.mark.parametrize(
    ("english", "spanish"),
    [
        (
            "The text has 290 weighted characters of 280: shorten it by 10.",
            "El texto tiene 290 caracteres de 280: acórtalo en 10.",
        ),
        (
            "post 3 cannot be approved: The post has no text: write one.",
            "la publicación 3 no se puede aprobar: La publicación no tiene texto: escribe uno.",
        ),
        (
            "X (Twitter): answered 402: No credits. Check its keys, or run “bot login”.",
            "X (Twitter): respondió 402: No credits. Revisa sus claves o usa «bot login».",
        ),
        ("Meta says: 50 % of it.", "Meta says: 50 % of it."),
        ("", ""),
    ],
)
def test_a_sentence_from_below_is_said_in_the_language_of_the_page(
    english: str, spanish: str
) -> None:
    assert _told.tell(words("es"), english) == spanish


def test_no_sentence_of_a_page_names_an_option_of_the_command_line() -> None:
    told = _told.told("en")
    slot = "no slot is free before it is older than max_age: give it a time with --at."
    assert told(slot) == "no slot is free before it is too old: give it a time of its own."
    for language in ("en", "es"):
        said = words(language).sentences
        wrong = [
            key
            for key in catalogues.told()
            if " --" in said.get(key, key) and "another" not in key  # no page can do that one
        ]
        assert wrong == []


def test_what_nobody_translated_is_marked_as_english_and_escaped() -> None:
    told, t = _told.told("es"), words("es").t
    assert str(told("A <b>strange</b> thing.")) == (
        '<span lang="en" dir="ltr">A &lt;b&gt;strange&lt;/b&gt; thing.</span>'
    )
    assert told("x" * 100_000).endswith("</span>")
    death = "It speaks of a death: no joke, no question to readers, no hashtags, no video."
    assert told(f"{death} (“Muere”)") == f"{told(death)} (“Muere”)"
    for refusal in (t("There is no site “%(site)s” here.", site="x"), t("There is no such page.")):
        assert told(refusal) == refusal, "what a page says itself is not marked as English"
    assert _told.told("en")("A <b>strange</b> thing.") == "A <b>strange</b> thing."


def test_every_sentence_is_known_again_with_its_gaps_filled() -> None:
    """Also where one could be taken for another: its own translation comes out."""
    here = words("es")
    for english, spanish in here.sentences.items():
        gaps = re.findall(r"%\((\w+)\)s", english)
        facts = {gap: f"‹{number}›" for number, gap in enumerate(gaps)}
        sentence = english % facts
        assert _told.tell(here, sentence) == spanish % facts, english


# ----------------------------------------------------------------- times and numbers


@pytest.mark.parametrize(
    ("span", "english", "spanish"),
    [
        ({"hours": 5}, "today 15:00", "hoy 15:00"),
        ({"days": 1}, "tomorrow 10:00", "mañana 10:00"),
        ({"days": -1}, "yesterday 10:00", "ayer 10:00"),
        ({"days": 4}, "Fri 27 Nov, 10:00", "vie 27 nov, 10:00"),
        ({"days": 60}, "Fri 22 Jan 2027, 10:00", "vie 22 ene 2027, 10:00"),
    ],
)
def test_a_moment_is_written_by_the_clock_of_the_site(
    span: dict[str, int], english: str, spanish: str
) -> None:
    at = NOW + timedelta(**span)
    assert words("en").when(at, MADRID, NOW) == english
    assert words("es").when(at, MADRID, NOW) == spanish


def test_numbers_spans_and_plurals() -> None:
    english, spanish = words("en"), words("es")
    assert [english.number(each) for each in (999, 2_500, 63_206)] == ["999", "2,500", "63,206"]
    assert [spanish.number(each) for each in (999, 2_500, 63_206)] == ["999", "2500", "63\u202f206"]
    assert english.span(timedelta(minutes=1)) == "1 minute"
    assert spanish.span(timedelta(hours=3)) == "3 horas"
    assert spanish.ago(NOW - timedelta(days=2), NOW) == "hace 2 días"
    assert english.ago(NOW, NOW) == "just now"


@pytest.mark.parametrize(
    ("accepted", "preferred", "chosen"),
    [
        ("", "", "en"),
        ("es-MX,es;q=0.9,en;q=0.8", "", "es"),
        ("en;q=0.5, es", "", "es"),
        ("de, fr;q=0.9, es;q=0.1", "", "es"),
        ("es;q=0, en;q=0.1", "", "en"),
        ("es", "en", "en"),
        ("es;q=nonsense", "", "en"),
        ("*", "tlh", "en"),
    ],
)
def test_a_person_chooses_the_language_else_the_browser(
    accepted: str, preferred: str, chosen: str
) -> None:
    assert choose(accepted, preferred) == chosen


# ---------------------------------------------------------------------- right to left


class Arabic(gettext.NullTranslations):
    """Every letter of a sentence is an Arabic one; what has none was never translated."""

    def gettext(self, message: str) -> str:
        parts = re.split(r"(%\(\w+\)s|%%)", message)
        letters = str.maketrans(dict.fromkeys("abcdefghijklmnopqrstuvwxyz", "ب"))
        return "".join(
            part if at % 2 else part.lower().translate(letters) for at, part in enumerate(parts)
        )

    def ngettext(self, one: str, many: str, number: int) -> str:
        return self.gettext(one if number == 1 else many)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """A room that also speaks a language that is read from right to left."""
    with pytest.MonkeyPatch.context() as patch:
        translation = gettext.translation
        patch.setattr(_words, "LANGUAGES", {**_words.LANGUAGES, "ar": "العربية"})
        known = {"ar": Arabic()}
        patch.setattr(
            _words,
            "gettext",
            SimpleNamespace(
                translation=lambda domain, folder, languages, **how: (
                    known.get(languages[0]) or translation(domain, folder, languages, **how)
                )
            ),
        )
        with open_room(tmp_path_factory.mktemp("room")) as opened:
            opened.article("quay", "Strike")
            yield opened
    words.cache_clear()
    _sheets.environment.cache_clear()


PAGES = sorted(
    {
        page.path.replace("{post_id:int}", "1")
        for page in rooms.declared()
        if page.method == "GET" and not re.search(r"\{(?!post_id)|^/(static|live|media)", page.path)
    }
)


def test_every_page_is_translated_whole_and_reads_from_right_to_left(room: Opened) -> None:
    browser = room.browser()
    browser.headers["Accept-Language"] = "ar"
    found = {}
    for path in PAGES:
        page = browser.get(room.url + path, timeout=20)
        if not page.text.startswith("<!doctype"):
            continue
        assert '<html lang="ar" dir="rtl">' in page.text, path
        if english := sorted(_english(page.content)):
            found[path] = english
    assert found == {}, "these words are written into a template, without _(…)"


def _english(page: bytes) -> set[str]:
    """Find sentences of a page that nobody translated, and that are not marked as English."""
    tree = lxml.html.fromstring(page.decode())
    for each in tree.xpath("//script|//style|//bdi|//kbd|//code|//*[@lang and not(@lang='ar')]"):
        if each.getparent() is not None and each.tag != "html":
            each.drop_tree()
    texts = [*tree.itertext(), *tree.xpath("//@aria-label|//@title|//@placeholder|//@alt")]
    sentence = re.compile(r"[A-Za-z]{2,}(?: [a-z]{2,}){1,}")
    return {each.strip() for text in texts for each in sentence.findall(str(text))}


def test_the_language_of_a_post_is_told_apart_from_that_of_the_page(room: Opened) -> None:
    browser = room.browser()
    browser.headers["Accept-Language"] = "es"
    page = lxml.html.fromstring(browser.get(f"{room.url}/queue", timeout=20).text)
    assert page.get("lang") == "es"
    assert "en" in page.xpath("//article//*[contains(@class, 'words')]/@lang")
    assert page.xpath("//h1")[0].text_content() == "Cola"


def test_a_catalogue_is_shipped_for_every_language() -> None:
    assert catalogues.languages() == ["en", "es"]
    assert set(_words.LANGUAGES) >= {"en", "es"}

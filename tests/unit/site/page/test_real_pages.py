"""Two real pages: one as its SPIP served it, one from its text, built as WordPress would."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import NotAnArticle
from bot.model import FirstPublication, Image, Kind
from bot.site import page

SISTER = "http://127.0.0.1:8000/Antonin-Bernanos-en-prison-depuis-pres-de-deux-mois"


@pytest.fixture(name="sister", scope="module")
def sister_page(shared_dir: Path) -> bytes:
    return (shared_dir / "realinput" / "sister-site-article.html").read_bytes()


@pytest.fixture(name="caravan", scope="module")
def caravan_text(shared_dir: Path) -> list[str]:
    """The blocks of the page's text: headline, dek, share line with caption, paragraphs."""
    text = (shared_dir / "realinput" / "leftvoice-article-page.txt").read_text(encoding="utf-8")
    return [block.strip() for block in text.split("\n\n")]


def test_the_page_of_the_sister_site(sister: bytes) -> None:
    article = page.read(sister, SISTER, fallback=False)
    assert article.headline == (
        'Antonin Bernanos ’"en prison depuis près de deux mois en raison de son militantisme"'
    )
    assert article.dek.endswith("Nous relayons ci-dessous le communiqué de Libérons-Les.")
    assert "<" not in article.dek
    assert article.body[0] == "Communiqué de presse Libérons-Les - 12 juin 2019"
    assert article.body[2].startswith("Le 15 avril dernier, des militants antifascistes")
    assert len(article.body) == 9
    assert article.image == Image(
        "http://www.revolutionpermanente.fr/IMG/arton16445.jpg", width=1366, height=768
    )
    assert (article.published_at, article.day_only) == (datetime(2019, 6, 13, tzinfo=UTC), True)
    assert (article.language, article.site_name) == ("fr", "Révolution Permanente")
    assert (article.section, article.kind) == ("Politique", Kind.STATEMENT)
    assert article.tags == ("Politique", "Répression", "JusticeDeClasse")
    # The author in its head is the organisation, on every page: nobody's byline.
    assert article.authors == ()
    assert article.cms_id == "spip:16445@127.0.0.1:8000"


def caravan_page(wordpress: Callable[..., bytes], text: list[str], **options: object) -> bytes:
    end = next(i for i, block in enumerate(text) if block.startswith("Translation by")) + 1
    after = "".join(f"<p>{block}</p>" for block in text[end + 2 :])
    return wordpress(
        headline=text[1],
        dek=text[2],
        caption=text[3].split("\n")[1],
        story=text[4:end],
        after=f'<div class="related-posts"><h3>Latin America</h3>{after}</div>',
        **{"section": "Latin America", "author": "La Izquierda Diario Mexico", **options},
    )


def test_the_caravan_as_wordpress_would_show_it(
    wordpress: Callable[..., bytes], caravan: list[str]
) -> None:
    article = page.read(
        caravan_page(wordpress, caravan), "https://h.example/caravan/", fallback=False
    )
    assert article.headline == "New Migrant Caravan Heads to the U.S. — Open the Borders"
    assert article.dek.startswith("Central American migrants left in a caravan from Chiapas")
    assert article.translators == ("K.S. Mehta",)
    assert article.first_publication == FirstPublication(
        "First published in Spanish on July 26 in La Izquierda Diario Mexico.",
        language="es",
        outlet="La Izquierda Diario Mexico",
        date="July 26",
    )
    assert article.image is not None
    assert article.image.caption == (
        "Central American migrants in a caravan going from Chiapas to the U.S."
    )
    assert article.kind is Kind.NEWS
    assert article.body[0].startswith("On Monday, about 3,700 Central American migrants")
    assert article.body[-1].startswith("Only the independent mobilization")
    assert len(article.body) == 7


@pytest.mark.parametrize(
    "options", [{"section": "Opinion"}, {"tags": ["Opinion"]}, {"schema": "OpinionNewsArticle"}]
)
def test_its_opinion_is_labelled(
    wordpress: Callable[..., bytes], caravan: list[str], options: dict[str, object]
) -> None:
    body = caravan_page(wordpress, caravan, **options)
    assert page.read(body, "https://h.example/caravan/", fallback=False).kind is Kind.OPINION


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_the_sister_page_damaged_anywhere_never_crashes(sister: bytes, data: st.DataObject) -> None:
    body = bytearray(sister)
    for _ in range(data.draw(st.integers(1, 20))):
        at = data.draw(st.integers(0, len(body)))
        junk = st.binary(max_size=6) | st.sampled_from(
            [b"<", b'"', b"</div>", b"<article>", b"&#x;"]
        )
        body[at : at + data.draw(st.integers(0, 200))] = data.draw(junk)
    try:
        article = page.read(bytes(body), SISTER, fallback=False)
    except NotAnArticle:
        return
    assert article.headline

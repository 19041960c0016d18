from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.errors import NotAnArticle, NotYet
from bot.site import page

URL = "https://harbour.example/dock-workers-stop/"
PROSE = "<p>" + "Harbour crews stopped work Monday; eleven ships wait outside. " * 6 + "</p>"


def read(main: str, *, title: str = "Ships wait", url: str = URL, body: str = "single") -> str:
    source = (
        f'<html lang="en"><head><title>{title}</title><meta property="og:type" content="article">'
        f'</head><body class="{body}"><main>{main}</main></body></html>'
    )
    return page.read(source.encode(), url, fallback=False).headline


@pytest.mark.parametrize(
    "main",
    [
        '<h1>Protected: Ships</h1><form class="post-password-form" method="post">'
        "<p>This content is protected.</p><p><input name=post_password></p></form>",
        '<article class="post post-password-required"><h1>Geschützt: Ships</h1></article>',
        '<h1>Ships</h1><form><input type="password" name="post_password"></form>' + PROSE,
    ],
)
def test_a_page_behind_a_password_is_not_public_yet(main: str) -> None:
    with pytest.raises(NotYet, match="password"):
        read(main)


@pytest.mark.parametrize("query", ["?p=7&preview=true", "?preview=1", "?id=7&var_mode=preview"])
def test_a_preview_is_not_public_yet(query: str) -> None:
    with pytest.raises(NotYet, match="preview"):
        read(f"<h1>Ships</h1>{PROSE}", url=URL + query)


@pytest.mark.parametrize(
    "title",
    [
        "Maintenance",
        "Under maintenance - Harbour Post",
        "Site en travaux",
        "En mantenimiento",
        "Wartungsarbeiten | Hafenpost",
        "Just a moment...",
        "Attention Required! | Cloudflare",
        "Access denied",
    ],
)
def test_a_notice_in_place_of_the_page_is_not_public_yet(title: str) -> None:
    with pytest.raises(NotYet, match="try again later"):
        read("<p>Please come back.</p>", title=title)


def test_a_closed_site_may_say_so_by_its_body() -> None:
    with pytest.raises(NotYet, match="try again later"):
        read("<h1>Back soon</h1>", body="maintenance-mode")


def test_a_text_for_members_is_not_public_yet() -> None:
    with pytest.raises(NotYet, match="members only"):
        read('<h1>Ships wait</h1><div class="pmpro_content_message">Log in to read.</div>')


@pytest.mark.parametrize(
    "title",
    ["404", "Error 404", "404 Not Found", "Page not found – Harbour Post", "Page introuvable"],
)
def test_an_error_page_that_answers_200_is_no_article(title: str) -> None:
    with pytest.raises(NotAnArticle, match="error page") as caught:
        read("<p>Sorry.</p>", title=title)
    assert not isinstance(caught.value, NotYet)


def test_an_error_page_of_wordpress_is_no_article() -> None:
    with pytest.raises(NotAnArticle, match="error page"):
        read(f"<h1>Oops</h1>{PROSE}", body="error404")


@pytest.mark.parametrize(
    "headline",
    [
        "Maintenance workers strike",
        "404 ships wait outside",
        "Not found: the missing millions",
        "Access denied to eleven ships",
        "In maintenance halls, a strike",
    ],
)
def test_a_short_piece_that_only_sounds_like_a_notice_is_read(headline: str) -> None:
    assert read(f"<h1>{headline}</h1>{PROSE}", title=headline) == headline


def test_a_long_piece_about_a_notice_is_read() -> None:
    text = PROSE + PROSE.replace("ships", "barges") + PROSE.replace("ships", "boats")
    assert read(f"<h1>Access denied</h1>{text}", title="Access denied") == "Access denied"


def test_a_public_page_is_read(wordpress: Callable[..., bytes]) -> None:
    assert page.read(wordpress(), URL + "?preview=false", fallback=False).headline

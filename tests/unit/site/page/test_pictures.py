from __future__ import annotations

import pytest

from bot.model import Article, Image
from bot.site import page

HOST = "https://harbour.example"
URL = f"{HOST}/dock-workers-stop/"
PROSE = "<p>" + "Harbour crews stopped work Monday; eleven ships wait outside. " * 6 + "</p>"
UPLOADS = "/wp-content/uploads/2026/11"


def article(inside: str, *, head: str = "", around: str = "", lang: str = "en") -> Article:
    source = (
        f'<html lang="{lang}"><head>{head}</head><body><main><h1>Ships wait</h1>{around}'
        f'<div class="entry-content">{PROSE}{inside}{PROSE}</div></main></body></html>'
    )
    return page.read(source.encode(), URL, fallback=False)


def paths(found: Article) -> list[str]:
    return [image.url.removeprefix(HOST) for image in found.pictures]


def figure(name: str, caption: str = "", more: str = "") -> str:
    below = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f'<figure><img src="/img/{name}.jpg" {more}>{below}</figure>'


def test_the_pictures_of_the_text_come_in_its_order_without_the_first() -> None:
    head = '<meta property="og:image" content="/img/cranes.jpg">'
    inside = figure("cranes") + figure("crew", "The crew. Photo: Ann Lee", 'alt="Nine women"')
    found = article(inside + figure("ships"), head=head)
    assert found.image == Image(f"{HOST}/img/cranes.jpg")
    assert found.pictures == (
        Image(f"{HOST}/img/crew.jpg", "Nine women", "The crew.", "Ann Lee"),
        Image(f"{HOST}/img/ships.jpg"),
    )


def test_each_has_its_own_credit_licence_and_focus() -> None:
    licence = '<a rel="license" href="https://creativecommons.org/licenses/by-nd/4.0/">CC</a>'
    shown = figure("a", f"Cranes. {licence}", 'style="object-position:43% 27%"') + figure("b")
    one, other = article(figure("hero") + shown).pictures
    assert (one.licence, one.focus) == ("CC BY-ND 4.0", (0.43, 0.27))
    assert (other.licence, other.focus, other.credit) == ("", None, "")


def test_a_gallery_of_wordpress_gives_its_whole_pictures() -> None:
    item = (
        '<figure class="wp-block-image size-large"><a href="{0}/{1}.jpg"><img src='
        '"{0}/{1}-300x200.jpg" data-full-url="{0}/{1}.jpg" data-id="7" class="wp-image-7" srcset='
        '"{0}/{1}-300x200.jpg 300w, {0}/{1}-1024x683.jpg 1024w"></a><figcaption>{2}</figcaption>'
        "</figure>"
    )
    inside = '<figure class="wp-block-gallery has-nested-images columns-2">{}{}</figure>'.format(
        item.format(UPLOADS, "crew", "The crew"), item.format(UPLOADS, "gate", "The gate")
    )
    found = article(figure("hero") + inside)
    assert paths(found) == [f"{UPLOADS}/crew.jpg", f"{UPLOADS}/gate.jpg"]
    assert [image.caption for image in found.pictures] == ["The crew", "The gate"]


def test_a_gallery_of_the_old_kind_has_captions_too() -> None:
    inside = (
        '<div class="gallery"><dl class="gallery-item"><dt><img src="/img/crew.jpg" width="800">'
        '</dt><dd class="wp-caption-text gallery-caption">The crew. Photo: Ann Lee</dd></dl></div>'
    )
    (crew,) = article(figure("hero") + inside).pictures
    assert (crew.caption, crew.credit, crew.width) == ("The crew.", "Ann Lee", 800)


def test_a_document_of_spip_is_taken_whole_with_its_credits() -> None:
    thumb = "local/cache-vignettes/L500xH333/crew-41776.jpg"
    inside = (
        '<div class="spip_document_12 spip_documents spip_documents_center"><figure class='
        f'"spip_doc_inner"><a href="IMG/jpg/crew.jpg" class="spip_doc_lien"><img src="/{thumb}'
        '" width="500" height="333"></a><figcaption class="spip_doc_legende"><div class='
        '"spip_doc_titre"><strong>The crew</strong></div><div class="spip_doc_credits">© Ann Lee'
        "</div></figcaption></figure></div>"
    )
    (crew,) = article(figure("hero") + inside).pictures
    assert crew.url == f"{URL}IMG/jpg/crew.jpg"
    assert (crew.caption, crew.credit, crew.width) == ("The crew", "Ann Lee", None)


def test_a_gallery_beside_the_text_is_part_of_the_article() -> None:
    around = f'<div class="documents_portfolio">{figure("one")}{figure("two")}</div>'
    beside = f'<div class="strip">{figure("three")}</div>'
    assert paths(article(figure("hero"), around=around + beside))[-1:] == ["/img/hero.jpg"]
    assert "/img/two.jpg" in paths(article(figure("hero"), around=around + beside))
    assert "/img/three.jpg" not in paths(article(figure("hero"), around=around + beside))


@pytest.mark.parametrize(
    "shown",
    [
        '<img src="/img/logo.png" width="900">',
        '<img src="/img/a.svg" width="900">',
        '<div class="author-box"><figure><img src="/img/ann.jpg"></figure></div>',
        '<img class="avatar" src="/img/ann.jpg" width="900">',
        '<div class="related-posts"><figure><img src="/img/a.jpg"></figure></div>',
        '<aside><figure><img src="/img/a.jpg"></figure></aside>',
        '<a href="/another-article/"><figure><img src="/img/a.jpg" width="900"></figure></a>',
        '<figure><a href="https://shop.example/"><img src="/img/a.jpg" width="900"></a></figure>',
        '<div class="advertisement"><img src="/img/a.jpg" width="900"></div>',
        '<img src="/img/a.jpg" alt="Anzeige" width="900">',
        '<figure class="wp-block-embed"><img src="/img/a.jpg" width="900"></figure>',
        '<img src="https://pixel.wp.example/g.gif">',
        '<img src="/count.gif" width="1" height="1">',
        '<img src="/divider.png">',
        '<img src="data:image/gif;base64,R0lGOD">',
        '<img class="wp-smiley" src="https://s.w.org/images/core/emoji/72x72/1f642.png">',
        '<figure><img src="/img/a-300x200.jpg"></figure>',
        '<figure><img src="/img/a.jpg" width="480"></figure>',
        '<figure><img src="https://cdn.example/a.jpg?w=300"></figure>',
        '<figure><img src="/img/hero-1024x683.jpg" width="1024"></figure>',
        '<figure><img src="/img/hero.jpg.webp"></figure>',
        '<figure><img src="https://cdn.example/_next/image?url=%2Fimg%2Fhero.jpg&w=1080"></figure>',
    ],
)
def test_what_is_no_picture_of_the_story_is_left_out(shown: str) -> None:
    head = '<meta property="og:image" content="/img/hero.jpg">'
    assert paths(article(shown, head=head)) == []


@pytest.mark.parametrize(
    "shown",
    [
        '<a href="/img/a.jpg"><img src="/img/a-300x200.jpg"></a>',
        '<a href="/dock-workers-stop/a/" rel="attachment"><img src="/img/a.jpg"></a>',
        '<a href="/dock-workers-stop/a/"><img src="/img/a.jpg" width="900"></a>',
        '<figure><a href="https://www.flickr.com/photos/7"><img src="/img/a.jpg"></a>'
        "<figcaption>Ann Lee, CC BY 2.0</figcaption></figure>",
        '<p><img src="/img/a.jpg"></p>',
        '<img src="data:image/gif;base64,R0lGOD" data-src="/img/a.jpg" width="900">'
        '<noscript><img src="/img/a.jpg" width="900"></noscript>',
        '<picture><source srcset="/img/a.jpg 1600w"><img src="/img/a-480x300.jpg"></picture>',
    ],
)
def test_a_picture_that_leads_to_itself_or_to_its_source_is_taken_once(shown: str) -> None:
    assert paths(article(figure("hero") + shown)) == ["/img/a.jpg"]


def test_pictures_that_their_server_calls_alike_are_two() -> None:
    inside = "".join(f'<figure><img src="/{n}/original.jpg"></figure>' for n in (1, 2, 1))
    assert paths(article(figure("hero") + inside)) == ["/1/original.jpg", "/2/original.jpg"]


def test_more_than_eight_are_nobodys_gallery() -> None:
    inside = "".join(figure(f"dock-{n}") for n in range(30))
    assert len(article(inside).pictures) == 8


def test_a_licence_at_the_foot_of_the_page_is_none_of_a_picture() -> None:
    shown = f'<p><img src="/img/a.jpg" width="900"></p>{PROSE * 2}'
    foot = '<p><a rel="license" href="https://creativecommons.org/licenses/by/4.0/">CC</a></p>'
    found = article(figure("hero") + shown + foot)
    assert [image.licence for image in (found.image, *found.pictures) if image] == ["", ""]

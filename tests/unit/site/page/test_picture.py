from __future__ import annotations

import json

import pytest

from bot.model import Image
from bot.site import page

URL = "https://harbour.example/dock-workers-stop/"
PROSE = "<p>" + "Harbour crews stopped work Monday; eleven ships wait outside. " * 6 + "</p>"
UPLOADS = "/wp-content/uploads/2026/11"


def image(head: str = "", main: str = "", lang: str = "en") -> Image | None:
    source = (
        f'<html lang="{lang}"><head>{head}</head><body><main><h1>Ships wait</h1>{main}{PROSE}'
        "</main></body></html>"
    )
    return page.read(source.encode(), URL, fallback=False).image


def og(address: str) -> str:
    return f'<meta property="og:image" content="{address}">'


def path(found: Image | None) -> str:
    return found.url.removeprefix("https://harbour.example") if found else ""


@pytest.mark.parametrize(
    "address",
    [
        "/img/site-icon-512x512.png",
        "/img/ms-icon-310x310.png",
        "/i/facebook.png",
        "/img/fb.jpg",
        "/img/og-image.png",
        "/img/opengraph_default.png",
        "/img/twitter-standard.jpg",
        "/img/some-default.jpg",
        "/img/card-share.jpg",
        "/img/default_500.png",
        "/img/no-photo.png",
        "/img/social_media_image.png",
        "/wp-content/themes/harbour/pill.png",
        "/wp-content/plugins/seo/default-user-image.png",
        "/default-images/opener.jpg",
        "/profile_images/7/ann.jpg",
        "https://secure.gravatar.com/blavatar/x.jpg",
        "https://ad.doubleclick.net/x.jpg",
        "https://ads.harbour.example/x.jpg",
        "https://stats.wp.com/g.gif",
    ],
)
def test_what_stands_for_a_site_or_a_person_is_refused(address: str) -> None:
    assert image(og(address)) is None


@pytest.mark.parametrize(
    "address",
    [
        "/storage/3599595_default_1vW4VU.jpg",
        "/vi/Lfw9H63g0OQ/maxresdefault.jpg",
        "/img/2026/11/facebook.jpg",
        "/img/debt-default.jpg",
        "/img/strike-facebookJumbo.jpg",
        "/img/share-of-wages.jpg",
        "/img/catalogo.jpg",
        "/img/social-housing.jpg",
        "/img/fallbackers.jpg",
        "/img/icon-of-labour.jpg",
    ],
)
def test_a_picture_that_only_sounds_so_is_kept(address: str) -> None:
    assert path(image(og(address))) == address


@pytest.mark.parametrize(
    "head",
    [
        f'<link rel="icon" href="{UPLOADS}/cropped-np-32x32.png">',
        f'<link rel="apple-touch-icon" href="{UPLOADS}/np-180x180.png">',
        '<script type="application/ld+json">'
        + json.dumps({"@type": "Organization", "image": f"{UPLOADS}/np.png"})
        + "</script>",
        '<script type="application/ld+json">'
        + json.dumps({"@type": "WebSite", "image": {"url": f"{UPLOADS}/np.png"}})
        + "</script>",
    ],
)
def test_the_picture_that_the_site_gives_itself_is_none_of_the_article(head: str) -> None:
    assert image(og(f"{UPLOADS}/np-512x512.png") + head) is None


def test_of_several_sizes_the_largest_that_is_named_is_taken() -> None:
    shown = (
        f'<figure><img src="{UPLOADS}/a-300x200.jpg" width="300" srcset="{UPLOADS}/a-300x200.jpg'
        f' 300w, {UPLOADS}/a-1024x683.jpg 1024w, {UPLOADS}/a.jpg 1600w"></figure>'
    )
    assert path(image(main=shown)) == f"{UPLOADS}/a.jpg"
    assert path(image(og(f"{UPLOADS}/a-300x200.jpg"), shown)) == f"{UPLOADS}/a.jpg"


@pytest.mark.parametrize(
    "shown",
    [
        f'<a href="{UPLOADS}/a.jpg"><img src="{UPLOADS}/a-300x200.jpg"></a>',
        f'<img src="{UPLOADS}/a-300x200.jpg" data-orig-file="{UPLOADS}/a.jpg">',
        f'<picture><source srcset="{UPLOADS}/a.jpg 1600w"><img src="{UPLOADS}/a-300x200.jpg">'
        "</picture>",
    ],
)
def test_the_whole_picture_is_found_where_the_page_names_it(shown: str) -> None:
    assert path(image(og(f"{UPLOADS}/a-300x200.jpg"), shown)) == f"{UPLOADS}/a.jpg"


def test_a_size_that_no_page_names_is_never_made_up() -> None:
    assert path(image(og(f"{UPLOADS}/a-300x200.jpg"))) == f"{UPLOADS}/a-300x200.jpg"
    other = f'<img src="{UPLOADS}/b.jpg">'
    assert path(image(og(f"{UPLOADS}/a-300x200.jpg"), other)) == f"{UPLOADS}/a-300x200.jpg"


def test_a_print_file_is_too_large() -> None:
    shown = f'<img src="{UPLOADS}/a-300x200.jpg" srcset="{UPLOADS}/a-9000x6000.jpg 9000w">'
    assert path(image(og(f"{UPLOADS}/a-300x200.jpg"), shown)) == f"{UPLOADS}/a-300x200.jpg"


@pytest.mark.parametrize("box", ["author-box", "related posts", "advert", "newsletter"])
def test_a_picture_beside_the_article_is_none_of_it(box: str) -> None:
    assert image(main=f'<div class="{box}"><figure><img src="/x.jpg"></figure></div>') is None


@pytest.mark.parametrize(
    ("link", "licence"),
    [
        ("https://creativecommons.org/licenses/by-sa/4.0/", "CC BY-SA 4.0"),
        ("http://creativecommons.org/licenses/by-nc-nd/3.0/deed.de", "CC BY-NC-ND 3.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0 1.0"),
        ("https://harbour.example/ann", ""),
    ],
)
def test_a_licence_is_named_from_its_link(link: str, licence: str) -> None:
    shown = (
        f'<figure><img src="/x.jpg"><figcaption>Cranes. <a href="{link}">Licence</a>'
        "</figcaption></figure>"
    )
    found = image(main=shown)
    assert found is not None
    assert found.licence == licence


@pytest.mark.parametrize(
    ("lang", "caption", "credit"),
    [
        ("en", "Cranes stand still. Photo: Ann Lee", "Ann Lee"),
        ("de", "Die Kräne stehen. Foto: Ann Lee", "Ann Lee"),
        ("fr", "Les grues ne bougent plus. Photo : Ann Lee", "Ann Lee"),
        ("es", "Las grúas no se mueven. Foto: Ann Lee", "Ann Lee"),
        ("es", "Las grúas no se mueven. Imagen: Ann Lee", "Ann Lee"),
        ("pt", "Os guindastes estão parados. Foto: Ann Lee", "Ann Lee"),
        ("it", "Le gru sono ferme. Foto: Ann Lee", "Ann Lee"),
        ("ca", "Les grues estan aturades. Foto: Ann Lee", "Ann Lee"),
        ("tr", "Vinçler duruyor. Fotoğraf: Ann Lee", "Ann Lee"),
        ("ar", "الرافعات متوقفة. صورة: آن لي", "آن لي"),
        ("de", "Die Kräne stehen. Bild: Ann Lee", "Ann Lee"),
    ],
)
def test_whose_picture_it_is_is_read_in_nine_languages(
    lang: str, caption: str, credit: str
) -> None:
    shown = f'<figure><img src="/x.jpg"><figcaption>{caption}</figcaption></figure>'
    found = image(main=shown, lang=lang)
    assert found is not None
    assert (found.caption, found.credit) == (caption.partition(".")[0] + ".", credit)


def test_a_credit_in_the_alternative_text_is_no_part_of_it() -> None:
    found = image(main='<figure><img src="/x.jpg" alt="Idle cranes. © Ann Lee/EFE"></figure>')
    assert found is not None
    assert (found.alt, found.credit) == ("Idle cranes.", "Ann Lee/EFE")
    described = "Photo: Two crews wait at the gate"
    found = image(main=f'<figure><img src="/x.jpg" alt="{described}"></figure>')
    assert found is not None
    assert (found.alt, found.credit) == (described, "")
    credited = '<img src="/x.jpg" alt="Idle cranes"><figcaption>Photo: Ann Lee</figcaption>'
    found = image(main=f"<figure>{credited}</figure>")
    assert found is not None
    assert (found.alt, found.credit) == ("Idle cranes", "Ann Lee")


def test_a_caption_is_of_the_picture_that_it_stands_below() -> None:
    other = '<div class="caption">The other. Photo: Ann Lee</div>'
    row = "".join(f'<img src="/{name}.jpg" width="900">' for name in "abcd")
    found = image(main=f"<div>{row}{other}</div>")
    assert found is not None
    assert (found.caption, found.credit) == ("", "")
    found = image(main=f'<div><img src="/x.jpg" width="900">{PROSE * 3}{other}</div>')
    assert found is not None
    assert (found.caption, found.credit) == ("", "")


def test_without_a_word_in_the_head_the_largest_size_of_what_is_shown_is_taken() -> None:
    shown = '<figure><img src="/x?w=400" srcset="/x?w=400 400w, /x?w=1600 1600w"></figure>'
    found = image(main=shown)
    assert found is not None
    assert (path(found), found.width) == ("/x?w=1600", 1600)


@pytest.mark.parametrize(
    ("licence", "name"),
    [
        ("https://creativecommons.org/licenses/by-nd/4.0/", "CC BY-ND 4.0"),
        ({"@type": "CreativeWork", "url": "https://rights.example/x"}, "https://rights.example/x"),
        ("All rights reserved", "All rights reserved"),
    ],
)
def test_the_licence_of_structured_data_is_the_pictures_own(licence: object, name: str) -> None:
    maker = {"@type": "Person", "name": "Ann Lee"}
    shown = {"@type": "ImageObject", "url": "/x.jpg", "license": licence, "creator": maker}
    node = {"@type": "NewsArticle", "headline": "Ships wait", "image": shown, "license": "/all"}
    found = image(f'<script type="application/ld+json">{json.dumps(node)}</script>')
    assert found is not None
    assert (found.licence, found.credit) == (name, "Ann Lee")

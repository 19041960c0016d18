"""Pages that show the accounts of others: a wrong account is far worse than a missing one."""

from __future__ import annotations

import json
from time import process_time

import pytest

from bot.site.discover import Candidate, Seen, channels, look

HOME = "https://harbour.example/"
UC = "UCwLLr_Fo9dpdJ9UHq4A7PjA"
OURS = '<a href="https://facebook.com/harbourpost">f</a><a href="https://x.com/harbour_post">x</a>'


def pages(body: str = "", head: str = "", url: str = HOME) -> list[Seen]:
    """Give front page and article of a site whose pages all show the same around their text."""
    html = f"<html lang=en><head><title>t</title>{head}</head><body>{body}<p>text</body></html>"
    return [look(html.encode(), address) for address in (url, f"{url}dock-workers-stop/")]


def link(address: str, text: str = "") -> str:
    return f'<a href="https://{address}">{text}</a>'


def data(*nodes: dict[str, object]) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@graph": nodes})}</script>'


def ranked(
    seen: list[Seen], home: str = HOME, name: str = "Harbour Post"
) -> dict[str, tuple[Candidate, ...]]:
    return channels(seen, home=home, name=name)


def sure(seen: list[Seen], home: str = HOME, name: str = "Harbour Post") -> dict[str, str]:
    found = ranked(seen, home, name)
    return {p: cs[0].profile.account for p, cs in found.items() if cs[0].sure}


def organisation(**more: object) -> dict[str, object]:
    return {"@type": "NewsMediaOrganization", "name": "Harbour Post", **more}


@pytest.mark.parametrize(
    "stranger",
    [
        f"<div style='display:none'>{link('x.com/casino_best')}</div>",
        f"<aside class=sidebar><h3>Partners</h3>{link('x.com/pier_daily')}</aside>",
        f"<div class=follow-our-journalists>{link('x.com/anapaz')}{link('x.com/leoruiz')}</div>",
        "<div class=sbi_feed><a href='https://www.instagram.com/p/Cx1/'>post</a>"
        "<a href='https://www.instagram.com/crane.lover/'>@crane.lover</a></div>",
        '<div class="fb-page" data-href="https://www.facebook.com/pierdaily/"></div>',
        "<iframe src='https://www.facebook.com/plugins/likebox.php?href=https%3A%2F%2F"
        "www.facebook.com%2Fpierdaily'></iframe>",
        f"<footer>{link('linktr.ee/harbour')}{link('mastodon.social/@harbour')}"
        f"{link('instagram.com/dockagency.tm', 'Web design: DA')}</footer>",
        f"<!-- {link('instagram.com/harbourpost')} -->",
        "<a href=\"javascript:window.open('https://instagram.com/harbourpost')\">i</a>",
        "<amp-social-share type=instagram data-param-url='https://instagram.com/harbourpost'>",
        "<a href='https://www.facebook.com/sharer.php?u=https%3A%2F%2Finstagram.com%2Fharbourpost'>"
        "<a href='https://l.instagram.com/?u=https%3A%2F%2Finstagram.com%2Fharbourpost'>",
    ],
    ids=range(11),
)
def test_strangers_on_every_page_are_not_the_site(stranger: str) -> None:
    ours = f"<header class=social>{OURS}</header>"
    assert sure(pages(ours + stranger)) == {"facebook": "harbourpost", "twitter": "harbour_post"}
    assert sure(pages(stranger)) == {}


def test_who_made_the_site_is_not_the_site() -> None:
    for credit in ("Website by", "Theme:", "Umsetzung:", "Desarrollado por"):
        made = f"<p>{credit} {link('instagram.com/dock.studio', 'Studio')}</p>"
        found = sure(pages(f"<footer>{OURS}<div>{made}</div></footer>"))
        assert found == {"facebook": "harbourpost", "twitter": "harbour_post"}


def test_a_foreign_name_in_the_list_of_channels_is_a_question() -> None:
    for other in ("betterstuff", "pier_ministry", "dock_awards"):
        body = f"<footer class=social>{OURS}{link(f'instagram.com/{other}')}</footer>"
        assert sure(pages(body)) == {"facebook": "harbourpost", "twitter": "harbour_post"}


def test_me_in_the_footer_is_one_sign_and_not_two() -> None:
    body = "<footer><a rel=me href='https://x.com/dock_agency'>x</a></footer>"
    assert sure(pages(body)[:1]) == {}


def test_the_page_names_another_account_than_its_links() -> None:
    head = '<meta name="twitter:site" content="@harbour_news">'
    assert sure(pages(f"<header>{link('x.com/harbour_post')}</header>", head)) == {}
    head = '<meta property="article:publisher" content="https://facebook.com/harbourtechmagazine">'
    author = f"<div class=author>{link('facebook.com/harbourpost')}</div>"
    assert sure(pages(head=head)) == {"facebook": "harbourtechmagazine"}
    assert sure(pages(author, head)) == {}  # the very name of the site is there too


def test_data_of_another_sites_organisation_says_nothing_of_this_one() -> None:
    sister = organisation(
        name="Pier Daily", url="https://pier.example/", sameAs=["https://x.com/pierdaily"]
    )
    body = f"<header>{link('x.com/pierdaily')}</header>"
    found = ranked(pages(body, data(sister)))["twitter"][0]
    assert not found.sure
    assert "the data gives it to the organisation of another site" in found.evidence
    assert sure(pages(body, data(sister | {"url": "https://www.harbour.example/"}))) == {
        "twitter": "pierdaily"
    }


def test_whom_an_article_is_about_and_where_it_comes_from_are_not_the_site() -> None:
    party = {"@type": "Organization", "name": "Sea Party", "sameAs": "https://x.com/seaparty"}
    mayor = {"@type": "Person", "name": "Ana Paz", "sameAs": "https://facebook.com/anapazmayor"}
    article: dict[str, object] = {
        "@type": "NewsArticle",
        "about": [party],
        "mentions": [mayor],
        "sourceOrganization": party,
        "publisher": organisation(sameAs=["https://facebook.com/harbourpost"]),
    }
    found = ranked(pages(head=data(article)))
    assert {p: [c.profile.account for c in cs] for p, cs in found.items()} == {
        "facebook": ["harbourpost"]
    }
    assert sure(pages(head=data(party, mayor))) == {}
    story = f"<article><p>{link('x.com/seaparty')}{link('facebook.com/anapazmayor')}</article>"
    assert sure(pages(story, data(party, mayor))) == {}


def test_of_a_whole_networks_accounts_the_declared_one_is_ours() -> None:
    sisters = ("puerto_diario", "hafenpost", "leport_fr", "porto_it", "harbour_post_es")
    listed = "".join(link(f"x.com/{name}") for name in ("harbour_post", *sisters))
    footer = f"<footer class=network>{listed}</footer>"
    assert sure(pages(footer)) == {}  # one is named like ours, in another language
    card = '<meta name="twitter:site" content="@harbour_post">'
    assert sure(pages(footer, card)) == {"twitter": "harbour_post"}
    there = pages(footer, url="https://limani.example/")
    assert sure(there, "https://limani.example/", "Liman Postası") == {}


def test_news_and_sports_are_a_question() -> None:
    two = link("x.com/harbour_post") + link("x.com/harbourpostsport")
    assert sure(pages(f"<header>{two}</header>")) == {}


def test_a_host_of_many_sites_lends_none_its_name() -> None:
    for host, account in (("fandom.com", "getfandom"), ("substack.com", "SubstackInc")):
        home = f"https://harbourwiki.{host}/"
        seen = pages(f"<footer>{link(f'x.com/{account}')}</footer>", url=home)
        assert ranked(seen, home, "Harbour Wiki") == {}
    home = "https://harbourwiki.netlify.app/"
    seen = pages(f"<footer>{link('x.com/netlify')}</footer>", url=home)
    assert sure(seen, home, "Harbour Wiki") == {}


@pytest.mark.parametrize(
    "address",
    [
        "youtube.com/@h\u0430rbourpost",  # a Cyrillic “a”
        "youtube.com/c/harbourp%D0%BEst",
        "x.com/h\u0430rbour_post",
        "facebook.com/harbourp\u03bfst",
        "instagram.com/harbour\u200bpost",
    ],
)
def test_a_name_in_disguise_is_no_account(address: str) -> None:
    assert ranked(pages(f"<header>{link(address)}</header>")) == {}


def test_names_of_other_scripts_are_accounts() -> None:
    assert ranked(pages(f"<header>{link('youtube.com/@новости')}</header>"))["youtube"]
    assert ranked(pages(f"<header>{link('youtube.com/c/OÖVolksblatt')}</header>"))["youtube"]


@pytest.mark.parametrize("people", [1, 60])
def test_data_without_end_is_read_in_time(people: int) -> None:
    names = [{"@type": "Person", "name": f"Ana{n} Paz de Mar{n}"} for n in range(people)]
    many = [f"https://x.com/harbour{n}" for n in range(10_000)]
    nodes = [organisation(sameAs=many[at : at + 50]) for at in range(0, 10_000, 50)]
    begun = process_time()
    assert sure(pages(head=data(*names, *nodes))) == {}
    assert process_time() - begun < 1.5


def test_pages_full_of_accounts_are_weighed_in_time() -> None:
    seen = [
        pages("".join(link(f"x.com/h{n}_{at}") for at in range(400)), url=f"{HOME}{n}/")[0]
        for n in range(10)
    ]
    begun = process_time()
    assert len(ranked(seen)["twitter"]) <= 50
    assert process_time() - begun < 3

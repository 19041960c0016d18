"""Addresses of the four networks: whose account they open, if anybody's."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.site.discover._profile import handle, profile, via

UC = "UCwLLr_Fo9dpdJ9UHq4A7PjA"

ACCOUNTS = {
    "facebook": [
        ("https://www.facebook.com/harbourpost/", "harbourpost"),
        ("http://facebook.com/Harbour.Post", "Harbour.Post"),
        ("//de-de.facebook.com/harbourpost?ref=ts&fref=ts", "harbourpost"),
        ("facebook.com/harbourpost", "harbourpost"),
        ("http://https://www.facebook.com/harbourpost", "harbourpost"),
        ("https://m.facebook.com/harbourpost#top", "harbourpost"),
        ("https://fb.com/harbourpost", "harbourpost"),
        ("https://www.facebook.com/pg/harbourpost/about/?ref=page_internal", "harbourpost"),
        ("https://www.facebook.com/harbourpost/videos/", "harbourpost"),
        ("http://www.facebook.com/#!/harbourpost", "harbourpost"),
        ("https://m.me/harbourpost", "harbourpost"),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Ffacebook.com%2Fharbourpost", "harbourpost"),
        ("//www.facebook.com/plugins/page.php?href=https%3A%2F%2Ffb.com%2Fhp&tabs", "hp"),
        ("https://web.archive.org/web/20190101id_/https://facebook.com/harbourpost", "harbourpost"),
        ("https://www.facebook.com/profile.php?sk=about&amp;id=100012345678", "100012345678"),
        ("https://www.facebook.com/pages/Harbour-Post/123456789?sk=wall", "123456789"),
        ("https://facebook.com/pages/category/Magazine/Harbour-Post-123456789/", "123456789"),
        ("https://www.facebook.com/people/Harbour-Post/100012345678/", "100012345678"),
        ("https://www.facebook.com/p/Harbour-Post-100012345678", "100012345678"),
        ("https://www.facebook.com/Harbour-Post-100012345678", "100012345678"),
    ],
    "twitter": [
        ("https://twitter.com/harbour_post", "harbour_post"),
        ("https://x.com/harbour_post?lang=en", "harbour_post"),
        ("https://twitter.com/@harbour_post", "harbour_post"),
        ("https://mobile.twitter.com/%40harbour_post/", "harbour_post"),
        ("http://twitter.com/#!/harbour_post", "harbour_post"),
        ("https://twitter.com/intent/follow?a=b&amp;screen_name=harbour_post", "harbour_post"),
        ("https://x.com/intent/user?screen_name=@harbour_post", "harbour_post"),
        ("https://twitter.com/harbour_post/with_replies", "harbour_post"),
        ("https://twitter.com/a_legacy_name_of_20_", "a_legacy_name_of_20_"),
    ],
    "instagram": [
        ("https://www.instagram.com/harbour.post/?hl=en", "harbour.post"),
        ("instagram.com/_u/harbour.post", "harbour.post"),
        ("https://instagr.am/harbour.post", "harbour.post"),
        ("https://www.instagram.com/@harbour.post", "harbour.post"),
        ("https://www.instagram.com/harbour.post/reels/", "harbour.post"),
    ],
    "youtube": [
        ("https://www.youtube.com/@harbourpost", "@harbourpost"),
        ("https://youtube.com/@harbourpost/videos?view=0", "@harbourpost"),
        (f"https://www.youtube.com/channel/{UC}?sub_confirmation=1", UC),
        (f"https://m.youtube.com/channel/{UC}/featured", UC),
        ("https://www.youtube.com/c/HarbourPost/videos", "HarbourPost"),
        ("http://www.youtube.com/user/harbourpost?feature=watch", "harbourpost"),
        ("http://www.youtube.com/harbourpost", "harbourpost"),
        ("http://www.youtube.com/subscription_center?add_user=harbourpost", "harbourpost"),
        ("https://www.youtube.com/c/%C3%9AltimasNoticias", "ÚltimasNoticias"),
    ],
}

NOBODY = """
https://www.facebook.com/sharer/sharer.php?u=https://harbour.example/
https://www.facebook.com/share.php?u=https://harbour.example/
https://www.facebook.com/share/1AbCdEfGh/
https://www.facebook.com/dialog/feed?app_id=1&link=x
https://www.facebook.com/plugins/like.php?href=https://www.facebook.com/harbourpost
https://www.facebook.com/groups/1234567
https://www.facebook.com/events/1234567/
https://www.facebook.com/photo.php?fbid=1234567
https://www.facebook.com/photo/?fbid=1234567
https://www.facebook.com/watch/?v=1234567
https://www.facebook.com/reel/1234567
https://m.facebook.com/story.php?story_fbid=2422433654652464&amp;id=2000993656796468
https://www.facebook.com/permalink.php?story_fbid=1&id=1234567
https://www.facebook.com/harbourpost/posts/1234567
https://www.facebook.com/harbourpost/videos/1234567/
https://www.facebook.com/login/?next=x
https://www.facebook.com/policies/cookies/
https://www.facebook.com/2008/fbml
https://www.facebook.com/
https://developers.facebook.com/docs
https://notfacebook.com/harbourpost
https://twitter.com/intent/tweet?url=x&via=harbour_post
https://twitter.com/intent/like?tweet_id=1
https://twitter.com/share?url=x
https://twitter.com/home?status=x
https://twitter.com/harbour_post/status/1
https://twitter.com/harbour_post/lists/staff
https://twitter.com/hashtag/strike
https://twitter.com/search?q=strike
https://x.com/i/lists/1
https://twitter.com/a_name_that_is_much_too_long
https://twitter.com/363209896562413568
https://pic.twitter.com/AbCd
https://netflix.com/harbourpost
https://www.instagram.com/p/AbCd/
https://www.instagram.com/reel/AbCd/
https://www.instagram.com/reels/AbCd/
https://www.instagram.com/tv/AbCd/
https://www.instagram.com/stories/harbour.post/1/
https://www.instagram.com/explore/tags/strike/
https://www.instagram.com/accounts/login/
https://www.instagram.com/harbour.post/p/AbCd/
https://www.youtube.com/watch?v=AbCd
https://www.youtube.com/embed/AbCd
https://www.youtube.com/shorts/AbCd
https://www.youtube.com/live/AbCd
https://www.youtube.com/playlist?list=AbCd
https://www.youtube.com/results?search_query=x
https://www.youtube.com/channel/UCshort
https://www.youtube.com/profile?user=x
https://youtu.be/AbCd
https://www.youtube.com/
mailto:editor@facebook.com
/facebook.com
#
""".split()


@pytest.mark.parametrize(
    ("platform", "address", "account"),
    [(platform, *case) for platform, cases in ACCOUNTS.items() for case in cases],
)
def test_a_follow_link_names_its_account(platform: str, address: str, account: str) -> None:
    found = profile(address)
    assert found is not None
    assert (found.platform, found.account) == (platform, account)
    assert profile(found.url) == found


@pytest.mark.parametrize("address", NOBODY)
def test_any_other_link_names_nobody(address: str) -> None:
    assert profile(address) is None


def test_a_number_is_kept_as_such() -> None:
    for address in ("https://www.facebook.com/pages/x/123456789", "https://fb.com/123456789"):
        found = profile(address)
        assert found is not None
        assert (found.id, found.url) == ("123456789", "https://www.facebook.com/123456789")
    channel = profile(f"https://www.youtube.com/channel/{UC}")
    assert channel is not None
    assert channel.id == UC
    other = profile(f"https://www.youtube.com/channel/{UC.swapcase().replace('uc', 'UC', 1)}")
    assert other is not None
    assert other.key != channel.key


def test_spellings_of_one_account_are_one() -> None:
    def key(address: str) -> object:
        found = profile(address)
        assert found is not None
        return found.key

    assert key("https://fb.com/Harbour.Post") == key("https://www.facebook.com/harbourpost/")
    assert key("https://x.com/Harbour_Post") == key("https://twitter.com/@harbour_post")
    assert key("https://youtube.com/c/Harbour") == key("https://youtube.com/@harbour")
    # A dot is nothing on Facebook, and a letter on Instagram.
    assert key("https://instagram.com/h.p") != key("https://instagram.com/hp")


def test_a_share_link_may_name_the_site() -> None:
    found = via("https://twitter.com/share?url=http://h.example/a&text=b &via=harbour_post")
    assert found is not None
    assert found.account == "harbour_post"
    assert via("https://twitter.com/intent/tweet?text=a") is None
    assert via("https://twitter.com/harbour_post?via=other") is None
    assert via("https://harbour.example/share?via=harbour_post") is None


@pytest.mark.parametrize("value", ["@harbour_post", "harbour_post", "https://x.com/harbour_post"])
def test_a_card_names_an_account_in_several_ways(value: str) -> None:
    found = handle(value)
    assert found is not None
    assert found.account == "harbour_post"


HOSTS = st.sampled_from(
    ["facebook.com", "www.twitter.com", "x.com", "instagram.com", "m.youtube.com", "l.facebook.com"]
)
STEPS = st.sampled_from(
    f"@h l.php redirect pages people p pg channel {UC} user c intent follow _u plugins page"
    " profile.php videos 123456789 %40h a-12345678".split()
)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_an_account_is_found_again_by_its_own_address(data: st.DataObject) -> None:
    steps = data.draw(st.lists(STEPS | st.text(max_size=12), max_size=4))
    query = data.draw(
        st.sampled_from(["", "?id=123456789", "?screen_name=h", "?u=//x.com/h", "?q=fb.com/h"])
        | st.text(max_size=20).map("?{}".format)
    )
    scheme = data.draw(st.sampled_from(["https://", "http:/", "//", "", "https:https://"]))
    address = f"{scheme}{data.draw(HOSTS)}/{'/'.join(steps)}{query}"
    found = profile(address)
    via(address)
    if found is not None:
        assert profile(found.url) == found
        assert found.account


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200) | st.sampled_from(["//" * 2000, "https:" * 600, "x.com/" * 600]))
def test_no_address_raises(address: str) -> None:
    profile(address)
    via(address)
    handle(address)

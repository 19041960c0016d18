"""Publishing as it is run: the real program, a site and the four platforms on loopback."""

from __future__ import annotations

import contextlib
import signal
import sqlite3
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest
from newsroom import PLATFORMS, Newsroom
from world import Answer, Bot, Site, kill, wait_until

from bot import review
from bot.demo.doubles import Doubles, Fault


@pytest.fixture
def newsroom(bot: Bot, site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """A newsroom; whatever a test did with it, no secret was left anywhere."""
    with Doubles(tmp_path_factory.mktemp("doubles")) as doubles:
        made = Newsroom(bot, site, doubles)
        yield made
        assert made.leaks() == []


def test_an_article_goes_out_on_every_channel_once(newsroom: Newsroom) -> None:
    newsroom.opens(*PLATFORMS)
    posts = newsroom.announces("one", approves=False)
    newsroom.says("approve", *(str(post.id) for post in posts))
    said = newsroom.says("publish", "--dry-run")
    assert "nothing was sent" in said
    assert newsroom.live() == []

    told = [newsroom.bot.start("publish", *more) for more in ((), ("--json",))]
    for process in told:
        out, err = process.communicate(timeout=60)
        newsroom.answers.append(Answer(process.returncode, out, err))
        assert process.returncode == 0, err
    assert sorted(newsroom.live()) == sorted(PLATFORMS)
    rows = {row["platform"]: row for row in newsroom.bot.json("history")}
    for effect in newsroom.doubles.effects(kind="post"):
        row = rows[effect["platform"]]
        assert row["state"] == "published"
        assert row["remote"]["id"] == effect["id"]
        assert row["remote"]["url"].startswith("http")
        assert effect["text"] == row["text"]

    assert "Nothing is due" in newsroom.says("publish")
    assert "0 posts due" in newsroom.says("publish", "--dry-run")
    assert len(newsroom.live()) == 4


def test_an_article_taken_back_is_recalled(newsroom: Newsroom) -> None:
    newsroom.opens("twitter")
    posts = dict(zip("abcde", newsroom.announces("a", "b", "c", "d", "e"), strict=True))
    site = newsroom.site
    kept = site.pages["/b"][2].decode()
    site.put("/a", "gone", status=404)
    site.put("/b", kept.replace("<head>", "<head><meta name='robots' content='noindex'>"))
    site.article("c", headline="Council puts the vote off")
    site.put("/d", "busy", status=503)
    said = newsroom.says("publish", code=1)
    assert {name: newsroom.state(post) for name, post in posts.items()} == {
        "a": "held",
        "b": "held",
        "c": "held",
        "d": "approved",
        "e": "published",
    }
    assert "404" in said
    assert "“Council puts the vote off”" in said
    assert newsroom.live() == ["twitter"]

    # The server is back; whoever looks at the new headline decides.
    site.article("d")
    with newsroom.inside() as app:
        late = newsroom.read(posts["d"])
        assert late.not_before is not None
        assert "503" in late.reason
        review.edit(
            app.store,
            posts["c"].id,
            app.judge_of(posts["c"]),
            text=f"Council puts the vote off {site.url}/c",
            who="ines",
            now=app.now(),
        )
        newsroom.approve(app, posts["c"])
        review.reject(app.store, posts["a"].id, "taken back", who="ines", now=app.now())
        review.reject(app.store, posts["b"].id, "taken back", who="ines", now=app.now())
    newsroom.says("publish")
    assert newsroom.state(posts["c"]) == "published"
    assert newsroom.state(posts["d"]) == "approved"
    assert len(newsroom.live()) == 2


def test_another_account_blocks_its_channel_loudly(newsroom: Newsroom) -> None:
    newsroom.opens("twitter", "facebook")
    newsroom.doubles.facebook.account = "strangers"
    on_x, on_facebook = newsroom.announces("one")
    said = newsroom.says("publish", code=1)
    assert "“strangers”" in said
    assert newsroom.state(on_x) == "published"
    assert newsroom.state(on_facebook) == "approved"
    assert newsroom.live() == ["twitter"]
    said = newsroom.says("status", code=1)
    assert "harbour/facebook" in said
    assert "“strangers”" in said

    facebook = newsroom.doubles.facebook  # now the right one is connected
    facebook.account = "harbourpost"
    facebook.tokens["mended-page-token"] = facebook.tokens.pop(facebook.token)
    newsroom.bot.environ["BOT_HARBOUR_FACEBOOK_PAGE_TOKEN"] = "mended-page-token"
    newsroom.says("publish")
    assert newsroom.live() == ["twitter", "facebook"]


def test_a_token_revoked_at_night(newsroom: Newsroom) -> None:
    newsroom.opens("twitter", "facebook")
    newsroom.announces("one")
    newsroom.says("publish")
    keys = newsroom.doubles.x.keys
    keys.access_token = "1001-mended-access"
    on_x, on_facebook = newsroom.announces("two")
    newsroom.says("publish", code=1)
    assert newsroom.state(on_x) == "approved"
    assert newsroom.state(on_facebook) == "published"
    assert "harbour/twitter" in newsroom.says("status", code=1)

    newsroom.bot.environ["BOT_HARBOUR_TWITTER_ACCESS_TOKEN"] = keys.access_token
    newsroom.says("publish")
    assert newsroom.state(on_x) == "published"
    assert sorted(newsroom.live()) == ["facebook", "facebook", "twitter", "twitter"]
    newsroom.says("status")


def test_a_channel_by_hand(newsroom: Newsroom) -> None:
    for name in ("TOKEN", "APP_SECRET"):
        del newsroom.bot.environ[f"BOT_HARBOUR_INSTAGRAM_{name}"]
    newsroom.opens("twitter", "instagram")
    _, by_hand = newsroom.announces("one")
    newsroom.says("publish")
    assert newsroom.live() == ["twitter"]
    assert newsroom.state(by_hand) == "approved"
    assert "by hand" in newsroom.says("status")
    address = "https://www.instagram.com/p/abc/"
    newsroom.says("settle", str(by_hand.id), "--published", address)
    assert newsroom.read(by_hand).remote_url == address
    assert "by hand" in newsroom.says("delete", str(by_hand.id), code=1)
    assert "by hand" in newsroom.says("status", code=1)
    assert newsroom.live() == ["twitter"]


def test_what_nobody_can_tell_is_settled_by_who_looked(newsroom: Newsroom) -> None:
    newsroom.opens("twitter")
    newsroom.doubles.x.fault(Fault("lost", "POST /2/tweets"))
    newsroom.doubles.x.fault(Fault("reset_before", "POST /2/tweets"))
    there, not_there = newsroom.announces("one", "two")
    said = newsroom.says("publish", code=1)
    assert newsroom.state(there) == "unknown", said
    newsroom.says("publish", code=None)
    assert newsroom.state(not_there) == "unknown"
    newsroom.says("status", code=1)
    address = "https://x.com/harbour_post/status/1"
    newsroom.says("settle", str(there.id), "--published", address)
    newsroom.says("settle", str(not_there.id), "--absent")
    newsroom.says("publish")
    assert newsroom.state(not_there) == "published"
    assert len(newsroom.live()) == 2


def test_an_unknown_post_is_looked_for(newsroom: Newsroom) -> None:
    newsroom.opens("facebook")
    newsroom.doubles.facebook.fault(Fault("lost", "POST */72/feed"))
    (post,) = newsroom.announces("one")
    newsroom.says("publish", code=1)
    assert newsroom.state(post) == "unknown"
    assert "Nothing is due" in newsroom.says("publish", code=None)  # it rests
    with contextlib.closing(sqlite3.connect(newsroom.bot.folder / "var" / "bot.db")) as db:
        db.execute("UPDATE posts SET clock_until = 1")
        db.commit()
    assert "found as" in newsroom.says("publish")
    assert newsroom.state(post) == "published"
    assert newsroom.live() == ["facebook"]


def test_a_post_is_taken_down(newsroom: Newsroom) -> None:
    newsroom.opens("twitter", "facebook")
    on_x, on_facebook = newsroom.announces("one")
    newsroom.says("publish")
    newsroom.says("delete", str(on_x.id))
    assert newsroom.state(on_x) == "deleted"
    newsroom.doubles.facebook.fault(Fault("500", "DELETE *", times=1))
    newsroom.says("delete", str(on_facebook.id), code=1)
    assert newsroom.state(on_facebook) == "published"
    assert [effect["platform"] for effect in newsroom.doubles.effects(kind="delete")] == ["twitter"]
    assert f"#{on_facebook.id}" in newsroom.says("status", code=None)


def test_a_pause_before_the_first_byte(newsroom: Newsroom) -> None:
    newsroom.opens("twitter")
    (post,) = newsroom.announces("one")
    page = newsroom.site.pages["/one"][2]

    def pauses(request: BaseHTTPRequestHandler) -> None:
        """Pause the channel while the bot takes its last look at the article."""
        with newsroom.inside() as app, app.store.write() as tx:
            tx.pauses.pause("harbour/twitter", until=None, who="ines", now=app.now())
        request.send_response(200)
        request.send_header("Content-Type", "text/html; charset=utf-8")
        request.send_header("Content-Length", str(len(page)))
        request.end_headers()
        request.wfile.write(page)

    newsroom.site.acts["/one"] = pauses
    newsroom.says("publish")
    assert newsroom.live() == []
    assert newsroom.state(post) in ("approved", "held")
    newsroom.site.acts.clear()
    newsroom.says("publish")
    assert newsroom.state(post) == "held"
    newsroom.says("resume", "harbour/twitter")
    newsroom.says("approve", str(post.id))
    newsroom.says("publish")
    assert newsroom.live() == ["twitter"]


def test_the_daemon_ends_with_what_is_under_way(newsroom: Newsroom) -> None:
    newsroom.opens("twitter", "facebook", review="none", poll_every="1s")
    newsroom.doubles.x.fault(Fault("slow", "POST /2/tweets", seconds=1.5))
    process = newsroom.bot.start("run", "--debug")
    newsroom.publishes("one")
    try:
        wait_until(lambda: newsroom.live() == ["facebook"] or _sends(newsroom), 30)
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)
    except BaseException:
        kill(process)
        raise
    newsroom.answers.append(Answer(process.returncode, out, err))
    assert process.returncode == 0, err
    assert time.monotonic() - started < 6
    assert "Traceback" not in err
    with newsroom.inside() as app, app.store.read() as tx:
        states = {post.channel: str(post.state) for post in tx.posts.list()}
    assert set(states.values()) <= {"published", "approved", "waiting"}
    assert len(newsroom.live()) == [*states.values()].count("published")
    newsroom.says("publish")
    assert sorted(newsroom.live()) == ["facebook", "twitter"]


def _sends(newsroom: Newsroom) -> bool:
    """Whether X is being sent something just now."""
    with contextlib.closing(sqlite3.connect(newsroom.bot.folder / "var" / "bot.db")) as db:
        return bool(db.execute("SELECT 1 FROM posts WHERE state = 'sending'").fetchall())

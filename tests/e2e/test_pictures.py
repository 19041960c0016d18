"""Pictures and Reels as platforms get them: fetched from the bot itself, or sent to them."""

from __future__ import annotations

import hashlib
import http.client
import signal
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import av
import pytest
from newsroom import Newsroom
from world import Bot, Site, wait_until

from bot import review
from bot.demo.doubles import Doubles
from bot.demo.doubles._look import index_is_first, is_film, jpeg_size
from bot.model import Post, State


@pytest.fixture
def newsroom(bot: Bot, site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    with Doubles(tmp_path_factory.mktemp("doubles")) as doubles:
        yield Newsroom(bot, site, doubles)


def configured(newsroom: Newsroom, *platforms: str, media: str, **forms: str) -> None:
    """Open a newsroom whose pictures nobody else serves, with `media` for its own listener."""
    newsroom.opens(*platforms, poll_every="1s")
    folder = newsroom.bot.folder / "config"
    file = folder / "bot.toml"
    shared = f'public_url = "{newsroom.site.url}/media"'
    assert shared in file.read_text()
    file.write_text(file.read_text().replace(shared, media))
    site = folder / "sites" / "harbour.toml"
    for platform, form in forms.items():
        begin = f'account = "{newsroom.doubles[platform].account}"\nsettings = {{ '
        assert begin in site.read_text()
        site.write_text(site.read_text().replace(begin, f'{begin}form = "{form}", '))


@contextmanager
def running(newsroom: Newsroom) -> Iterator[None]:
    """The daemon; what it said at the end holds no fault."""
    process = newsroom.bot.start("run", "--log", "text")
    try:
        yield
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=20)
        assert process.returncode == 0, err
        assert "Traceback" not in err, err
    finally:
        if process.poll() is None:
            process.kill()
            out, err = process.communicate()
            print(out, err)


def announced(newsroom: Newsroom, slug: str) -> list[Post]:
    """Publish an article, and wait for posts that nothing keeps from being approved."""
    newsroom.publishes(slug)
    found: list[Post] = []

    def ready() -> bool:
        with newsroom.inside() as app, app.store.read() as tx:
            found[:] = tx.posts.list()
        return bool(found) and not any(p.blocking for each in found for p in each.problems)

    try:
        wait_until(ready, 60)
    except AssertionError:
        raise AssertionError([each.problems for each in found]) from None
    return found


def approved(newsroom: Newsroom, posts: list[Post]) -> None:
    with newsroom.inside() as app:
        for post in posts:
            newsroom.approve(app, post)


def out(newsroom: Newsroom, post: Post) -> bool:
    return newsroom.state(post) == State.PUBLISHED


def asked(address: str, path: str) -> int:
    with closing(http.client.HTTPConnection(address, timeout=5)) as wire:
        try:
            wire.request("GET", path)
            return wire.getresponse().status
        except OSError:
            return 0


def test_instagram_fetches_a_card_from_the_bot_itself(newsroom: Newsroom) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        there = f"127.0.0.1:{free.getsockname()[1]}"
    configured(
        newsroom, "instagram", media=f'listen = "{there}"\npublic_url = "http://{there}/media"'
    )
    with running(newsroom):
        (post,) = announced(newsroom, "one")
        (media,) = post.teaser.media
        name = Path(media.path).name
        assert media.url == f"http://{there}/media/{name}"
        assert asked(there, f"/media/{name}") == 404, "an editor has not seen it"
        approved(newsroom, [post])
        wait_until(lambda: out(newsroom, post), 30)
        (effect,) = newsroom.doubles.effects(kind="post")
        assert effect["media"] == [media.sha256]
        _, content = newsroom.doubles.instagram.media[media.sha256]
        assert jpeg_size(content) == (1080, 1350)
        assert effect["alt"] == [media.alt] != [""]
        wait_until(lambda: asked(there, f"/media/{name}") == 404, 5)


def filmed(file: Path) -> Path:
    """Make a second of grey, as small as an MP4 can be that platforms play."""
    with av.open(str(file), "w", options={"movflags": "+faststart"}) as made:
        stream = made.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 90, 160, "yuv420p"
        for _ in range(30):
            made.mux(stream.encode(av.VideoFrame(90, 160, "yuv420p")))
        made.mux(stream.encode())
    return file


def test_videos_go_out_with_no_public_address_at_all(newsroom: Newsroom) -> None:
    configured(
        newsroom, "facebook", "instagram", "youtube", media="", instagram="reel", facebook="reel"
    )
    newsroom.publishes("one")
    newsroom.poll()
    own = filmed(newsroom.bot.folder / "own.mp4")
    with newsroom.inside() as app:  # one is enough to be made: the others get an editor's own
        with app.store.read() as tx:
            *reels, short = tx.posts.list()
        assert [each.code for each in short.problems if each.blocking] == ["video-waiting"]
        for post in reels:
            how = {"who": "ines", "now": app.now()}
            media = (app.video(post, own),)
            review.edit(app.store, post.id, app.judge_of(post), media=media, **how)
    with running(newsroom):
        wait_until(lambda: not any(p.blocking for p in newsroom.read(short).problems), 60)
        posts = [newsroom.read(post) for post in (*reels, short)]
        for post in posts:
            (video,) = post.teaser.media
            assert (video.kind, video.mime, video.url) == ("video", "video/mp4", "")
            film = (newsroom.bot.folder / video.path).read_bytes()
            assert hashlib.sha256(film).hexdigest() == video.sha256
            assert is_film(film)
            assert index_is_first(film)
        approved(newsroom, posts)
        wait_until(lambda: len(newsroom.live()) == 3, 40)  # Facebook says so a minute later
        effects = {each["platform"]: each for each in newsroom.doubles.effects(kind="post")}
        assert {each.platform: [each.teaser.media[0].sha256] for each in posts} == {
            platform: effect["media"] for platform, effect in effects.items()
        }
        assert effects["youtube"]["bytes"][0] > 100_000
        wait_until(lambda: out(newsroom, short), 20)

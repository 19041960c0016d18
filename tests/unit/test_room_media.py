"""The pictures of posts: chosen, brought, cut, served; nothing of an upload goes out as it came."""

from __future__ import annotations

import io
import re
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pictures
import pytest
import requests
from PIL import Image as Pixels
from rooms import Opened, open_room

from bot.app import _looks
from bot.media import keeping, picture
from bot.media.base import Picture, Piece, Proof
from bot.model import Image, Post

BYTES = {"/hero.jpg": pictures.jpeg(kind="person"), "/two.jpg": pictures.jpeg(1200, 800, seed=3)}


class _Site(BaseHTTPRequestHandler):
    asked: list[str] = []  # noqa: RUF012  one site for the module

    def do_GET(self) -> None:
        self.asked.append(self.path)
        content = BYTES.get(self.path, b"")
        self.send_response(200 if content else 404)
        self.send_header("Content-Type", "image/jpeg")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def _serving() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Site) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with _serving() as url:
        yield url


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    folder = tmp_path_factory.mktemp("media")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_looks, "_LOOK_WITHIN", timedelta(seconds=2))
        with open_room(folder, bot="allow_private_addresses = true") as opened:
            yield opened


@pytest.fixture(scope="module")
def browser(room: Opened) -> requests.Session:
    return room.browser("ines")


def post_of(room: Opened, site: str, slug: str, platform: str = "twitter", **image: Any) -> Post:
    hero = Image(f"{site}/hero.jpg", **{"alt": "A woman speaks", "credit": "Ana Ruiz"} | image)
    further = (Image(f"{site}/two.jpg", caption="The harbour at noon"),)
    posts = room.article(slug, f"Strike at the quay {slug}", image=hero, pictures=further)
    return next(each for each in posts if each.platform == platform)


def change(
    room: Opened,
    browser: requests.Session,
    post: Post,
    content: bytes | None = None,
    **form: Any,
) -> requests.Response:
    data = {"version": room.app.post(post.id).version} | form
    url = f"{room.url}/posts/{post.id}/picture"
    files = None if content is None else {"file": ("photo.jpg", content, "image/jpeg")}
    return browser.post(url, data=data, files=files, timeout=60, allow_redirects=False)


def shown(room: Opened, post: Post) -> Path:
    (media,) = room.app.post(post.id).teaser.media
    return Path(media.path)


def pixels(path: Path) -> Pixels.Image:
    return Pixels.open(io.BytesIO(path.read_bytes())).convert("RGB")


def trouble(page: str) -> str:
    return next(iter(re.findall(r'role="alert"><p dir="auto">(.*?)</p>', page, re.DOTALL)), "")


# ------------------------------------------------------------------------- chosen


def test_another_picture_of_the_article_is_chosen_and_the_first_one_again(
    room: Opened, browser: requests.Session, site: str
) -> None:
    post = post_of(room, site, "chosen")
    assert change(room, browser, post, do="article:1").status_code == 303
    now = room.app.post(post.id).teaser.media[0]
    assert (now.alt, now.mime, now.placeholder) == ("The harbour at noon", "image/jpeg", False)
    second = shown(room, post)
    assert change(room, browser, post, do="article:0").status_code == 303
    assert room.app.post(post.id).teaser.media[0].credit == "Ana Ruiz"
    page = browser.get(f"{room.url}/posts/{post.id}/edit", timeout=20).text
    assert f"/media/{second.name}" in page, "what it showed before can be had again"
    assert change(room, browser, post, do="earlier:2").status_code == 303
    assert shown(room, post) == second
    assert change(room, browser, post, do="none").status_code == 303
    assert room.app.post(post.id).teaser.media == ()


def test_a_picture_whose_rights_speak_against_it_needs_a_person_s_word(
    room: Opened, browser: requests.Session, site: str
) -> None:
    post = post_of(room, site, "rights", licence="CC BY-NC-ND 4.0")
    page = change(room, browser, post, do="article:0", text="Typed, not saved")
    assert page.status_code == 422
    assert "tick that the newsroom may use it" in trouble(page.text)
    assert ">\nTyped, not saved</textarea>" in page.text
    assert room.app.post(post.id) == post
    assert change(room, browser, post, do="article:0", ours="1").status_code == 303
    with room.app.store.read() as tx:
        assert "the picture is ours" in tx.posts.log(post.id)[-1].reason
    before = shown(room, post)
    assert change(room, browser, post, do="cut", across="0", down="100").status_code == 303
    assert shown(room, post) != before, "who said so once need not say it again for a cut"


def test_a_platform_that_shows_the_link_s_card_takes_a_picture_of_the_article_too(
    room: Opened, browser: requests.Session, site: str
) -> None:
    post = post_of(room, site, "card", "facebook")
    assert post.teaser.media == ()
    assert change(room, browser, post, do="article:0").status_code == 303
    assert room.app.post(post.id).teaser.media[0].credit == "Ana Ruiz"
    assert pixels(shown(room, post)).size == (1200, 628)


def test_a_picture_that_cannot_be_had_changes_nothing(
    room: Opened, browser: requests.Session, site: str
) -> None:
    post = post_of(room, f"{site}/gone", "missing")
    page = change(room, browser, post, do="article:0", text="Typed, not saved")
    assert page.status_code == 422
    assert "Typed, not saved" in page.text
    assert room.app.post(post.id) == post


def test_who_comes_too_late_with_a_picture_changes_nothing(
    room: Opened, browser: requests.Session, site: str
) -> None:
    post = post_of(room, site, "late")
    room.app.editor("marta").edit(post.id, text="Marta was quicker.")
    page = change(room, browser, post, do="none", version=post.version, text="Ines wrote this.")
    assert page.status_code == 409
    assert "Ines wrote this." in page.text
    assert room.app.post(post.id).teaser.media == post.teaser.media


# ---------------------------------------------------------------------------- cut


def test_a_point_in_the_picture_decides_what_stays_in_sight(
    room: Opened, browser: requests.Session, site: str
) -> None:
    post = post_of(room, site, "cut")
    change(room, browser, post, do="article:0")
    room.app.editor("ines").edit(post.id, alt="My own words")
    whole = browser.get(f"{room.url}/posts/{post.id}/whole", timeout=20)
    assert pixels_of(whole.content).size == (640, 426)
    cuts = []
    for y in ("1", "180"):  # of a picture that stands 280 pixels wide, and so 186 high
        assert change(room, browser, post, **{"focus.x": "140", "focus.y": y}).status_code == 303
        cuts.append(shown(room, post))
    top, bottom = (pixels(path).resize((8, 8)) for path in cuts)
    assert top.getpixel((1, 0)) != bottom.getpixel((1, 0))
    assert room.app.post(post.id).teaser.media[0].alt == "My own words"
    page = browser.get(f"{room.url}/posts/{post.id}/edit", timeout=20).text
    assert 'name="down" type="range" min="0" max="100" value="97"' in page
    by_key = {"focus.x": "0", "focus.y": "0", "across": "50", "down": "1"}
    assert change(room, browser, post, **by_key).status_code == 303
    assert shown(room, post) == cuts[0], "by keys the same as by pointing"


def pixels_of(content: bytes) -> Pixels.Image:
    return Pixels.open(io.BytesIO(content))


# ------------------------------------------------------------------------ brought


def test_an_upload_is_made_anew_and_can_be_cut_later(
    room: Opened, browser: requests.Session, site: str
) -> None:
    post = post_of(room, site, "upload")
    exif = Pixels.Exif()
    exif[0x010E] = "SECRET PLACE"
    content = pictures.encoded(pictures.photo(1600, 1200, "crowd"), quality=90, exif=exif)
    assert b"SECRET PLACE" in content
    form = {"new_alt": "A crowd", "new_credit": "Rui Sá", "text": "Typed, not saved"}
    page = change(room, browser, post, content, do="upload", **form)
    assert page.status_code == 200
    assert "Typed, not saved" in page.text
    (media,) = room.app.post(post.id).teaser.media
    assert (media.alt, media.credit) == ("A crowd", "Rui Sá")
    origin = picture.recall(Path(media.path))
    assert origin
    folder = room.app.media
    assert pixels(folder / origin.source).size == (1600, 1200)
    kept = [path.read_bytes() for path in folder.iterdir()]
    assert content not in kept
    assert not any(b"SECRET" in each for each in kept)
    before = shown(room, post)
    assert change(room, browser, post, do="cut", across="0", down="0").status_code == 303
    assert shown(room, post) != before
    needed = {shown(room, post).name}
    later = room.app.now() + timedelta(days=2)
    keeping.run_once(needed, folder, later)
    assert {path.name for path in folder.iterdir()} == {
        *needed,
        shown(room, post).with_suffix(".cut").name,
        origin.source,
    }, "what it was cut from is kept with it, and nothing else"


@pytest.mark.parametrize("name", sorted(pictures.BAD))
def test_a_hostile_upload_is_refused_in_one_sentence(
    name: str, room: Opened, browser: requests.Session, site: str
) -> None:
    content = pictures.BAD[name]()
    post = _hostile(room, site)
    page = change(room, browser, post, content, do="upload", text="Typed, not saved")
    assert page.status_code in (413, 422)
    if len(content) < 25_000_000:
        assert re.fullmatch(r"[^.<]+\.", trouble(page.text)), page.text
        assert "Typed, not saved" in page.text
    assert room.app.post(post.id) == post


_POSTS: dict[str, Post] = {}


def _hostile(room: Opened, site: str) -> Post:
    if room.url not in _POSTS:
        _POSTS[room.url] = post_of(room, site, "hostile")
    return _POSTS[room.url]


def test_a_file_of_more_than_twenty_megabytes_is_refused(
    room: Opened, browser: requests.Session, site: str
) -> None:
    post = _hostile(room, site)
    page = change(room, browser, post, pictures.jpeg() + bytes(20_000_000), do="upload")
    assert trouble(page.text) == "The picture has more than 20 MB: use a smaller one."


def test_a_video_of_the_article_is_made_again_in_its_own_time(
    room: Opened, browser: requests.Session, site: str
) -> None:
    post = post_of(room, site, "film", "youtube")
    film = b"\0\0\0\x18ftypmp42" + bytes(100)
    answer = browser.post(
        f"{room.url}/posts/{post.id}/picture",
        data={"do": "upload", "version": post.version},
        files={"file": ("film.mp4", film, "video/mp4")},
        timeout=60,
        allow_redirects=False,
    )
    assert answer.status_code == 303
    (own,) = room.app.post(post.id).teaser.media
    assert (own.kind, own.mime, own.placeholder) == ("video", "video/mp4", False)
    part = browser.get(
        f"{room.url}/media/{Path(own.path).name}", headers={"Range": "bytes=4-7"}, timeout=20
    )
    assert (part.status_code, part.content) == (206, b"ftyp")
    assert change(room, browser, post, do="made").status_code == 303
    assert room.app.post(post.id).teaser.media[0].placeholder


# ------------------------------------------------------------------------- served


def test_a_kept_file_is_given_to_whoever_has_signed_in(
    room: Opened, browser: requests.Session, site: str
) -> None:
    post = post_of(room, site, "served")
    change(room, browser, post, do="article:0")
    path = shown(room, post)
    url = f"{room.url}/media/{path.name}"
    answer = browser.get(url, timeout=20)
    assert answer.content == path.read_bytes()
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert "Content-Disposition" not in answer.headers
    again = browser.get(url, headers={"If-None-Match": answer.headers["ETag"]}, timeout=20)
    assert (again.status_code, again.content) == (304, b"")
    saved = browser.get(f"{url}?download={post.id}", timeout=20)
    name = f"strike-at-the-quay-served-twitter-{post.id}.jpg"
    assert saved.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    stranger = requests.get(url, allow_redirects=False, timeout=20)
    assert stranger.status_code == 303


@pytest.mark.parametrize(
    "name", ["x.jpg", f"{'0' * 64}.jpg", f"{'0' * 64}.html", "..%2fbot.db", f"{'0' * 64}.cut"]
)
def test_nothing_else_is_given(name: str, room: Opened, browser: requests.Session) -> None:
    if name.endswith(("html", "cut")):
        room.app.media.mkdir(parents=True, exist_ok=True)
        (room.app.media / name).write_text("<script>")
    assert browser.get(f"{room.url}/media/{name}", timeout=20).status_code == 404


def test_a_link_in_the_folder_leads_nowhere(room: Opened, browser: requests.Session) -> None:
    room.app.media.mkdir(parents=True, exist_ok=True)
    link = room.app.media / f"{'1' * 64}.jpg"
    link.symlink_to("/etc/hostname")
    try:
        assert browser.get(f"{room.url}/media/{link.name}", timeout=20).status_code == 404
    finally:
        link.unlink()


def test_an_article_s_picture_is_fetched_once_and_given_small(
    room: Opened, browser: requests.Session, site: str
) -> None:
    post = post_of(room, f"{site}/hero.jpg?only#", "small")
    BYTES["/hero.jpg?only"] = BYTES["/hero.jpg"]
    url = f"{room.url}/articles/{post.article_id}/pictures"
    for _ in range(2):
        answer = browser.get(f"{url}/0", timeout=20)
        assert pixels_of(answer.content).size == (640, 426)
    assert _Site.asked.count("/hero.jpg?only") == 1
    assert browser.get(f"{url}/7", timeout=20).status_code == 404
    assert browser.get(f"{room.url}/articles/99999/pictures/0", timeout=20).status_code == 404


def test_a_site_that_says_nothing_keeps_no_page_waiting(
    room: Opened, browser: requests.Session
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections, answers none
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        articles = [post_of(room, url, f"silent-{each}").article_id for each in range(3)]

        def look(number: int) -> int:
            path = f"/articles/{articles[number % 3]}/pictures/{number % 2}"
            return requests.get(
                f"{room.url}{path}", cookies=browser.cookies, timeout=30
            ).status_code

        with ThreadPoolExecutor(45) as pool:
            began = time.monotonic()
            answers = pool.map(look, range(45))
            time.sleep(0.3)
            assert browser.get(f"{room.url}/account", timeout=20).status_code == 200
            assert time.monotonic() - began < 1.5, "the pictures took every thread"
            assert set(answers) == {404}
    assert time.monotonic() - began < 5, "one wait for the site is enough"


def test_a_proof_is_the_whole_picture_upright_and_without_what_the_camera_wrote(
    room: Opened, tmp_path: Path
) -> None:
    exif = Pixels.Exif()
    exif[0x0112] = 6  # lying on its side
    file = tmp_path / "camera"
    file.write_bytes(pictures.encoded(pictures.photo(900, 600, "day"), exif=exif))
    (piece,) = room.app.studio.make([Proof(Picture(str(file)), 300)])
    assert isinstance(piece, Piece)
    assert (piece.width, piece.height) == (200, 300)
    assert pixels(Path(piece.path)).size == (200, 300)
    assert not pixels_of(Path(piece.path).read_bytes()).getexif()

"""What is broken outside costs one plain sentence, and nothing is lost by it."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import time
from http.server import BaseHTTPRequestHandler

import pytest
from world import Bot, Site, ago, kill, wait_until

SITE = '{name}url = "{url}/"\nfeeds = ["{url}{path}"]\n[channels.twitter]\naccount = "{account}"\n'


def configure(bot: Bot, site: Site, name: str, path: str) -> None:
    bot.configure(SITE.format(name="", url=site.url, path=path, account=name), name)


def answers_503(request: BaseHTTPRequestHandler) -> None:
    request.send_response(503)
    request.send_header("Retry-After", "120")
    request.end_headers()


def sends_30_megabytes(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Type", "application/rss+xml")
    request.end_headers()
    with contextlib.suppress(OSError):  # the bot hangs up long before
        for _ in range(30):
            request.wfile.write(b" " * 1_000_000)


def drips(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Type", "application/rss+xml")
    request.end_headers()
    end = time.monotonic() + 60
    with contextlib.suppress(OSError):
        while time.monotonic() < end:
            request.wfile.write(b" ")
            time.sleep(1)


def is_a_web_page(request: BaseHTTPRequestHandler) -> None:
    body = b"<!doctype html><html><title>Maintenance</title><p>Back soon.</p></html>"
    request.send_response(200)
    request.send_header("Content-Type", "text/html")
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


@pytest.mark.parametrize(
    ("act", "word"),
    [
        (answers_503, "503"),
        (sends_30_megabytes, "MB"),
        (drips, "15 s"),
        (is_a_web_page, "web page"),
    ],
)
def test_a_broken_source_is_one_sentence_and_others_go_on(
    site: Site, bot: Bot, act: object, word: str
) -> None:
    configure(bot, site, "broken", "/broken/")
    configure(bot, site, "well", "/feed/")
    site.feed()
    bot("poll", code=3)
    site.acts["/broken/"] = act  # type: ignore[assignment]
    site.article("one")
    site.feed(site.item("one", at=ago(minutes=3)))
    started = time.monotonic()
    answer = bot("poll", code=3)
    assert time.monotonic() - started < 30
    broken = [line for line in answer.err.splitlines() if line.startswith("broken:")]
    assert len(broken) == 1
    assert word in broken[0]
    assert [row["site"] for row in bot.queue()] == ["well"]
    assert "broken" in bot("status", code=1).out


def _until(site: Site, asked: str, process: subprocess.Popen[str]) -> None:
    wait_until(lambda: ("GET", asked) in site.seen or process.poll() is not None)


def test_a_poll_killed_anywhere_loses_and_repeats_nothing(site: Site, harbour: Bot) -> None:
    slugs = [f"n{number}" for number in range(4)]
    for slug in slugs:
        site.article(slug)
    site.feed(*(site.item(slug, at=ago(minutes=9)) for slug in slugs), ETag='"full"')
    for asked in ("/feed/", "/n0", "/n1", "/picture.jpg", "/n3"):
        site.seen.clear()
        poll = harbour.start("poll")
        with contextlib.suppress(AssertionError):
            _until(site, asked, poll)
        kill(poll)
    harbour("poll", code=None)
    rows = harbour.queue()
    assert sorted(row["article"]["url"] for row in rows) == sorted(
        f"{site.url}/{slug}" for slug in slugs for _ in range(4)
    )


def test_a_first_poll_that_was_killed_is_still_a_first_poll(site: Site, bot: Bot) -> None:
    configure(bot, site, "harbour", "/feed/")
    site.article("one")

    def hangs(request: BaseHTTPRequestHandler) -> None:
        time.sleep(3)

    site.acts["/feed/"] = hangs
    poll = bot.start("poll")
    wait_until(lambda: bool(site.seen))
    kill(poll)
    site.acts.clear()
    site.feed(site.item("one"))
    bot("poll")
    assert bot.queue("--all") == []


def test_an_article_whose_page_fails_waits_and_is_not_lost(site: Site, harbour: Bot) -> None:
    site.article("well")
    site.put("/ill", "later", status=503)
    site.feed(
        site.item("well", at=ago(minutes=3)), site.item("ill", at=ago(minutes=2)), ETag='"v1"'
    )
    answer = harbour("poll", code=3)
    assert "/ill" in answer.err
    assert len(harbour.queue()) == 4
    site.article("ill")
    harbour("poll")
    assert len(harbour.queue()) == 8


def test_a_page_that_is_no_article_is_named_and_left(site: Site, harbour: Bot) -> None:
    site.put("/list", "<!doctype html><html><title>All</title><ul><li><a href='/a'>a</a></ul>")
    site.put("/file", b"%PDF-1.7", "application/pdf")
    site.feed(site.item("list"), site.item("file"))
    answer = harbour("poll")
    assert "/list" in answer.err
    assert "application/pdf" in answer.err
    assert harbour.queue("--all") == []
    preview = harbour("preview", f"{site.url}/list", code=1)
    assert len(preview.err.strip().splitlines()) == 1


def test_an_unreachable_site_is_one_sentence(harbour: Bot) -> None:
    answer = harbour("preview", "http://127.0.0.1:9/article", code=3)
    assert len(answer.err.strip().splitlines()) == 1
    assert "127.0.0.1" in answer.err


def test_a_locked_database_is_one_sentence(site: Site, harbour: Bot) -> None:
    path = harbour.folder / "var" / "bot.db"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        answer = harbour("poll", code=3)
        other.execute("ROLLBACK")
    assert len(answer.err.strip().splitlines()) == 1
    assert "database" in answer.err
    harbour("poll")


def test_a_newer_database_is_refused_untouched(harbour: Bot) -> None:
    path = harbour.folder / "var" / "bot.db"
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("UPDATE alembic_version SET version_num = 'ffff'")
        other.commit()
    before = path.read_bytes()
    answer = harbour("queue", code=3)
    assert "newer" in answer.err
    assert path.read_bytes() == before


def test_every_fault_of_the_configuration_is_told_at_once(site: Site, bot: Bot) -> None:
    bot.configure(
        f'url = "{site.url}/"\nrevew = "none"\ntimezone = "Europe/Lisboa"\n'
        '[channels.twitter]\naccount = "h"\nspacing = "often"\n[channels.myspace]\naccount = "h"\n',
        bot="databse = 1\n",
    )
    answer = bot("queue", code=2)
    lines = answer.err.strip().splitlines()
    for where in ("bot.toml:2", "harbour.toml:2", "harbour.toml:3", "harbour.toml:6"):
        assert any(where in line for line in lines), (where, lines)
    assert any("myspace" in line for line in lines)
    assert not (bot.folder / "var").exists()


def test_wrong_toml_names_file_and_line(site: Site, bot: Bot) -> None:
    bot.configure('url = "https://harbour.example/"\nname = "unclosed\n')
    assert "harbour.toml:2" in bot("doctor", code=2).err


def test_a_broken_template_holds_its_post_and_the_rest_goes_on(site: Site, harbour: Bot) -> None:
    folder = harbour.folder / "config" / "templates" / "teasers"
    folder.mkdir(parents=True)
    (folder / "twitter.j2").write_text("{% block text %}\n{{ headlin }}\n{% endblock %}", "utf-8")
    (folder / "facebook.j2").write_text(
        "{% block text %}\n{% for a in range(9999) %}{% for b in range(9999) %}"
        "{% for c in range(9999) %}{% endfor %}{% endfor %}{% endfor %}{% endblock %}",
        "utf-8",
    )
    site.article("one")
    site.feed(site.item("one", at=ago(minutes=3)))
    harbour("poll", code=1)
    rows = {row["platform"]: row for row in harbour.queue()}
    assert rows["twitter"]["problems"][0]["code"] == "template"
    assert "twitter.j2:2" in rows["twitter"]["problems"][0]["message"]
    assert "facebook.j2:2" in rows["facebook"]["problems"][0]["message"]
    assert rows["instagram"]["text"]
    assert "cannot be approved" in harbour("approve", str(rows["twitter"]["id"]), code=2).err


def test_unknown_words_get_a_hint(bot: Bot) -> None:
    assert "Did you mean “queue”" in bot("queu", code=2).err
    assert "no configuration" in bot("queue", code=2).err

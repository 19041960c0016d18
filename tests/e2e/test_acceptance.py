"""What an outside tester tripped over: the command line as an editor and a script meet it."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import time
from dataclasses import replace

from world import Bot, Site, ago

ONE = '[channels.twitter]\naccount = "h"\n'


def publish(site: Site, *slugs: str) -> None:
    for slug in slugs:
        site.article(slug)
    site.feed(*(site.item(slug, at=ago(minutes=7)) for slug in slugs))


def test_a_terminal_that_knows_few_letters_costs_no_listing(site: Site, harbour: Bot) -> None:
    site.article("one", "Đorđe “wins” 🎉")
    site.feed(site.item("one", at=ago(minutes=3)))
    harbour("poll")
    narrow = replace(harbour, environ={**harbour.environ, "PYTHONIOENCODING": "ascii:strict"})
    assert "wins" in narrow("queue").out
    assert narrow("doctor").out.count("\\u2713")
    assert narrow.queue()[0]["article"]["title"] == "Đorđe “wins” 🎉"


def test_a_reader_that_leaves_and_a_closed_output_are_quiet(site: Site, harbour: Bot) -> None:
    publish(site, *(f"n{number}" for number in range(5)))
    harbour("poll", code=None)
    bot = f'"{sys.executable}" -m bot'
    for line in (f"{bot} queue --json | head -c 10", f"{bot} status | true", f"{bot} status >&-"):
        done = subprocess.run(
            ["bash", "-c", f"{line}; exit ${{PIPESTATUS[0]}}"],
            cwd=harbour.folder,
            env=harbour.environ,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), line


def test_wrong_words_are_one_sentence(harbour: Bot) -> None:
    for words in (
        *(("show", "abc"), ("show", str(2**70)), ("pause", "--frob"), ("approve",), ("frob",)),
        *(("reject",), ("unapprove",), ("reopen",)),
        *(
            ("history", "--limit", "-1"),
            ("preview", "http://[::1"),
            ("show", "1", "--as", "\udcff"),
        ),
    ):
        assert len(harbour(*words, code=2).err.strip().splitlines()) == 1


def test_a_listing_of_an_unknown_site_or_channel_is_no_empty_one(site: Site, harbour: Bot) -> None:
    publish(site, "one")
    harbour("poll")
    for words in (
        ("queue", "--site", "nowhere"),
        ("queue", "--channel", "myspace"),
        ("history", "--site", "nowhere"),
        ("approve", "--all", "--yes", "--site", "nowhere"),
    ):
        assert "there is no" in harbour(*words, code=2).err
    assert [row["channel"] for row in harbour.queue("--channel", "x")] == ["twitter"]
    assert "harbour/twitter is paused" in harbour("pause", "harbour/x").err


def test_what_was_done_in_part_is_no_usage_error(site: Site, harbour: Bot) -> None:
    publish(site, "one")
    harbour("poll")
    harbour("approve", "1", "999", code=1)
    harbour("approve", "998", "999", code=2)


def test_sister_sites_on_one_host_are_told_apart_by_path(site: Site, bot: Bot) -> None:
    for name, home in (("english", ""), ("spanish", "/es")):
        feed = f'feeds = ["{site.url}{home}/feed/"]\n'
        bot.configure(f'url = "{site.url}{home}/"\n{feed}{ONE}', name)
    site.article("es/uno", language="es")
    site.article("essay")
    assert bot.json("preview", f"{site.url}/es/uno")["site"] == "spanish"
    assert bot.json("preview", f"{site.url}/essay")["site"] == "english"
    twin = ONE.replace('"h"', '"h2"')
    bot.configure(f'url = "{site.url}/"\nfeeds = ["{site.url}/feed/"]\n{twin}', "twin")
    assert "english, twin" in bot("post", f"{site.url}/essay", code=2).err
    assert bot.json("preview", f"{site.url}/essay", "--site", "twin")["site"] == "twin"


def test_an_edit_tells_at_once_what_is_wrong(site: Site, harbour: Bot) -> None:
    publish(site, "one")
    harbour("poll")
    assert "✗" in harbour("edit", "1", "--text", "word " * 100).err
    instagram = next(row["id"] for row in harbour.queue() if row["platform"] == "instagram")
    (harbour.folder / "own.jpg").write_bytes(site.pages["/picture.jpg"][2])
    answer = harbour("edit", str(instagram), "--image", "own.jpg", "--alt", "A hall")
    assert "lies on this machine alone" in answer.err
    assert "cannot be read" in harbour("edit", "1", "--image", "none.jpg", code=2).err


def test_what_nobody_sees_is_not_approved(site: Site, harbour: Bot) -> None:
    publish(site, "one")
    harbour("poll")
    harbour(
        "edit", "1", "--text", "Seen\tand \x1b[31m\u202enot\x07\nمرحبا\u200c é", "--title", "a\x07"
    )
    row = harbour.queue()[0]
    assert (row["text"], row["title"]) == ("Seen and [31mnot\nمرحبا\u200c é", "a")


def test_an_own_time_that_has_passed_gives_way_to_the_windows(site: Site, bot: Bot) -> None:
    windows = 'windows = ["03:00-03:01"]\n'
    bot.configure(f'url = "{site.url}/"\nfeeds = ["{site.url}/feed/"]\n{ONE}{windows}')
    site.feed()
    bot("poll")
    publish(site, "one")
    bot("poll")
    bot("move", "1", "--at", "in 2s")
    time.sleep(2.1)
    approved = bot.json("approve", "1")
    assert "T03:00:00" in approved[0]["due_at"]


def test_a_post_for_another_day_is_judged_for_that_day(site: Site, harbour: Bot) -> None:
    site.article("one", "Council votes today")
    words = ("post", f"{site.url}/one", "--to", "x")
    made = harbour.json(*words, "--at", "in 5d", "--yes")
    assert any("today" in problem["message"] for problem in made[0]["problems"])
    refused = harbour(*words, "--again", "--now", "--text", "word " * 100, code=1)
    assert "Approved" not in refused.err


def test_a_site_that_left_the_configuration_can_be_resumed(site: Site, harbour: Bot) -> None:
    harbour.configure(f'url = "{site.url}/b/"\n{ONE}', "gone")
    harbour("pause", "gone")
    harbour("pause", "harbour")
    (harbour.folder / "config" / "sites" / "gone.toml").unlink()
    assert "Goes on: gone" in harbour("resume", "gone").err


def test_every_page_that_fails_is_named(site: Site, harbour: Bot) -> None:
    publish(site, "well")
    for slug in ("ill", "worse"):
        site.put(f"/{slug}", "later", status=503)
    site.feed(*(site.item(slug, at=ago(minutes=3)) for slug in ("well", "ill", "worse")))
    answer = harbour("poll", code=3)
    assert "/ill" in answer.err
    assert "/worse" in answer.err
    status = harbour.json("status")
    assert status["sources"][0]["error"] == "", "the feed itself is well"
    assert {row["url"] for row in status["waiting"]} == {f"{site.url}/ill", f"{site.url}/worse"}
    assert "503" in status["waiting"][0]["sentence"]


def test_a_page_that_is_not_there_is_no_alarm_and_looked_for_again(
    site: Site, harbour: Bot
) -> None:
    publish(site, "well")
    site.feed(*(site.item(slug, at=ago(minutes=3)) for slug in ("well", "late")), ETag='"v1"')
    assert "/late" in harbour("poll").err
    harbour("status")
    site.article("late")
    harbour("poll")
    assert len(harbour.queue()) == 8


def test_a_header_against_indexing_counts_as_the_page_s_own_word(site: Site, bot: Bot) -> None:
    bot.configure(f'url = "{site.url}/"\nfeeds = ["{site.url}/feed/"]\nreview = "none"\n{ONE}')
    site.feed()
    assert "first poll" in bot("poll").err
    publish(site, "one")
    site.put("/one", site.pages["/one"][2], X_Robots_Tag="googlebot: noindex, nofollow")
    bot("poll", code=1)
    assert [problem["code"] for problem in bot.queue()[0]["problems"]] == ["noindex"]


def test_a_short_article_keeps_its_paragraphs(site: Site, harbour: Bot) -> None:
    site.article("one")
    body = harbour.json("preview", f"{site.url}/one")["article"]["body"]
    assert [line.split()[1] for line in body] == ["council", "mayor"]
    assert not any("town hall" in line for line in body)


def test_a_link_goes_out_without_the_trackers_of_the_feed(site: Site, harbour: Bot) -> None:
    site.article("one")
    tracked = "one?utm_source=rss&id=4&id=5&fbclid=zz"
    site.feed(site.item(tracked, guid="g", at=ago(minutes=3)))
    harbour("poll")
    assert {row["link"] for row in harbour.queue()} == {f"{site.url}/one?id=4&id=5"}


def test_the_doctor_names_what_would_be_silently_missed(site: Site, bot: Bot) -> None:
    bot.configure(f'url = "{site.url}/"\nfeeds = ["{site.url}/feed/"]\n{ONE}')
    site.feed(site.item("one", guid="x"), "<item><title>No link</title></item>")
    assert "“No link”, was skipped: it has no link." in " ".join(bot("doctor").out.split())
    site.feed()
    assert "holds 0 articles" in bot("doctor", code=1).out


def test_a_folder_that_takes_no_pictures_stops_the_poll_and_loses_nothing(
    site: Site, harbour: Bot
) -> None:
    publish(site, "one")
    media = harbour.folder / "var" / "media"
    media.write_text("in the way")
    assert "pictures cannot be kept in var/media" in harbour("poll", code=3).err
    media.unlink()
    assert len(harbour.json("poll")["posts"]) == 4


def test_a_pause_is_named_where_it_keeps_everything_back(site: Site, harbour: Bot) -> None:
    publish(site, "one")
    harbour("poll")
    harbour("approve", "1")
    harbour("pause", "harbour")
    assert "is paused" in harbour("publish", "--dry-run").err


def test_what_an_editor_wrote_survives_a_colleague(site: Site, harbour: Bot) -> None:
    publish(site, "one")
    harbour("poll")
    editor = harbour.folder / "editor.sh"
    editor.write_text(
        f"#!/bin/sh\n'{sys.executable}' -m bot edit 1 --text quicker\necho mine > \"$1\"\n"
    )
    editor.chmod(0o755)
    parent, child = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "bot", "edit", "1"],
        cwd=harbour.folder,
        env={**harbour.environ, "EDITOR": str(editor)},
        stdin=child,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    os.close(parent)
    os.close(child)
    assert done.returncode == 2
    assert "by somebody else" in done.stderr
    assert done.stderr.endswith("mine\n")
    assert harbour.queue()[0]["text"] == "quicker"

"""The whole line with the real program: poll, review, rehearse."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from world import Bot, Site, ago


def publish(site: Site, *slugs: str) -> None:
    for slug in slugs:
        site.article(slug)
    site.feed(*(site.item(slug, at=ago(minutes=7)) for slug in slugs))


def test_two_polls_make_one_set_of_posts(site: Site, harbour: Bot) -> None:
    publish(site, "one", "two")
    assert len(harbour.json("poll")["posts"]) == 8
    assert harbour.json("poll")["posts"] == []
    rows = harbour.queue()
    assert [row["platform"] for row in rows[:4]] == ["twitter", "facebook", "instagram", "youtube"]
    assert {row["state"] for row in rows} == {"held"}
    assert len(rows) == 8


def test_a_row_has_what_the_contract_says(site: Site, harbour: Bot) -> None:
    publish(site, "one")
    harbour("poll")
    for row in harbour.queue():
        assert set(row) == {
            *("id", "site", "channel", "platform", "state", "title", "text", "link", "media"),
            *("due_at", "article", "problems", "remote"),
        }
        assert set(row["article"]) == {"url", "title"}
        assert set(row["remote"]) == {"id", "url"}
        assert row["article"]["url"] == f"{site.url}/one"


def test_the_first_poll_only_remembers(site: Site, bot: Bot) -> None:
    bot.configure(
        f'url = "{site.url}/"\nfeeds = ["{site.url}/feed/"]\n[channels.twitter]\naccount = "h"\n'
    )
    publish(site, "one", "two")
    answer = bot("poll")
    assert "2 articles remembered" in answer.err
    assert bot.queue("--all") == []
    assert ("GET", "/one") not in site.seen
    bot("poll")
    assert bot.queue("--all") == []


def test_an_unchanged_source_costs_one_request(site: Site, harbour: Bot) -> None:
    site.article("one")
    site.feed(site.item("one"), ETag='"v1"')
    harbour("poll")
    site.seen.clear()
    assert harbour.json("poll")["sources"][0]["unchanged"]
    assert site.seen == [("GET", "/feed/")]


def test_dates_are_judged_by_instant(site: Site, bot: Bot) -> None:
    bot.configure(
        f'url = "{site.url}/"\nfeeds = ["{site.url}/feed/"]\nreview = "none"\n'
        '[channels.twitter]\naccount = "h"\nmax_age = "4h"\n'
    )
    site.feed()
    bot("poll")
    now = datetime.now(UTC)
    west = (now - timedelta(minutes=7)).astimezone(timezone(timedelta(hours=-5)))
    east = (now - timedelta(hours=8)).astimezone(timezone(timedelta(hours=9)))
    for slug, at in (("fresh", west), ("stale", east)):
        site.article(slug, at=at)
    site.feed(site.item("stale", at=east), site.item("fresh", at=west))
    bot("poll", code=None)

    def states() -> dict[str, str]:
        rows = bot.queue("--all")
        return {row["article"]["url"].rsplit("/", 1)[1]: row["state"] for row in rows}

    assert states() == {"fresh": "approved", "stale": "held"}
    bot("poll")
    assert states() == {"fresh": "approved", "stale": "expired"}


def test_links_keep_their_identity(site: Site, bot: Bot) -> None:
    bot.configure(
        f'url = "{site.url}/"\nfeeds = ["{site.url}/feed/"]\nutm = {{ source = "{{platform}}" }}\n'
        '[channels.facebook]\naccount = "h"\n'
    )
    site.feed()
    bot("poll")
    links = ("page?utm_source=x&id=1&id=2", "spip.php?article717", "spip.php?article718")
    for number, link in enumerate(links):
        site.article(link, f"Headline number {number} of the day")
    site.feed(*(site.item(link, guid=f"g{n}", at=ago(minutes=5)) for n, link in enumerate(links)))
    bot("poll")
    found = {row["link"] for row in bot.queue()}
    assert f"{site.url}/page?id=1&id=2&utm_source=facebook" in found
    assert f"{site.url}/spip.php?article717&utm_source=facebook" in found
    assert len(found) == 3
    site.feed(*(site.item(link, guid=f"h{n}", at=ago(minutes=5)) for n, link in enumerate(links)))
    bot("poll")
    assert len(bot.queue()) == 3


def test_an_editors_day(site: Site, harbour: Bot) -> None:
    publish(site, "one")
    harbour("poll")
    x, facebook, instagram, youtube = (row["id"] for row in harbour.queue())
    approved = harbour.json("approve", str(x), "--as", "Mia")
    assert approved[0]["state"] == "approved"
    assert datetime.fromisoformat(approved[0]["due_at"]).tzinfo is not None
    harbour("unapprove", str(x))
    harbour("edit", str(x), "--text", f"My own words. {site.url}/one")
    assert harbour.json("show", str(x))["text"].startswith("My own words.")
    harbour("reject", str(facebook), "--reason", "said already")
    assert [row["id"] for row in harbour.json("history")] == [facebook]
    harbour("reopen", str(facebook))
    harbour("move", str(instagram), "--at", "2099-01-01 09:00")
    assert harbour.json("show", str(instagram))["due_at"] == "2099-01-01T09:00:00+00:00"
    assert "still to be made" in harbour("approve", str(youtube), code=2).err
    log = harbour.json("show", str(x))["log"]
    assert [(row["verb"], row["to"]) for row in log] == [
        ("hold", "held"),
        ("approve", "approved"),
        ("recall", "held"),
        ("edit", "held"),
    ]
    assert log[1]["who"] == "Mia"


def test_a_step_that_a_state_does_not_allow_changes_nothing(site: Site, harbour: Bot) -> None:
    publish(site, "one")
    harbour("poll")
    post = str(harbour.queue()[0]["id"])
    answer = harbour("unapprove", post, code=2)
    assert "held" in answer.err
    assert harbour.queue()[0]["state"] == "held"
    assert "there is no post 999" in harbour("approve", "999", code=2).err


def test_pause_returns_what_falls_due_to_the_queue(site: Site, harbour: Bot) -> None:
    publish(site, "one")
    harbour("poll")
    harbour("approve", "--all", "--yes")
    harbour("pause", "harbour/twitter")
    assert harbour.json("publish", "--dry-run") != []
    rehearsed = {row["post"]["platform"] for row in harbour.json("publish", "--dry-run")}
    assert "twitter" not in rehearsed
    assert "harbour/twitter" in harbour("status").out
    harbour("resume", "harbour/twitter")
    assert "twitter" in {row["post"]["platform"] for row in harbour.json("publish", "--dry-run")}
    assert "there is no site" in harbour("pause", "nowhere", code=2).err


def test_an_approval_says_that_its_channel_is_paused(site: Site, harbour: Bot) -> None:
    publish(site, "one")
    harbour("poll")
    harbour("pause", "harbour/twitter")
    (x,) = (row["id"] for row in harbour.queue() if row["platform"] == "twitter")
    assert "harbour/twitter is paused" in harbour("approve", str(x)).err
    harbour("resume", "harbour/twitter")  # what fell due was held again
    assert "paused" not in harbour("approve", str(x)).err

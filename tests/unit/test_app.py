"""The assembly: what the configuration and the environment say arrives where it should."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from stills import Stills
from world import ALL_CHANNELS, JPEG, Site

from bot import review
from bot.app import App
from bot.errors import ConfigError, UsageError
from bot.model import Blocked, Post, Published, State
from bot.oneoff import Wish

KEYS = ("API_KEY", "API_SECRET", "ACCESS_TOKEN", "ACCESS_SECRET")
ENVIRON = {f"BOT_HARBOUR_TWITTER_{key}": f"value of {key}" for key in KEYS}

Opened = Callable[..., App]


@pytest.fixture
def opened(
    tmp_path: Path, site: Site, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Opened]:
    """Open a bot over files that are written for it, at the fixed hour."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(App, "_studio", lambda app, folder: Stills(folder))  # quick ones
    (tmp_path / "config" / "sites").mkdir(parents=True)
    apps = []

    def build(
        channels: str = ALL_CHANNELS, more: str = "", environ: dict[str, str] | None = None
    ) -> App:
        (tmp_path / "config" / "bot.toml").write_text("allow_private_addresses = true\n")
        (tmp_path / "config" / "sites" / "harbour.toml").write_text(
            f'url = "{site.url}/"\nlanguage = "en"\nfeeds = ["{site.url}/feed/"]\n{more}{channels}'
        )
        app = App.open(None, environ or {}, who="mia")
        app.now = lambda: now
        apps.append(app)
        return app

    yield build
    for app in apps:
        app.close()


def publish(app: App, site: Site, now: datetime) -> list[Post]:
    """Poll twice, an article appearing between; give its posts."""
    site.feed()
    list(app.poll())
    site.article("one", at=now)
    site.feed(site.item("one", at=now))
    made = [number for polled in app.poll() for number in polled.posts]
    list(app.film())
    return [app.post(number) for number in made]


# ------------------------------------------------------------------------------ open


def test_a_named_folder_must_be_there_and_a_default_one_need_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert App.open(None, {}, needs_config=False).config.sites == {}
    for folder, environ in (("nowhere", {}), (None, {"BOT_CONFIG": "nowhere"})):
        with pytest.raises(UsageError, match="nowhere"):
            App.open(folder, environ, needs_config=False)
    with pytest.raises(UsageError):
        App.open(None, {})


def test_bot_toml_holds_without_a_site_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "bot.toml").write_text("allow_private_addresses = true\n")
    assert App.open(None, {}, needs_config=False).web.allow_private


def test_the_named_folder_beats_the_environment(opened: Opened, tmp_path: Path) -> None:
    opened()
    app = App.open(str(tmp_path / "config"), {"BOT_CONFIG": "nowhere"})
    assert list(app.config.sites) == ["harbour"]


def test_a_rehearsal_of_the_whole_life_has_a_database_of_its_own(opened: Opened) -> None:
    app = opened()
    own = app.rehearsing()
    assert own.database == "sqlite:///var/bot.dry-run.db"
    assert own.who == "rehearsal"
    bot = app.config.bot.model_copy(update={"database": "sqlite:///a.db?nolock=1"})
    app.config = replace(app.config, bot=bot)
    assert app.rehearsing().database == "sqlite:///a.dry-run.db?nolock=1"  # never the real one
    assert not own.store.describe().posts
    own.close()
    assert not Path("var/bot.db").exists()


# ------------------------------------------------------------------- channels, rules


def test_a_channel_without_all_its_credentials_is_by_hand(opened: Opened) -> None:
    app = opened(environ=ENVIRON)
    x, facebook = (app.config.site("harbour").channels[name] for name in ("twitter", "facebook"))
    assert not app.by_hand(x)
    assert app.by_hand(facebook)
    assert set(app.secrets(x)) == set(KEYS)
    one_less = dict(list(ENVIRON.items())[1:])
    app = opened(environ=one_less)
    assert app.by_hand(app.config.site("harbour").channels["twitter"])


def test_a_platform_is_bound_to_a_session_that_cannot_write(opened: Opened) -> None:
    _, session = opened(environ=ENVIRON).bound("harbour", "twitter")
    assert session.dry_run
    assert session.masker.knows("value of API_KEY")


def test_rules_fall_back_to_the_platforms_own(opened: Opened, site: Site, now: datetime) -> None:
    channels = ALL_CHANNELS.replace('"harbour_post"', '"h"\nmax_age = "4h"\ndaily_limit = 3')
    app = opened(channels, 'review = "none"\ntimezone = "Asia/Kathmandu"\n')
    rules = {post.platform: app.rules(post) for post in publish(app, site, now)}
    assert (rules["twitter"].daily_limit, rules["twitter"].max_age) == (3, timedelta(hours=4))
    assert (rules["facebook"].daily_limit, rules["facebook"].max_age) == (None, timedelta(hours=24))
    assert rules["instagram"].daily_limit == 50
    assert str(rules["twitter"].zone) == "Asia/Kathmandu"


def test_who_reviews_a_channel(opened: Opened, site: Site, now: datetime) -> None:
    channels = ALL_CHANNELS.replace('"@harbourpost"', '"@h"\nuse = "pick"')
    posts = {post.platform: post for post in publish(opened(channels), site, now)}
    app = opened(channels, 'review = "none"\n')
    assert app.reviewed(posts["youtube"])
    assert not app.reviewed(posts["twitter"])
    assert opened(channels).reviewed(posts["twitter"])


def test_a_broken_secret_is_a_fault_of_the_configuration(opened: Opened) -> None:
    environ = {"BOT_HARBOUR_TWITTER_API_KEY_FILE": "/nowhere"}
    with pytest.raises(ConfigError, match="API_KEY"):
        opened(environ=environ).status()


# ----------------------------------------------------------------------------- sites


def test_an_article_belongs_to_the_site_of_its_host(opened: Opened, tmp_path: Path) -> None:
    app = opened()
    assert app.site_of("https://anything.example/a") == "harbour", "it is the only one"
    (tmp_path / "config" / "sites" / "quay.toml").write_text('url = "https://www.quay.example/"\n')
    app = opened()
    assert app.site_of("https://quay.example/a") == "quay"
    assert app.site_of("https://other.example/a", "quay") == "quay"
    with pytest.raises(UsageError, match="--site"):
        app.site_of("https://other.example/a")
    for url in ("quay.example/a", "ftp://quay.example/a", ""):
        with pytest.raises(UsageError, match="web address"):
            app.site_of(url)


def test_an_article_is_found_under_the_other_hosts_of_a_site(
    opened: Opened, tmp_path: Path
) -> None:
    opened()
    sites = tmp_path / "config" / "sites"
    (sites / "quay.toml").write_text('url = "https://quay.example/"\naliases = ["www.old.example"]')
    app = opened()
    assert app.config.site("quay").aliases == ("old.example",), "as hosts are compared"
    assert app.site_of("https://old.example/a") == "quay"
    assert app.site_of("https://WWW.old.example/a") == "quay"
    with pytest.raises(UsageError, match="--site"):
        app.site_of("https://older.example/a")


def test_a_desk_is_built_once(opened: Opened) -> None:
    app = opened()
    harbour = app.config.site("harbour")
    assert app.desk(harbour) is app.desk(harbour)
    assert app.desk(harbour.model_copy(update={"name": "Quay"})).name == "Quay"


# ------------------------------------------------------------------------------ runs


def test_sites_with_sources_are_polled_before_others_are_searched(
    opened: Opened, site: Site, tmp_path: Path
) -> None:
    opened()
    (tmp_path / "config" / "sites" / "alba.toml").write_text(f'url = "{site.url}/"\n')
    app = opened()
    site.feed()
    assert [polled.site for polled in app.poll()] == ["harbour", "alba"]
    assert [polled.site for polled in app.poll()] == ["harbour"], "searched once an hour"


def test_a_preview_stores_nothing(opened: Opened, site: Site, tmp_path: Path) -> None:
    site.article("one")
    shown = opened().preview(f"{site.url}/one")
    assert len(shown.posts) == 4
    assert not (tmp_path / "var").exists()
    assert site.seen == [("GET", "/one")]


def test_where_no_source_is_found_the_file_to_mend_is_named_once_an_hour(
    opened: Opened, site: Site, tmp_path: Path, now: datetime
) -> None:
    app = opened()
    (tmp_path / "config" / "sites" / "harbour.toml").write_text(f'url = "{site.url}/"\n')
    site.put("/", "<!doctype html><title>Harbour Post</title><p>Hello.</p>")
    app = App.open(None, {})
    for minutes, said in ((0, 1), (59, 0), (61, 1)):
        app.now = lambda at=now + timedelta(minutes=minutes): at
        assert len([alarm for each in app.poll() for alarm in each.alarms]) == said
    app.now = lambda: now + timedelta(minutes=122)
    (result,) = app.poll()
    assert "sites/harbour.toml" in result.alarms[0]
    app.close()


def test_a_rehearsed_one_off_leaves_no_trace(opened: Opened, site: Site, tmp_path: Path) -> None:
    site.article("one")
    shown = opened().rehearse_one_off(Wish(f"{site.url}/one"))
    assert [type(each.outcome) for each in shown] == [Published] * 4
    assert ("GET", "/picture.jpg") in site.seen
    assert not (tmp_path / "var").exists()


def test_a_post_of_a_channel_that_is_gone_is_said_and_stops_no_other(
    opened: Opened, site: Site, now: datetime
) -> None:
    app = opened()
    for post in publish(app, site, now):
        review.approve(app.store, post.id, app.rules(post), who="mia", now=now)
    app.close()
    left = opened('[channels.facebook]\naccount = "harbourpost"\n')
    outcomes = {each.post.platform: each.outcome for each in left.rehearse_due()}
    assert isinstance(outcomes["facebook"], Published)
    assert isinstance(outcomes["twitter"], Blocked)
    assert "no channel “twitter” any more" in outcomes["twitter"].reason
    rehearsal = left.press(dry_run=True)
    settled = {step.post.platform: step.post.state for step in left.publish(rehearsal)}
    assert settled["facebook"] is State.PUBLISHED
    assert settled["twitter"] is State.APPROVED


def test_what_is_due_next_is_said(opened: Opened, site: Site, now: datetime) -> None:
    app = opened()
    posts = publish(app, site, now)
    assert "Nothing is approved" in app.next_due()
    at = now + timedelta(hours=3)
    review.approve(app.store, posts[0].id, app.rules(posts[0]), who="mia", now=now, at=at)
    assert "due at 2026-11-23 12:00 (" in app.next_due()
    assert app.rehearse_due() == []


def test_pauses_hold_a_rehearsal_too(opened: Opened, site: Site, now: datetime) -> None:
    app = opened()
    for post in publish(app, site, now):
        review.approve(app.store, post.id, app.rules(post), who="mia", now=now)
    with app.store.write() as tx:
        tx.pauses.pause("harbour/twitter", who="mia", now=now)
    assert {each.post.platform for each in app.rehearse_due()} == {
        "facebook",
        "instagram",
        "youtube",
    }
    assert app.scopes()[0] == "harbour"
    assert "harbour/twitter" in app.scopes()


def test_what_is_made_anew_reads_the_article_as_it_is_now(
    opened: Opened, site: Site, now: datetime
) -> None:
    app = opened()
    post = publish(app, site, now)[2]
    site.article("one", "Council votes again", at=now)
    assert app.remade(post).art[0].order.words.headline == "Council votes again"
    site.put("/one", "", status=503)
    assert app.remade(post).art[0].order.words.headline.startswith("Council votes on")


def test_a_picture_of_the_editor_is_kept(
    opened: Opened, site: Site, now: datetime, tmp_path: Path
) -> None:
    (tmp_path / "own.jpg").write_bytes(JPEG)
    app = opened()
    kept = app.picture(publish(app, site, now)[0], tmp_path / "own.jpg", "A quay.")
    assert Path(kept.path).parent == Path("var/media")
    assert (kept.alt, kept.url) == ("A quay.", "")

"""The configuration: defaults, faults with their lines, secrets, what is in force."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel, ConfigDict, Field

from bot.config import Config, describe, load
from bot.credentials import secret, secrets_of
from bot.errors import ConfigError, UsageError
from bot.hours import Windows
from bot.settings import Bot, Review

ROOT = Path(__file__).resolve().parents[2]
SMALLEST = 'url = "https://harbour.example/"\n[channels.twitter]\naccount = "harbour_post"\n'


class Plain(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    api_url: str = ""


class Page(Plain):
    page_id: str = Field("", pattern="^[0-9]*$")
    login: Literal["facebook", "instagram"] = "facebook"


def settings_of(platform: str) -> type[BaseModel]:
    try:
        return {"twitter": Plain, "facebook": Page}[platform]
    except KeyError:
        raise UsageError(f"there is no platform “{platform}”.") from None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sites").mkdir()
    return tmp_path


def read(folder: Path, site: str = SMALLEST, bot: str | None = None) -> Config:
    (folder / "sites" / "harbour.toml").write_text(site, "utf-8")
    if bot is not None:
        (folder / "bot.toml").write_text(bot, "utf-8")
    return load(folder, settings_of)


def faults(folder: Path, site: str = SMALLEST, bot: str | None = None) -> list[tuple[int, str]]:
    with pytest.raises(ConfigError) as raised:
        read(folder, site, bot)
    return [(fault.line or 0, fault.message) for fault in raised.value.faults]


def in_channel(*lines: str) -> str:
    return SMALLEST + "\n".join(lines) + "\n"


# --------------------------------------------------------------------- what holds


def test_what_is_left_out_gets_what_the_documentation_promises(folder: Path) -> None:
    config = read(folder)
    assert config.bot == Bot()
    assert config.bot.database == "sqlite:///var/bot.db"
    assert config.bot.publishing.deadline == timedelta(seconds=30)
    assert config.bot.publishing.lease == timedelta(minutes=2)
    assert config.bot.publishing.quarantine == timedelta(minutes=3)
    site = config.site("harbour")
    assert (site.id, site.name, site.language) == ("harbour", "harbour.example", "")
    assert site.timezone == ZoneInfo("UTC")
    assert (site.feeds, site.flood_limit, site.pictures.reuse) == ((), 5, "all")
    assert site.review == Review("required")
    channel = config.channel("harbour/twitter")
    assert (channel.platform, channel.account, channel.key) == (
        "twitter",
        "harbour_post",
        "harbour/twitter",
    )
    assert (channel.use, channel.link, channel.budget) == ("all", "always", None)
    assert (channel.windows, channel.spacing) == (Windows(), timedelta(0))
    assert (channel.daily_limit, channel.max_age) == (None, timedelta(hours=24))
    assert channel.review == Review("required")
    assert channel.settings == Plain()


def test_a_channel_takes_the_review_of_its_site_unless_it_differs(folder: Path) -> None:
    config = read(
        folder,
        'review = "hold 15m"\n'
        + SMALLEST
        + '[channels.facebook]\naccount = "a"\nreview = "none"\nsettings = { page_id = "7" }\n',
    )
    held = config.channel("harbour/twitter").review
    assert (held.rule, held.hold, str(held)) == ("hold", timedelta(minutes=15), "hold 15m")
    facebook = config.channel("harbour/facebook")
    assert (facebook.review, facebook.settings) == (Review("none"), Page(page_id="7"))


def test_x_is_another_name_for_twitter(folder: Path) -> None:
    config = read(folder, SMALLEST.replace("channels.twitter", "channels.x"))
    assert config.channel("harbour/x").platform == "twitter"
    assert read(folder).channel("harbour/x").name == "twitter"
    second = in_channel("[channels.second]", 'account = "b"', 'platform = "x"')
    assert read(folder, second).channel("harbour/second").platform == "twitter"


def test_links_carry_the_filled_in_parameters(folder: Path) -> None:
    config = read(
        folder, 'utm = { source = "{platform}", campaign = "{site}-{channel}" }\n' + SMALLEST
    )
    assert config.site("harbour").utm_for(config.channel("twitter")) == {
        "utm_source": "twitter",
        "utm_campaign": "harbour-twitter",
    }


def test_the_look_is_what_the_file_says_and_the_rest_stands_in(folder: Path) -> None:
    look = read(
        folder,
        SMALLEST.replace("twitter]", "second]").replace("[chan", '[look]\naccent = "#C0F"\n[chan')
        + 'platform = "x"\n[channels.facebook]\naccount = "b"\n'
        '[look.layouts]\nx = "quote"\nfacebook = "text"\n',
    ).site("harbour")
    assert (look.look.accent, look.look.paper, look.look.font) == ("#cc00ff", "#fbfaf7", "sans")
    layouts = {name: look.look.layout_for(each) for name, each in look.channels.items()}
    assert layouts == {"second": "quote", "facebook": "text"}
    plain = read(folder).site("harbour")
    assert plain.look.layout_for(plain.channels["twitter"]) == ""
    assert plain.look.logo == plain.look.audio == ""


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('accent = "red"', "is not a colour"),
        ('paper = "#12345"', "is not a colour"),
        ('color = "#123456"', "color"),
        ('font = ""', "must not be empty"),
        ('layouts = { instagram = "../quote" }', "is not the name of a layout"),
        ('layouts = "quote"', "must be a table"),
    ],
)
def test_a_bad_look_is_told_with_its_line(folder: Path, line: str, message: str) -> None:
    ((where, said),) = faults(folder, f"{SMALLEST}[look]\n{line}\n")
    assert where == 5
    assert message in said


def test_a_file_from_a_windows_editor_is_read(folder: Path) -> None:
    path = folder / "sites" / "harbour.toml"
    path.write_bytes(b"\xef\xbb\xbf" + SMALLEST.replace("\n", "\r\n").encode())
    assert load(folder, settings_of).site("harbour").url == "https://harbour.example/"


def test_the_shipped_bot_toml_changes_nothing_commented_or_not(folder: Path) -> None:
    text = (ROOT / "config" / "bot.toml").read_text("utf-8")
    assert read(folder, bot=text).bot == Bot()
    uncommented, changed = re.subn(r"(?m)^# (?=[a-z_]+ = )", "", text)
    assert changed == 15
    config = read(folder, bot=uncommented)
    assert config.bot == Bot()
    shown = [setting for setting in describe(config) if setting.where == "bot.toml"]
    assert [setting.name for setting in shown if setting.left_out] == []
    assert len(shown) == changed


def test_the_sample_site_is_no_site_until_it_is_renamed(folder: Path) -> None:
    from bot.platforms import base

    text = (ROOT / "config" / "sites" / "harbour.toml.example").read_text("utf-8")
    (folder / "sites" / "harbour.toml.example").write_text(text, "utf-8")
    with pytest.raises(UsageError, match="there is no site in"):
        load(folder, settings_of)
    (folder / "sites" / "harbour.toml").write_text(text, "utf-8")
    config = load(folder, lambda name: base.load(name).Settings)
    assert [channel.platform for channel in config.channels()] == [
        "twitter",
        "facebook",
        "instagram",
        "youtube",
    ]
    assert config.channel("youtube").use == "pick"


# --------------------------------------------------------------------- one fault each

BAD_SITE = [
    ('nam = "H"', "there is no setting “nam” here; did you mean “name”?"),
    ('id = "h"', "there is no setting “id” here; there are: url, name,"),
    ("name = 5", "“name” must be text in quotes."),
    ('name = ""', "“name” must not be empty."),
    ('language = "english please"', "“language”: “english please” is not a language code"),
    ('timezone = "Europe/Lisboa"', "is not a time zone; did you mean “Europe/Lisbon”?"),
    ('timezone = "europe/lisbon"', "did you mean “Europe/Lisbon”?"),
    ('timezone = "../etc"', "“../etc” is not a time zone; write its IANA name"),
    ("timezone = 1", "“1” is not a time zone"),
    ('feeds = "https://h.example/"', "“feeds” must be a list"),
    ('feeds = ["/feed/"]', "“/feed/” is not a whole address"),
    ('feeds = ["ftp://h.example/"]', "is not a whole address"),
    ('feeds = ["https://[::1/"]', "is not a whole address"),
    ('feeds = ["https://me:pw@h.example/"]', "must not carry any"),
    ('review = "nobody"', '“review” must be "required", "none" or'),
    ('review = "hold 0m"', "“review” must be longer than nothing."),
    ('review = "hold soon"', "“soon” is not a length of time"),
    ('flood_limit = "5"', "“flood_limit” must be a whole number, without quotes."),
    ("flood_limit = -1", "“flood_limit” must be at least 0."),
    ("flood_limit = true", "“flood_limit” must be a whole number"),
    ('utm = { utm_source = "x" }', "“utm_source”: write the name without utm_"),
    ('utm = { source = "{place}" }', "“{place}” cannot be filled in"),
    ('utm = { source = "{platform.real}" }', "cannot be filled in"),
    ('utm = { source = "a}" }', "holds a brace without its partner"),
    ('kinds = { opnion = ["O"] }', "there is no kind “opnion”; did you mean “opinion”?"),
    ('pictures = { reuse = "some" }', '“reuse” must be "all", "listed" or "none", not “some”.'),
    ('sensitive = ["death"]', "“sensitive” must be a table with settings of its own."),
    ("hashtags = 3", "“hashtags” must be a table"),
    ('channels = "twitter"', "“channels” must be tables"),
]


@pytest.mark.parametrize(("line", "message"), BAD_SITE, ids=[line for line, _ in BAD_SITE])
def test_a_bad_setting_of_a_site(folder: Path, line: str, message: str) -> None:
    site = f'# a site\nurl = "https://harbour.example/"\n\n{line}\n'
    ((at, said),) = faults(folder, site)
    assert (at, message in said) == (4, True), said


BAD_CHANNEL = [
    ('revew = "none"', "there is no setting “revew” here; did you mean “review”?"),
    ('name = "x"', "there is no setting “name” here"),
    ('platform = "tiktok"', "there is no platform “tiktok”."),
    ("platform = 3", "there is no platform “”."),
    ('use = "some"', '“use” must be "all" or "pick", not “some”.'),
    ('windows = "07:00-23:00"', "“windows” must be a list"),
    ("windows = []", "would mean never"),
    ("windows = [5]", "“windows” must be a list of texts"),
    ('windows = ["7-23"]', "“7-23” is not a window"),
    ('windows = ["07:00-07:00"]', "opens and closes at the same time"),
    ("spacing = 20", 'in quotes and with its unit: "20m"'),
    ('spacing = "20 min"', "“20 min” is not a length of time; write it as in"),
    ('spacing = "99999999d"', "longer than ten years"),
    ('max_age = "0h"', "“max_age” must be longer than nothing."),
    ("daily_limit = 0", "“daily_limit” must be at least 1."),
    ("budget = -1", "“budget” must be at least 0."),
    ('budget = "20"', "“budget” must be a number, without quotes."),
    ("budget = nan", "“budget”"),
    ('link = "no"', '“link” must be "always" or "never"'),
    ('only = { lang = ["en"] }', "there is no setting “lang” here; did you mean “language”?"),
    ('only = { language = ["??"] }', "“??” is not a language code"),
    ("settings = 3", "“settings” must be a table"),
    ('settings = { api_ulr = "" }', "there is no setting “api_ulr” here; did you mean “api_url”?"),
]


@pytest.mark.parametrize(("line", "message"), BAD_CHANNEL, ids=[line for line, _ in BAD_CHANNEL])
def test_a_bad_setting_of_a_channel(folder: Path, line: str, message: str) -> None:
    ((at, said),) = faults(folder, in_channel(line))
    assert (at, message in said) == (4, True), said


BAD_BOT = [
    ('database = "mysql://x"', 1, "“database” must begin with sqlite:///"),
    ('allow_private_addresses = "yes"', 1, "must be true or false, without quotes."),
    ('[review]\nlisten = "8700"', 2, "must be address and port"),
    ('[review]\nlisten = "127.0.0.1:99999"', 2, "must be address and port"),
    ('[media]\npublic_url = "media/"', 2, "is not a whole address"),
    ('[media]\ndir = ""', 2, "“dir” must not be empty."),
    ('[publishing]\ndeadline = "5m"', 1, "3m must be longer than the deadline (5m)"),
    ('[publishing]\ndeadline = "5m"\nquarantine = "5m"', 3, "must be longer than the deadline"),
    ('[publshing]\ndeadline = "5m"', 1, "did you mean “publishing”?"),
]


@pytest.mark.parametrize(("text", "line", "message"), BAD_BOT, ids=[case[0] for case in BAD_BOT])
def test_a_bad_setting_of_the_bot(folder: Path, text: str, line: int, message: str) -> None:
    ((at, said),) = faults(folder, bot=text)
    assert (at, message in said) == (line, True), said


def test_a_bad_platform_setting_is_told_in_the_same_words(folder: Path) -> None:
    site = in_channel(
        "[channels.facebook]", 'account = "a"', "[channels.facebook.settings]", 'page_id = "p"'
    )
    ((at, said),) = faults(folder, site)
    assert at == 7
    assert said == "“page_id”: “p” does not have the form that is needed, ^[0-9]*$."


def test_what_must_be_there_and_is_not(folder: Path) -> None:
    found = faults(folder, "[channels.twitter]\nuse = 'all'\n")
    assert [line for line, _ in found] == [0, 1]
    assert all("is missing" in said for _, said in found)


@pytest.mark.parametrize("account", ["", "@", "https://x.com/harbour"])
def test_an_account_is_a_name(folder: Path, account: str) -> None:
    ((line, said),) = faults(folder, SMALLEST.replace("harbour_post", account))
    assert line == 3
    assert "is not the name of an account" in said


# -------------------------------------------------------------------- many at once


def test_every_fault_of_every_file_is_told_at_once(folder: Path) -> None:
    (folder / "sites" / "Second.toml").write_text(
        'timezone = "Mars"\n[channels.twitter]\naccount = "b"\nwindows = [\n "Xyz 1:00-2:00",\n'
        ' "Mon 1:00-2:00",\n "9-5",\n]\n[channels."a b"]\naccount = "c"\nplatform = "twitter"\n',
        "utf-8",
    )
    with pytest.raises(ConfigError) as raised:
        read(
            folder,
            "naem = 1\n" + SMALLEST + 'budget = "much"\n',
            'contact = 7\n[media]\ndri = ""\n',
        )
    told = [(Path(fault.file).name, fault.line) for fault in raised.value.faults]
    assert told == [
        ("bot.toml", 1),
        ("bot.toml", 3),
        ("Second.toml", None),
        ("Second.toml", None),
        ("Second.toml", 1),
        ("Second.toml", 5),
        ("Second.toml", 7),
        ("Second.toml", 9),
        ("harbour.toml", 1),
        ("harbour.toml", 5),
    ]
    assert "rename the file" in str(raised.value)
    assert str(raised.value).count("\n") == len(told) - 1


def test_one_account_belongs_to_one_channel_of_its_site(folder: Path) -> None:
    (folder / "sites" / "second.toml").write_text(
        'url = "https://second.example/"\n[channels.x]\naccount = "@Harbour_Post"\n'
        '[channels.other]\nplatform = "twitter"\naccount = "harbour_post"\n',
        "utf-8",
    )
    with pytest.raises(ConfigError) as raised:
        read(folder)
    (fault,) = raised.value.faults
    assert (Path(fault.file).name, fault.line) == ("second.toml", 6)
    assert "already the account of second/x" in fault.message


def test_a_line_that_is_no_toml_costs_that_line_alone(folder: Path) -> None:
    site = 'url = https://harbour.example/\nname = "Harbour\nflood_limit = "5"\n'
    found = faults(folder, site)
    assert [line for line, _ in found] == [1, 2, 3]
    assert "text stands in quotes" in found[0][1]
    assert "a quotation mark is missing" in found[1][1]
    assert "must be a whole number" in found[2][1]


def test_an_open_bracket_brings_no_false_faults(folder: Path) -> None:
    found = faults(
        folder, 'url = "https://h.example/"\nfeeds = ["https://h.example/",\nname = "H"\n'
    )
    assert found == [(2, "what begins here is not closed, or goes wrong by line 3.")]


def test_a_file_that_is_not_utf8_or_cannot_be_read(folder: Path) -> None:
    (folder / "sites" / "harbour.toml").write_bytes(b'url = "https://h.example/"\nname = "\xe9"\n')
    (folder / "sites" / "second.toml").mkdir()
    with pytest.raises(ConfigError) as raised:
        load(folder, settings_of)
    first, second = raised.value.faults
    assert (first.line, "not UTF-8" in first.message) == (2, True)
    assert "cannot be read: Is a directory" in second.message


def test_no_folder_and_no_site_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="name yours with --config, or write"):
        load(tmp_path / "none", settings_of)
    with pytest.raises(UsageError, match=r"there is no site in .* “bot init URL”"):
        load(tmp_path, settings_of)


def test_one_account_has_the_articles_of_an_address_once(folder: Path) -> None:
    other = SMALLEST.replace("https://harbour", "http://www.harbour")
    (folder / "sites" / "twin.toml").write_text(other, "utf-8")
    with pytest.raises(ConfigError, match=r"has the articles of .* already, from harbour\.toml"):
        read(folder)
    (folder / "sites" / "twin.toml").write_text(other.replace("_post", "_es"), "utf-8")
    assert set(read(folder).sites) == {"harbour", "twin"}


# ------------------------------------------------------------------------- finding


def test_sites_and_channels_are_found_by_name(folder: Path) -> None:
    (folder / "sites" / "second.toml").write_text(
        'url = "https://second.example/"\n[channels.twitter]\naccount = "second"\n', "utf-8"
    )
    config = read(folder)
    assert config.channel("second/twitter").account == "second"
    with pytest.raises(UsageError, match="no site “harbor”; did you mean “harbour”"):
        config.site("harbor")
    with pytest.raises(UsageError, match="say which: harbour/twitter, second/twitter"):
        config.channel("twitter")
    with pytest.raises(
        UsageError, match="no channel “harbour/facebook”; there are: harbour/twitter"
    ):
        config.channel("harbour/facebook")


def test_a_site_may_be_called_bot(folder: Path) -> None:
    (folder / "sites" / "bot.toml").write_text(SMALLEST.replace("_post", "2"), "utf-8")
    config = read(folder, bot='contact = "a@b.example"\n')
    shown = {(each.where, each.name): each for each in describe(config)}
    assert not shown["bot.toml", "contact"].left_out
    assert shown["bot", "name"].left_out


# ------------------------------------------------------------------------- secrets


def test_secrets_come_from_the_environment_or_files(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from-file\n")
    (tmp_path / "BOT_HARBOUR_TWITTER_ACCESS_TOKEN").write_text("from-folder\n")
    environ = {
        "BOT_HARBOUR_TWITTER_API_KEY": "from-variable",
        "BOT_HARBOUR_TWITTER_API_SECRET_FILE": str(tmp_path / "key"),
        "BOT_HARBOUR_TWITTER_CLIENT_ID": "",
        "CREDENTIALS_DIRECTORY": str(tmp_path),
    }
    names = ("API_KEY", "API_SECRET", "ACCESS_TOKEN", "ACCESS_SECRET", "CLIENT_ID")
    assert secrets_of("harbour", "twitter", names, environ) == {
        "API_KEY": "from-variable",
        "API_SECRET": "from-file",
        "ACCESS_TOKEN": "from-folder",
    }
    assert secret("BOT_SECRET_KEY", {}) is None


def test_every_bad_secret_is_told_and_none_is_shown(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text(" \n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    environ = {
        "BOT_H_T_A": "hush",
        "BOT_H_T_A_FILE": str(tmp_path / "empty"),
        "BOT_H_T_B_FILE": str(tmp_path / "none"),
        "BOT_H_T_C_FILE": str(tmp_path / "empty"),
        "BOT_H_T_D_FILE": str(tmp_path / "binary"),
    }
    with pytest.raises(ConfigError) as raised:
        secrets_of("h", "t", "ABCD", environ)
    said = [fault.message for fault in raised.value.faults]
    assert "are both set" in said[0]
    assert "cannot be read: No such file" in said[1]
    assert "is empty" in said[2]
    assert "is not a text file" in said[3]
    assert "hush" not in str(raised.value)


# --------------------------------------------------------------------- description


def test_what_is_in_force_is_shown_with_what_was_left_out(folder: Path) -> None:
    config = read(
        folder,
        'review = "hold 15m"\n' + in_channel('max_age = "72h"', 'windows = ["Mon-Fri 7:30-22:00"]'),
        'database = "postgresql://me:hush@db.example/bot"\nnotify = ["mailto://u:hush@h.example"]\n'
        '[publishing]\nlease = "90s"\n',
    )
    shown = {(each.where, each.name): (each.value, each.left_out) for each in describe(config)}
    assert shown["bot.toml", "publishing.lease"] == ("1m30s", False)
    assert shown["bot.toml", "publishing.deadline"] == ("30s", True)
    assert shown["bot.toml", "database"] == ("postgresql://…@db.example/bot", False)
    assert shown["harbour", "timezone"] == ("UTC", True)
    assert shown["harbour", "review"] == ("hold 15m", False)
    assert shown["harbour/twitter", "review"] == ("hold 15m", True)
    assert shown["harbour/twitter", "max_age"] == ("72h", False)
    assert shown["harbour/twitter", "windows"] == ("Mon-Fri 07:30-22:00", False)
    assert shown["harbour/twitter", "spacing"] == ("none", True)
    assert shown["harbour/twitter", "settings.api_url"] == ("", True)
    assert "hush" not in repr(shown)

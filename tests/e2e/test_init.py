"""`bot init URL` as a newcomer types it: with questions, without a terminal, a second time."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
from sites import ElMuelle, Tidewater
from world import Bot, Site

from bot.cli.init import _write, name_of
from bot.errors import UsageError

PRIVATE = "allow_private_addresses = true\n"


@pytest.fixture
def newcomer(bot: Bot) -> Bot:
    """The program with nothing configured but that it may read from loopback."""
    (bot.folder / "config").mkdir()
    (bot.folder / "config" / "bot.toml").write_text(PRIVATE, "utf-8")
    return bot


def config(bot: Bot, name: str) -> Path:
    return bot.folder / "config" / "sites" / f"{name}.toml"


class Terminal:
    """The program on a terminal, and somebody who types."""

    def __init__(self, bot: Bot, *args: str) -> None:
        self._own, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", *args],
            cwd=bot.folder,
            env=bot.environ | {"TERM": "dumb"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self.shown = ""

    def see(self, words: str, times: int = 1) -> None:
        """Read until `words` are shown, for the so manieth time."""
        end = time.monotonic() + 30
        while self.shown.count(words) < times:
            assert time.monotonic() < end, f"“{words}” was never shown: {self.shown}"
            assert self._more(end - time.monotonic()), f"it ended first: {self.shown}"

    def type(self, answer: str) -> None:
        os.write(self._own, f"{answer}\n".encode())

    def interrupt(self) -> None:
        """Press Ctrl-C, again where it was not heard: Python itself loses one that comes
        between the question and the wait for an answer."""
        time.sleep(0.3)
        while self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            end = time.monotonic() + 5
            while self.process.poll() is None and time.monotonic() < end:
                self._more(0.1)

    def end(self) -> int:
        """Read to the end, and give the exit code."""
        end = time.monotonic() + 30
        while self._more(end - time.monotonic()):
            pass
        os.close(self._own)
        return self.process.wait(10)

    def _more(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._own], [], [], max(seconds, 0))
        try:
            new = os.read(self._own, 4096) if ready else b""
        except OSError:  # nobody holds the other end any more
            new = b""
        self.shown += new.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(new)


def test_from_an_address_to_a_site(site: Site, newcomer: Bot) -> None:
    sample = Tidewater(site)
    answer = newcomer("init", sample.start, "--name", "tidewater")
    file = config(newcomer, "tidewater")
    written = tomllib.loads(file.read_text("utf-8"))
    assert written["name"] == sample.name
    assert {name: each["account"] for name, each in written["channels"].items()} == sample.channels
    assert "config/sites/tidewater.toml" in answer.out
    assert (newcomer.folder / "config" / "site.schema.json").is_file()
    # The terminal says what comes next, and that works as it stands there.
    steps = re.findall(r"^  \d\. bot (.+)$", answer.out, re.MULTILINE)
    assert [step.split()[0] for step in steps] == ["preview", "poll", "doctor"]
    assert sample.articles[0].story.headline in newcomer(*steps[0].split()).out
    assert "remembered" in newcomer(*steps[1].split()).err
    newcomer(*steps[2].split(), code=None)


def test_a_name_is_made_of_the_host(site: Site, newcomer: Bot) -> None:
    sample = Tidewater(site)
    answer = newcomer("init", sample.start.replace("127.0.0.1", "localhost"))
    assert f"{sample.name}, {sample.start}" in answer.out, "where its WordPress says it is at home"
    assert config(newcomer, "site").is_file(), "a number is no name"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.left-voice.example/", "leftvoice"),
        ("https://harbour.co.uk/", "harbour"),
        ("https://news.bbc.co.uk/", "bbc"),
        ("https://24horas.example/", "site24horas"),
        ("http://localhost:8000/", "localhost"),
        ("http://[::1]/", "site"),
        ("https://xn--hfen-loa.example/", "xnhfenloa"),
        ("https://example/", "example"),
    ],
)
def test_names_of_hosts(url: str, name: str) -> None:
    assert name_of(url) == name


def test_a_folder_that_is_not_there_yet(site: Site, bot: Bot) -> None:
    Tidewater(site)
    answer = bot("--config", "new", "init", site.url, code=3)
    assert "allow_private_addresses = true in bot.toml" in answer.err
    assert not (bot.folder / "new").exists()


def test_json_only_prints(site: Site, newcomer: Bot) -> None:
    sample = ElMuelle(site)
    shown = newcomer.json("init", sample.start)
    assert shown.keys() == {
        *("url", "name", "language", "timezone", "feeds", "sitemaps", "wordpress", "pages"),
        *("channels", "candidates", "notes", "timezones", "credits"),
    }
    assert shown["url"] == sample.start
    assert shown["feeds"] == [f"{site.url}/feed/", f"{site.url}/pt/feed/"]
    facebook = shown["channels"]["facebook"]
    assert facebook.keys() == {"account", "url", "language", "settings", "evidence"}
    assert {each["account"]: each["language"] for each in shown["candidates"]["twitter"]} == {
        "elmuelle_es": "es",
        "elmuelle_pt": "pt",
    }
    assert not (newcomer.folder / "config" / "sites").exists()


def test_the_sister_page_has_its_three_channels(
    site: Site, newcomer: Bot, shared_dir: Path
) -> None:
    html = (shared_dir / "realinput" / "sister-site-article.html").read_bytes()
    site.put("/Un-article-de-la-semaine", html)
    url = f"{site.url}/Un-article-de-la-semaine"
    answer = newcomer("init", url, "--name", "rp", code=1)
    assert "No feed" in answer.out, "a person has to name one"
    written = tomllib.loads(config(newcomer, "rp").read_text("utf-8"))
    accounts = {name: each["account"] for name, each in written["channels"].items()}
    assert set(accounts) == {"facebook", "twitter", "youtube"}
    assert accounts["twitter"] == "RevPermanente"
    assert newcomer("doctor", code=None).err == ""


def test_without_a_terminal_the_doubtful_is_left_out(site: Site, newcomer: Bot) -> None:
    sample = ElMuelle(site)
    answer = newcomer("init", sample.start, "--name", "muelle")
    assert "X (Twitter): left out, because there is one for each language" in flat(answer.out)
    text = config(newcomer, "muelle").read_text("utf-8")
    assert "twitter" not in tomllib.loads(text)["channels"]
    assert "# [channels.twitter]" in text


def test_on_a_terminal_it_asks(site: Site, newcomer: Bot) -> None:
    sample = ElMuelle(site)
    terminal = Terminal(newcomer, "init", sample.start, "--name", "muelle")
    terminal.see("Which account is yours on X (Twitter)?")
    terminal.see("4) none of these")
    assert "2) elmuelle_" in terminal.shown
    terminal.see("Which?")
    terminal.type("3")
    assert terminal.end() == 0
    written = tomllib.loads(config(newcomer, "muelle").read_text("utf-8"))
    third = re.search(r"3\) (elmuelle_\w+)", terminal.shown)
    assert third
    assert written["channels"]["twitter"]["account"] == third[1]


def test_on_a_terminal_there_may_be_one_for_each_language(site: Site, newcomer: Bot) -> None:
    sample = ElMuelle(site)
    terminal = Terminal(newcomer, "init", sample.start, "--name", "muelle")
    terminal.see("1) one for each language: elmuelle_es (es), elmuelle_pt (pt)")
    terminal.see("Which?")
    terminal.type("1")
    assert terminal.end() == 0
    channels = tomllib.loads(config(newcomer, "muelle").read_text("utf-8"))["channels"]
    spanish, portuguese = channels["twitter"], channels["twitterpt"]
    assert (spanish["account"], spanish["only"]) == ("elmuelle_es", {"language": ["es"]})
    assert (portuguese["account"], portuguese["only"]) == ("elmuelle_pt", {"language": ["pt"]})
    newcomer("poll")
    told = [sample.publish(), sample.publish()]
    newcomer("poll", code=None)
    languages = {each.story.headline: each.story.language for each in told}
    rows = [row for row in newcomer.queue() if row["platform"] == "twitter"]
    assert len(rows) == 2
    for row in rows:
        own = {"es": "twitter", "pt": "twitterpt"}[languages[row["article"]["title"]]]
        assert row["channel"] == own


def test_on_a_terminal_it_asks_for_clock_and_pictures(site: Site, newcomer: Bot) -> None:
    sample = Tidewater(site)
    timeless(sample)
    terminal = Terminal(newcomer, "init", sample.start, "--name", "tidewater")
    terminal.see("By which clock does The Tidewater Post live?")
    terminal.see("Which?")
    terminal.type("Atlantis")
    terminal.see("There is no time zone “Atlantis”")
    terminal.type("Europe/Dublin")
    terminal.see("May pictures by “Ana Reis” be uploaded?")
    terminal.type("y")
    assert terminal.end() == 0
    written = tomllib.loads(config(newcomer, "tidewater").read_text("utf-8"))
    assert written["timezone"] == "Europe/Dublin"
    assert written["pictures"]["own"] == ["The Tidewater Post", "Ana Reis"]


def test_what_is_left_to_decide_is_told(site: Site, newcomer: Bot) -> None:
    sample = Tidewater(site)
    timeless(sample)
    answer = newcomer("init", sample.start, "--name", "tidewater")
    left = flat(answer.out.split("Yours to decide there:")[1].split("Next:")[0])
    assert (
        "timezone: it says UTC, because nothing tells yours for sure; those above would fit" in left
    )
    assert "Seen on your articles: “Ana Reis”; write into `own` whose you may use." in left
    assert "Instagram takes no post without a picture." in left
    assert "“Ana Reis”" in flat(config(newcomer, "tidewater").read_text("utf-8"))


def timeless(sample: Tidewater) -> None:
    """Take away what tells the clock: WordPress says none."""
    status, headers, body = sample.site.pages["/wp-json/"]
    sample.site.pages["/wp-json/"] = (status, headers, body.replace(b"Europe/Dublin", b""))


def flat(text: str) -> str:
    """The text without its line breaks."""
    return " ".join(text.replace("\n# ", " ").split())


def test_no_answer_is_none(site: Site, newcomer: Bot) -> None:
    terminal = Terminal(newcomer, "init", ElMuelle(site).start, "--name", "muelle")
    terminal.see("Which?")
    terminal.type("")
    assert terminal.end() == 0
    text = config(newcomer, "muelle").read_text("utf-8")
    assert "twitter" not in tomllib.loads(text)["channels"]


def test_who_stops_it_has_nothing_written(site: Site, newcomer: Bot) -> None:
    terminal = Terminal(newcomer, "init", ElMuelle(site).start, "--name", "muelle")
    terminal.see("Which?")
    terminal.interrupt()
    assert terminal.end() == 130
    assert "Traceback" not in terminal.shown
    assert sorted(each.name for each in (newcomer.folder / "config").rglob("*")) == ["bot.toml"]


def mine(file: Path) -> None:
    """Change a file as its owner might: a comment, and other accounts on two platforms."""
    ours, theirs = 'account = "tidewaterpost" ', 'account = "tidewater_old" '
    text = file.read_text("utf-8")
    assert text.count(ours) == 2
    file.write_text(f"# Mine.\n{text.replace(ours, theirs)}", "utf-8")


def test_a_second_look(site: Site, newcomer: Bot) -> None:
    sample = Tidewater(site)
    newcomer("init", sample.start, "--name", "tidewater")
    file = config(newcomer, "tidewater")
    assert "nothing has changed" in newcomer("init", sample.start).out
    mine(file)
    before = file.read_bytes()
    answer = newcomer("init", sample.start, code=1)
    assert "X (Twitter) tidewaterpost; the file says tidewater_old" in flat(answer.out)
    assert "Nothing was changed" in answer.out
    assert file.read_bytes() == before


def test_a_second_look_on_a_terminal_asks_for_each_change(site: Site, newcomer: Bot) -> None:
    sample = Tidewater(site)
    newcomer("init", sample.start, "--name", "tidewater")
    file = config(newcomer, "tidewater")
    mine(file)
    terminal = Terminal(newcomer, "init", sample.start)
    terminal.see("Write account = “tidewaterpost”? [y/N]")
    terminal.type("y")
    terminal.see("Write account = “tidewaterpost”? [y/N]", times=2)
    terminal.type("n")
    assert terminal.end() == 0
    after = tomllib.loads(file.read_text("utf-8"))["channels"]
    accounts = {after["facebook"]["account"], after["twitter"]["account"]}
    assert accounts == {"tidewaterpost", "tidewater_old"}, "one was wanted, the other not"
    assert file.read_text("utf-8").startswith("# Mine.\n")


def test_a_site_that_has_a_file_gets_no_second(site: Site, newcomer: Bot) -> None:
    sample = Tidewater(site)
    newcomer("init", sample.start, "--name", "tidewater")
    answer = newcomer("init", sample.start, "--name", "other")
    assert "has a file already, under another name than “other”" in answer.err
    assert "tidewater.toml: nothing has changed" in answer.out
    assert not config(newcomer, "other").exists()


def test_another_site_of_the_same_name(site: Site, newcomer: Bot) -> None:
    newcomer.configure('url = "https://harbour.example/"\n[channels.x]\naccount = "h"')
    before = config(newcomer, "harbour").read_bytes()
    answer = newcomer("init", Tidewater(site).start, "--name", "harbour", code=2)
    assert "is the file of https://harbour.example/" in answer.err
    assert "--name" in answer.err
    assert config(newcomer, "harbour").read_bytes() == before


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (("init", "not an address"), 2, "is no web address"),
        (("init", "https://harbour.example/", "--name", "Harbour Post"), 2, "cannot be the name"),
        (("init", "http://127.0.0.1:9/"), 3, "could not be reached"),
        (("init",), 2, "bot init --help"),
    ],
)
def test_what_cannot_be_done(newcomer: Bot, args: tuple[str, ...], code: int, words: str) -> None:
    answer = newcomer(*args, code=code)
    assert words in answer.err
    assert not (newcomer.folder / "config" / "sites").exists()


def test_a_file_that_came_meanwhile_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "config" / "sites" / "harbour.toml"
    path.parent.mkdir(parents=True)
    path.write_text("# Mine.", "utf-8")
    with pytest.raises(UsageError, match="is there already"):
        _write(path, "# Not mine.")
    assert [each.name for each in path.parent.iterdir()] == ["harbour.toml"]
    assert path.read_text("utf-8") == "# Mine."


def test_a_broken_file_is_not_walked_over(site: Site, newcomer: Bot) -> None:
    newcomer.configure('name = "')
    answer = newcomer("init", Tidewater(site).start, "--name", "harbour", code=2)
    assert "harbour.toml:1" in answer.err
    assert not site.seen, "nothing was asked before that was mended"


def test_the_help_teaches(bot: Bot) -> None:
    text = bot("init", "--help").out
    for word in ("home page", "config/sites/NAME.toml", "--json", "--name"):
        assert word in text

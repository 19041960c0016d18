"""Whether a page may be fetched, by the word of its host."""

from __future__ import annotations

import pytest
from world import Site

from bot import http
from bot.errors import FetchError
from bot.http import Session
from bot.robots import AGENT, Robots

ROBOTS = "/robots.txt"


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("", True),
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: *\nDisallow:", True),
        (f"User-agent: *\nDisallow: /\n\nUser-agent: {AGENT}\nAllow: /", True),
        (f"User-agent: {AGENT.upper()}\nDisallow: /news/", False),
        ("User-agent: other\nDisallow: /", True),
        ("User-agent: *\nDisallow: /news/\nAllow: /news/one", True),
        ("User-agent: *\nDisallow: /*.html$", True),
        ("\ufeffUser-agent: *\r\nDisallow: /news", False),
        ("<html>no such page</html>", True),
    ],
)
def test_the_rules_of_the_standard(site: Site, web: Session, text: str, allowed: bool) -> None:
    site.put(ROBOTS, text, "text/plain")
    assert Robots(web).allows(f"{site.url}/news/one") is allowed


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_host_without_rules_allows_everything(site: Site, web: Session, status: int) -> None:
    site.put(ROBOTS, "", status=status)
    assert Robots(web).allows(f"{site.url}/one")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_host_that_fails_allows_nothing_now(site: Site, web: Session, status: int) -> None:
    site.put(ROBOTS, "", status=status)
    robots = Robots(web)
    with pytest.raises(FetchError, match=f"robots.txt answered {status}"):
        robots.allows(f"{site.url}/one")
    site.put(ROBOTS, "User-agent: *\nDisallow: /one", "text/plain")
    assert not robots.allows(f"{site.url}/one")


def test_a_host_that_cannot_be_reached_allows_nothing_now(web: Session) -> None:
    with pytest.raises(FetchError, match="could not be reached"):
        Robots(web).allows("http://127.0.0.1:9/one")


def test_a_host_is_asked_once_a_day(
    site: Site, web: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = [0]
    began = http.clock()
    monkeypatch.setattr("bot.robots.http.clock", lambda: began + passed[-1] * 3600)
    robots = Robots(web)
    site.put(ROBOTS, "User-agent: *\nDisallow: /one", "text/plain")
    for hours in (0, 1, 23):
        passed.append(hours)
        assert not robots.allows(f"{site.url}/one")
        assert robots.allows(f"{site.url}/two")
    assert site.seen == [("GET", ROBOTS)]
    passed.append(25)
    site.put(ROBOTS, "", status=503)
    assert not robots.allows(f"{site.url}/one"), "yesterday's word holds while it is down"
    site.put(ROBOTS, "", "text/plain")
    assert robots.allows(f"{site.url}/one")


def test_long_and_crowded_rules_are_read_in_no_time(site: Site, web: Session) -> None:
    rules = "".join(f"Disallow: /{'*a' * 50}{number}\n" for number in range(20_000))
    site.put(ROBOTS, f"User-agent: *\n{rules}", "text/plain")
    began = http.clock()
    assert Robots(web).allows(f"{site.url}/{'a' * 500}")
    assert http.clock() - began < 5


def test_the_memory_of_many_hosts_is_bounded(web: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def fetch(_: Session, url: str) -> http.Fetched:
        asked.append(url)
        body = b"" if "small" in url else b"#" * 400_000
        return http.Fetched(url, 200, {}, body + b"\nUser-agent: *\nDisallow: /no")

    monkeypatch.setattr("bot.robots.http.fetch", fetch)
    robots = Robots(web)
    hosts = ["first", "second", "third", *(f"small{number}" for number in range(190))]
    for host in hosts:
        assert not robots.allows(f"https://{host}.example/no")
    asked.clear()
    for host in reversed(hosts):
        assert robots.allows(f"https://{host}.example/yes")
    assert asked == ["https://first.example/robots.txt"]


def test_the_agent_is_the_one_that_the_session_names() -> None:
    assert http.USER_AGENT == AGENT

"""Which addresses are connected to: none but public ones, however they are written or reached.

No test here leaves this machine. Names are answered from a table, the system's resolver
reads literals alone, and the one public address leads to a site on loopback: a connection
to any other address fails the test, whether or not an error is raised for it.
"""

from __future__ import annotations

import ast
import ipaddress
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stills import Stills
from world import Site

import bot
from bot.desk import Desk, Outlet
from bot.errors import FetchError
from bot.http import PrivateAddress, Session, fetch, is_public, refuse_private
from bot.ingest import Poll, Which
from bot.media import picture
from bot.model import Media, SourceKind
from bot.robots import Robots
from bot.store import Store
from bot.survey import survey

PUBLIC = "8.8.8.8"
_getaddrinfo, _connect = socket.getaddrinfo, socket.socket.connect


@dataclass
class Net:
    """What names lead to, what was asked, and what was connected to."""

    port: int
    names: dict[str, list[list[str]]] = field(default_factory=dict)  # each look-up's answer
    asked: list[str] = field(default_factory=list)
    connected: list[str] = field(default_factory=list)

    def resolve(self, host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        self.asked.append(host)
        try:
            return _getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        except socket.gaierror:
            answers = self.names.get(host.rstrip("."))
            if not answers:
                raise
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            return [pair for each in answer for pair in self.resolve(each, port)]

    def connect(self, sock: socket.socket, address: tuple[str, int]) -> None:
        self.connected.append(address[0])
        assert address[0] == PUBLIC, f"a connection to {address} was tried"
        _connect(sock, ("127.0.0.1", self.port))


@pytest.fixture
def net(site: Site, monkeypatch: pytest.MonkeyPatch) -> Net:
    """A world in which public.example is the running site, and nothing else is there."""
    told = Net(int(site.url.rsplit(":", 1)[1]), {"public.example": [[PUBLIC]]})
    monkeypatch.setattr(site, "url", "http://public.example")
    monkeypatch.setattr(socket, "getaddrinfo", told.resolve)
    monkeypatch.setattr(socket.socket, "connect", lambda sock, to: told.connect(sock, to))
    monkeypatch.setattr(socket.socket, "connect_ex", lambda sock, to: told.connect(sock, to))
    return told


@pytest.fixture
def session() -> Iterator[Session]:
    with Session(deadline=timedelta(seconds=5)) as session:
        yield session


# ---------------------------------------------------------------- what an address may say

#: Addresses of IPv4 that are no public host: a documentation of each is in IANA's registry.
PRIVATE_4 = [
    *("0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254"),
    *("172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.0.170", "192.0.2.1", "192.88.99.1"),
    *("192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250"),
    *("240.0.0.1", "255.255.255.255", "168.63.129.16", "100.100.100.200"),
]
PRIVATE_6 = [
    *("::", "::1", "::127.0.0.1", "::1.2.3.4", "::ffff:127.0.0.1", "::ffff:7f00:1"),
    *("::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1"),
    *("64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:7f00:1::", "2001:db8::1"),
    *("2002:7f00:1::", "2002:808:808::", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254"),
    *("fe80::1", "febf::1", "fec0::1", "ff02::1", "ff0e::1"),
]
#: Other spellings of addresses, as libc, browsers and libraries read them.
SPELLINGS = [
    *("127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0x7f.0x0.0x0.0x1", "0"),
    *("0177.0.0.1", "017700000001", "0x7f.0.0.01", "127.0.0.1.", "10.1", "0xa9fea9fe"),
    *("169.254.43518", "2852039166", "0251.0376.0251.0376"),
    *("127。0。0。1", "①②⑦.⓪.⓪.①", "１２７.0.0.1", "127｡0｡0｡1", "0x7f。1"),
    *("[0:0:0:0:0:0:0:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::FFFF:7F00:0001]"),
    *(
        "[fe80::1%25eth0]",
        "[fe80::1%eth0]",
        "[::1%25lo]",
        "[::1%lo]",
        "%31%32%37.0.0.1",
        "ｌocalhost",
    ),
]
#: Whole addresses of which two readers may see two hosts.
TRICKS = [
    "http://public.example@169.254.169.254/",
    "http://public.example:80@169.254.169.254/",
    "http://public.example%40169.254.169.254/",
    "http://169.254.169.254\\@public.example/",
    "http://public.example\\@169.254.169.254/",
    "http://169.254.169.254\\.public.example/",
    "http://169.254.169.254#@elsewhere.example/",
    "http://169.254.169.254?@elsewhere.example/",
    "http://127.0.0.1:80:80/",
    "http://127.0.0.1 @elsewhere.example/",
    "http://\t127.0.0.1/",
    "http://127.0.0.1\n.elsewhere.example/",
    "http:/127.0.0.1/",
    "http:127.0.0.1/",
    "http:///127.0.0.1/",
    "//127.0.0.1/",
    "https://127.0.0.1/",
    "HTTP://127.0.0.1/",
    "http://[::1",
    "http://[127.0.0.1]/",
    "file:///etc/passwd",
    "ftp://127.0.0.1/",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "unix:///var/run/docker.sock",
    "http+unix://%2Fvar%2Frun%2Fdocker.sock/info",
    "data:text/html,hello",
    "jar:http://127.0.0.1!/",
]
LITERALS = [*PRIVATE_4, *(f"[{each}]" for each in PRIVATE_6), *SPELLINGS]


@pytest.mark.parametrize("literal", LITERALS)
def test_no_spelling_of_a_private_address_is_connected_to(
    net: Net, session: Session, literal: str
) -> None:
    with pytest.raises(FetchError) as refused:
        fetch(session, f"http://{literal}/latest/meta-data")
    assert not net.connected
    if literal in PRIVATE_4:
        assert "set allow_private_addresses = true in bot.toml" in str(refused.value)


@pytest.mark.parametrize("url", TRICKS)
def test_no_trick_with_an_address_leads_to_a_private_one(
    net: Net, session: Session, url: str
) -> None:
    with pytest.raises(FetchError):
        fetch(session, url)
    assert not net.connected


@pytest.mark.parametrize("address", [*PRIVATE_4, *PRIVATE_6])
def test_no_name_leads_to_a_private_address(net: Net, session: Session, address: str) -> None:
    net.names = {"inside.example": [[address]], "mixed.example": [[PUBLIC, address]]}
    for name in ("inside.example", "mixed.example", "INSIDE.example."):
        with pytest.raises(FetchError, match="has the private address"):
            fetch(session, f"http://{name}/")
    assert not net.connected


@pytest.mark.parametrize(
    "name", ["localhost", "localhost.", "metadata.google.internal", "printer.local"]
)
def test_names_of_this_machine_and_its_network_are_resolved_like_any_other(
    net: Net, session: Session, name: str
) -> None:
    inside = ["127.0.0.1", "::1"]
    for each in ("localhost", "metadata.google.internal", "printer.local"):
        net.names[each] = [inside]
    with pytest.raises(FetchError, match="private"):
        fetch(session, f"http://{name}/")
    assert not net.connected


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.one_of(
        *(
            st.ip_addresses(network=block)
            for block in (
                "10.0.0.0/8",
                "127.0.0.0/8",
                "169.254.0.0/16",
                "172.16.0.0/12",
                "192.168.0.0/16",
            )
        )
    ),
    st.sampled_from(("d", "o", "x")),
    st.integers(1, 4),
)
def test_every_way_to_write_the_numbers_is_seen_through(
    net: Net, session: Session, ip: ipaddress.IPv4Address, base: str, parts: int
) -> None:
    """As inet_aton reads it: up to four numbers in base 10, 8 or 16, the last takes the rest."""
    rest = int.from_bytes(ip.packed[parts - 1 :], "big")
    numbers = [*ip.packed[: parts - 1], rest]
    spelt = {"d": "{:d}", "o": "0{:o}", "x": "0x{:x}"}[base]
    with pytest.raises(FetchError, match="private"):
        fetch(session, f"http://{'.'.join(spelt.format(number) for number in numbers)}/")
    assert not net.connected


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_addresses_pass(address: str) -> None:
    assert is_public(address)
    refuse_private("public.example", [address])


def test_one_private_address_among_many_is_enough() -> None:
    with pytest.raises(PrivateAddress, match=r"mixed\.example has the .* 10\.0\.0\.1"):
        refuse_private("mixed.example", ["8.8.8.8", "10.0.0.1"])


@given(st.ip_addresses(v=4))
@settings(max_examples=200)
def test_ipv4_is_judged_alike_in_every_wrapping(ip: ipaddress.IPv4Address) -> None:
    assert is_public(f"::ffff:{ip}") == is_public(f"64:ff9b::{ip}") == is_public(str(ip))
    assert not is_public(f"::{ip}")
    assert not (is_public(str(ip)) and (ip.is_private or ip.is_multicast))


# ------------------------------------------------------------------------------ redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "to", ["http://169.254.169.254/", "//127.0.0.1/", "http://inside.example/"]
)
def test_every_kind_of_redirect_is_checked(
    net: Net, site: Site, session: Session, status: int, to: str
) -> None:
    net.names["inside.example"] = [["10.0.0.1"]]
    site.put("/", "", status=status, Location=to)
    with pytest.raises(FetchError, match="has the private address"):
        fetch(session, "http://public.example/")
    assert net.connected == [PUBLIC]


@pytest.mark.parametrize(
    "to",
    [
        *(f"http://{each}/" for each in LITERALS if each.isascii()),
        *(each for each in TRICKS if each.isprintable() and not each.startswith("http:/1")),
    ],
)
def test_no_redirect_leads_to_a_private_address(
    net: Net, site: Site, session: Session, to: str
) -> None:
    site.put("/from", "", status=302, Location=to)
    try:
        fetch(session, "http://public.example/from")
    except FetchError:
        pass
    else:
        raise AssertionError(f"“{to}” was followed")
    assert set(net.connected) == {PUBLIC}
    assert [path for _, path in site.seen if path == "/from"] == ["/from"]


def test_the_last_of_many_redirects_is_checked_too(net: Net, site: Site, session: Session) -> None:
    net.names["other.example"] = [[PUBLIC]]
    site.put("/a", "", status=301, Location="http://other.example/b")
    site.put("/b", "", status=302, Location="/c")
    site.put("/c", "", status=308, Location="http://0x7f000001/")
    with pytest.raises(FetchError, match="private"):
        fetch(session, "http://public.example/a")
    assert set(net.connected) == {PUBLIC}


# ------------------------------------------------------------------------------ rebinding


def test_the_address_checked_is_the_address_connected_to(
    net: Net, site: Site, session: Session
) -> None:
    """A name that is public once and private from then on is asked once, and not again."""
    net.names["rebind.example"] = [[PUBLIC], ["127.0.0.1"]]
    site.put("/", "hello")
    assert fetch(session, "http://rebind.example/").body == b"hello"
    assert net.asked.count("rebind.example") == 1
    assert net.connected == [PUBLIC]


def test_a_kept_connection_stays_where_it_was_checked_and_a_new_one_is_checked_again(
    net: Net, site: Site, session: Session
) -> None:
    net.names["rebind.example"] = [[PUBLIC], ["127.0.0.1"]]
    site.put("/", "hello")
    for _ in range(3):
        fetch(session, "http://rebind.example/")
    assert net.connected == [PUBLIC], "one connection, kept"
    session._adapter.poolmanager.clear()
    with pytest.raises(FetchError, match="private"):
        fetch(session, "http://rebind.example/")
    assert net.connected == [PUBLIC]


def test_a_kept_connection_serves_no_other_name_port_or_scheme(
    net: Net, site: Site, session: Session
) -> None:
    site.put("/", "hello")
    fetch(session, "http://public.example/")
    for other in (
        "http://127.0.0.1/",
        f"http://127.0.0.1:{net.port}/",
        "http://localhost.public.example/",
        "https://10.0.0.1/",
    ):
        net.names["localhost.public.example"] = [["127.0.0.1"]]
        with pytest.raises(FetchError, match="private"):
            fetch(session, other)
    assert net.connected == [PUBLIC]


def test_a_redirect_to_a_name_that_turned_private_is_refused(
    net: Net, site: Site, session: Session
) -> None:
    net.names["rebind.example"] = [[PUBLIC], ["169.254.169.254"]]
    site.put("/", "", status=302, Location="http://rebind.example/next", Connection="close")
    with pytest.raises(FetchError, match="private"):
        fetch(session, "http://rebind.example/")
    assert net.connected == [PUBLIC]


def test_a_proxy_of_the_environment_is_no_way_round(
    net: Net, site: Site, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{net.port}")
    with pytest.raises(FetchError, match="private"):
        fetch(session, "http://10.0.0.1/")
    assert not net.connected


def test_it_is_the_setting_alone_that_lets_private_addresses_in(net: Net) -> None:
    with (
        Session(deadline=timedelta(seconds=5), allow_private=True) as open_session,
        pytest.raises(AssertionError, match="was tried"),
    ):
        fetch(open_session, "http://127.1/")


# ---------------------------------------------------------------- nobody goes another way


def test_a_picture_is_fetched_by_the_same_rules(net: Net, session: Session, tmp_path: Path) -> None:
    for url in ("http://169.254.169.254/p.jpg", "http://0x7f.1/p.jpg", "http://[::1]/p.jpg"):
        with pytest.raises(FetchError, match="private"):
            picture.take(Media("image", url), session, tmp_path)
    assert not net.connected


def test_a_poll_of_a_hostile_site_reaches_nothing_else(
    net: Net,
    site: Site,
    session: Session,
    store: Store,
    desk: Callable[..., Desk],
    outlet: Callable[..., Outlet],
    studio: Stills,
) -> None:
    """Feeds, sitemaps and their parts, robots.txt, pages, redirects and pictures."""
    home = site.url
    net.names |= {"inside.public.example": [["10.0.0.1"]], "elsewhere.example": [["127.0.0.1"]]}
    board = desk(home=f"{home}/", outlets=(outlet(), outlet("instagram", needs_picture=True)))
    poll = Poll(
        store=store,
        session=session,
        robots=Robots(session),
        desk=board,
        sources=[(SourceKind.FEED, f"{home}/feed/"), (SourceKind.SITEMAP, f"{home}/map.xml")],
        studio=studio,
        now=datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
        which=Which.NOW,
    )
    serve_hostile(site, home)
    site.feed()
    first = poll.run()
    assert "10.0.0.1" in first[1].error, "a part of the sitemap lies inside"
    site.feed(*(item(url) for url in HOSTILE_PAGES))
    second = poll.run()
    assert set(net.connected) == {PUBLIC}
    assert [path for _, path in site.seen if path == "/robots.txt"]
    assert second[0].articles == (f"{home}/picture",)
    assert second[0].error.count("has the private address") == len(HOSTILE_PAGES) - 1
    assert [getattr(each, "picture", 0) for each in studio.orders] == [None], (
        "a card of words alone"
    )


HOSTILE_PAGES = [
    "http://public.example/picture",
    "http://public.example/away",
    "http://169.254.169.254/latest/meta-data",
    "http://[::ffff:127.0.0.1]/x",
    "http://0x7f000001/x",
    "http://inside.public.example/x",
    "http://elsewhere.example/x",
]


def item(url: str) -> str:
    return f"<item><title>{url}</title><link>{url}</link></item>"


def serve_hostile(site: Site, home: str) -> None:
    site.article("picture")
    body = (
        site.pages["/picture"][2].decode().replace(f"{home}/picture.jpg", "http://10.0.0.1/p.jpg")
    )
    site.put("/picture", body.replace("/picture.jpg", "http://10.0.0.1/p.jpg"))
    site.put("/away", "", status=302, Location="http://inside.public.example/")
    site.put("/robots.txt", "User-agent: *\nAllow: /\n", "text/plain")
    parts = "".join(
        f"<sitemap><loc>{url}</loc></sitemap>"
        for url in ("http://inside.public.example/news.xml", "http://10.0.0.1/news-sitemap.xml")
    )
    space = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'"
    site.put("/map.xml", f"<sitemapindex {space}>{parts}</sitemapindex>", "text/xml")


def test_a_survey_of_a_hostile_site_reaches_nothing_else(
    net: Net, site: Site, session: Session
) -> None:
    net.names["inside.public.example"] = [["10.0.0.1"]]
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" href="{url}feed/">'
        f'<link rel="https://api.w.org/" href="{url}wp-json/">'
        f'<h2><a href="{url}a-long-story-of-the-port">A long story of the port, told</a></h2>'
        for url in ("http://inside.public.example/", "http://10.0.0.1/", "http://0x7f.1/")
    )
    site.put("/", f"<html><head><title>Harbour</title></head><body>{links}</body></html>")
    site.put("/robots.txt", "Sitemap: http://inside.public.example/s.xml\n", "text/plain")
    now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    survey(session, "http://public.example/", now=now, say=lambda line: None)
    assert set(net.connected) == {PUBLIC}


#: Modules with which a program can reach the network, and who may use them: the sockets
#: themselves, the session above them, what serves (the demo, the pages, the end of a login),
#: the daemon's word to systemd, the pair between the studio and its process, and the notices.
WAYS_OUT = (
    (
        {"socket", "ssl", "urllib3"},
        {"_net.py", "http.py", "platforms", "demo", "web", "daemon.py", "media/studio.py"},
    ),
    ({"http.client", "http.server", "socketserver", "asyncio"}, {"demo", "web", "room", "login"}),
    ({"apprise"}, {"notices"}),
    ({"urllib.request", "urllib.robotparser", "http.cookiejar.FileCookieJar"}, set[str]()),
    ({"ftplib", "smtplib", "poplib", "imaplib", "telnetlib", "nntplib", "xmlrpc"}, set[str]()),
    ({"httpx", "httpx2", "aiohttp", "pycurl", "niquests"}, set[str]()),
)
#: Calls by which a library that only reads would fetch of its own accord.
FETCHING_CALLS = {"fetch_url", "fetch_response", "urlopen", "urlretrieve", "create_connection"}


def test_nothing_but_the_session_opens_a_socket() -> None:
    package = Path(bot.__file__).parent
    for path in package.rglob("*.py"):
        place = path.relative_to(package)
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            where = f"{place}:{getattr(node, 'lineno', 0)}"
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            for name in names:
                for ways, homes in WAYS_OUT:
                    used = any(f"{name}.".startswith(f"{way}.") for way in ways)
                    assert not used or homes & {str(place), place.parts[0]}, f"{where}: {name}"
            if isinstance(node, ast.Call):
                called = getattr(node.func, "attr", getattr(node.func, "id", ""))
                assert called not in FETCHING_CALLS, f"{where}: {called}()"

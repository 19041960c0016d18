from __future__ import annotations

import json
import logging
import re
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from bot import credentials
from bot.cli.login import login as command
from bot.demo.doubles import Doubles
from bot.errors import BotError, Unreachable, UsageError
from bot.http import Session
from bot.login import Login, _code, connect
from bot.login.base import PORT, Granted
from bot.model import Account, Channel
from bot.platforms import base
from bot.settings import ChannelConfig
from bot.standing import Bound
from bot.store import Store, open_store

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ACCOUNTS = {
    "twitter": "harbour_post",
    "facebook": "harbourpost",
    "instagram": "harbour.post",
    "youtube": "@harbourpost",
}
GOOGLE = {"CLIENT_ID": "demo-google-client", "CLIENT_SECRET": "demo-google-secret"}


@dataclass
class Script:
    """A person who answers what they were told to, and whose browser agrees at once."""

    answers: list[str] = field(default_factory=list)
    agree_at: str = ""  # the double's address; "": there is no browser
    spoil: Callable[[str], str] = lambda address: address
    told: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)

    def tell(self, words: str) -> None:
        self.told.append(words)

    def ask(self, question: str, *, hidden: bool = False) -> str:
        self.asked.append(question)
        return self.answers.pop(0) if self.answers else ""

    @property
    def has_browser(self) -> bool:
        return bool(self.agree_at)

    def browse(self, address: str) -> None:
        if self.agree_at:
            thread = threading.Thread(target=self._agree, args=(address,))
            thread.start()
            self.threads.append(thread)

    def _agree(self, address: str) -> None:
        self.pages.append(visit(self.spoil(landing(self.agree_at, address))))


def landing(double: str, address: str) -> str:
    """Agree on the double's page, and tell where the browser would go."""
    parts = urlsplit(address)
    path = parts.path.removeprefix("/v26.0")
    try:
        opener = urllib.request.build_opener(Stay)
        opener.open(f"{double}{path}?{parts.query}", timeout=5)
    except urllib.error.HTTPError as answer:
        with answer:
            return str(answer.headers["Location"])
    raise AssertionError("the double did not send the browser back")


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def visit(address: str) -> str:
    try:
        with urllib.request.urlopen(address, timeout=5) as page:
            text: str = page.read().decode()
            return text
    except urllib.error.HTTPError as answer:
        with answer:
            return f"{answer.code} {answer.read().decode()}"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What never comes fails a test soon."""
    monkeypatch.setattr(_code, "PATIENCE", timedelta(seconds=5))


@pytest.fixture
def doubles(tmp_path: Path) -> Iterator[Doubles]:
    with Doubles(tmp_path / "doubles", clock=lambda: NOW) as running:
        yield running


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/bot.db")
    yield opened
    opened.close()


@dataclass
class Desk:
    """One channel, and the way to log in to it."""

    login: Login
    person: Script
    seeds: dict[str, str]

    def __call__(self, **changes: Any) -> Any:
        try:
            return connect(replace(self.login, **changes), self.bind)
        finally:
            for thread in self.person.threads:
                thread.join(5)

    def bind(self, secrets: Mapping[str, str], numbers: Mapping[str, str]) -> Bound:
        chosen = self.login.channel
        kind = base.load(chosen.platform)
        session = Session(deadline=timedelta(seconds=5), allow_private=True)
        settings = chosen.settings.model_copy(
            update={n: v for n, v in numbers.items() if not getattr(chosen.settings, n)}
        )
        platform = kind(
            account=chosen.account,
            settings=settings,
            secrets=secrets,
            session=session,
            clock=lambda: NOW,
        )
        number = str(getattr(settings, getattr(kind, "account_setting", "") or "_", ""))
        channel = Channel(chosen.site, chosen.name, chosen.platform, chosen.account)
        return Bound(channel, platform, session, dict(secrets), self.seeds, number)

    def stored(self) -> dict[str, str]:
        with self.login.store.read() as tx:
            kept = tx.credentials.get("harbour", self.login.channel.name)
        return {name: each.value for name, each in kept.items()}

    def standing(self) -> Any:
        with self.login.store.read() as tx:
            return tx.accounts.get("harbour", self.login.channel.name)


@pytest.fixture
def desk(store: Store) -> Callable[..., Desk]:
    def make(
        platform: str,
        settings: Mapping[str, Any],
        *answers: str,
        agree_at: str = "",
        seeds: Mapping[str, str] | None = None,
        account: str = "",
        **how: Any,
    ) -> Desk:
        kind = base.load(platform)
        person = Script(list(answers), agree_at)
        outside = dict(seeds or {})
        with store.read() as tx:
            known = credentials.current(outside, tx.credentials.get("harbour", platform))
        login = Login(
            channel=ChannelConfig(
                site="harbour",
                name=platform,
                platform=platform,
                account=account or ACCOUNTS[platform],
                settings=kind.Settings(**settings),
            ),
            label=kind.label,
            known=known,
            seeds=outside,
            session=Session(deadline=timedelta(seconds=5), allow_private=True),
            store=store,
            person=person,
            now=lambda: NOW,
            port=free_port(),
            **how,
        )
        return Desk(login, person, outside)

    return make


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


# ------------------------------------------------------------------ X and YouTube


def test_youtube_is_connected_by_the_browser(doubles: Doubles, desk: Any) -> None:
    youtube = doubles.youtube
    settings = doubles.settings("youtube")
    at = desk("youtube", settings, *GOOGLE.values(), "n", agree_at=youtube.url)
    connected = at()
    assert connected.account == Account(youtube.account_id, "@harbourpost")
    assert (connected.expires_at, connected.renewed, connected.settings) == (None, False, {})
    kept = at.stored()
    assert kept.keys() == {"CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN"}
    assert kept["REFRESH_TOKEN"] in youtube.grants.refresh
    whose = {"/": f"@harbourpost/{youtube.account_id}"}
    assert at.standing().fingerprint == credentials.fingerprint(kept | whose)
    assert at.standing().remote_id == youtube.account_id
    assert "You may close this page" in at.person.pages[0]
    shown = repr((at.person.told, at.person.asked, at.login, connected))
    assert not [value for name, value in kept.items() if name != "CLIENT_ID" and value in shown]


def test_the_token_of_a_testing_app_ends_after_a_week(doubles: Doubles, desk: Any) -> None:
    settings = doubles.settings("youtube")
    at = desk("youtube", settings, "yes", agree_at=doubles.youtube.url, seeds=GOOGLE)
    connected = at()
    assert connected.expires_at == NOW + timedelta(days=7)
    assert at.stored().keys() == {"REFRESH_TOKEN"}, "what is set outside is not copied"
    assert "In production" in at.person.told[-1]
    with at.login.store.read() as tx:
        ends = tx.credentials.get("harbour", "youtube")["REFRESH_TOKEN"].expires_at
    assert ends == at.standing().expires_at == NOW + timedelta(days=7)


def test_x_is_connected_and_its_token_is_renewed_by_the_bot(doubles: Doubles, desk: Any) -> None:
    grants = doubles.x.grants
    at = desk(
        *("twitter", doubles.settings("twitter"), grants.client_id, grants.client_secret),
        agree_at=doubles.x.url,
    )
    connected = at()
    assert connected.account.name == "harbour_post"
    assert connected.renewed
    assert connected.expires_at == NOW + timedelta(hours=2)
    with at.login.store.read() as tx:
        kept = tx.credentials.get("harbour", "twitter")
    ends = {name: each.expires_at for name, each in kept.items()}
    assert ends == {
        "CLIENT_ID": None,  # else a renewal would be due for ever
        "CLIENT_SECRET": None,
        "OAUTH_TOKEN": NOW + timedelta(hours=2),
        "OAUTH_REFRESH": NOW + timedelta(hours=2),
    }


def test_x_must_give_every_right(doubles: Doubles, desk: Any) -> None:
    grants = doubles.x.grants
    seeds = {"CLIENT_ID": grants.client_id, "CLIENT_SECRET": grants.client_secret}
    at = desk("twitter", doubles.settings("twitter"), seeds=seeds, agree_at=doubles.x.url)
    give = grants.give
    grants.give = lambda scope, **how: give("tweet.read users.read tweet.write", **how)
    with pytest.raises(BotError, match=r"media\.write"):
        at()
    assert at.stored() == {}


def test_without_a_key_nobody_is_asked(
    doubles: Doubles, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = desk("youtube", doubles.settings("youtube"))
    monkeypatch.setattr(at.login.store._vault, "_file", None)
    with pytest.raises(UsageError, match="BOT_SECRET_KEY"):
        at()
    assert at.person.told == at.person.asked == []


@pytest.mark.parametrize("way", ["", "paste"])
def test_without_a_browser_the_address_is_pasted(way: str, doubles: Doubles, desk: Any) -> None:
    grants = doubles.x.grants
    seeds = {"CLIENT_ID": grants.client_id, "CLIENT_SECRET": grants.client_secret}
    at = desk("twitter", doubles.settings("twitter"), seeds=seeds, way=way)
    slips = ["nonsense", f"http://127.0.0.1/callback?{urlencode({'state': 'other', 'code': 'c'})}"]

    def paste(question: str, *, hidden: bool = False) -> str:
        assert hidden, "the code stands in it"
        if slips:
            return slips.pop(0)
        words = " ".join(at.person.told).split()
        return landing(doubles.x.url, next(word for word in words if word.startswith("https://x.")))

    at.person.ask = paste
    assert at().account.name == "harbour_post"
    assert "belongs to another login" in at.person.told[-1]


def test_pasting_nothing_stores_nothing(doubles: Doubles, desk: Any) -> None:
    at = desk("youtube", doubles.settings("youtube"), seeds=GOOGLE, way="paste")
    with pytest.raises(BotError, match="nothing was stored"):
        at()
    assert at.stored() == {}
    at = desk("youtube", doubles.settings("youtube"))
    with pytest.raises(BotError, match="CLIENT_ID was not given"):
        at()


def test_the_listener_takes_only_the_answer_to_its_own_question(
    doubles: Doubles, desk: Any
) -> None:
    at = desk("youtube", doubles.settings("youtube"), "n", seeds=GOOGLE)
    at.person.agree_at = doubles.youtube.url
    port = at.login.port
    seen: list[str] = []

    def spoil(address: str) -> str:
        seen.append(visit(f"http://127.0.0.1:{port}/favicon.ico"))
        seen.append(visit(f"http://127.0.0.1:{port}/callback?state=forged&code=evil"))
        seen.append(visit(f"http://127.0.0.1:{port}/callback"))
        with socket.create_connection(("127.0.0.1", port)) as rude:
            rude.sendall(b"\x00\xff\r\n\r\n")
        return address

    at.person.spoil = spoil
    assert at().account.name == "@harbourpost"
    assert [page[:3] for page in seen] == ["404", "400", "400"]


def test_a_refusal_on_the_platforms_page_is_told(doubles: Doubles, desk: Any) -> None:
    at = desk("youtube", doubles.settings("youtube"), seeds=GOOGLE, agree_at=doubles.youtube.url)

    def refuse(address: str) -> str:
        parts = urlsplit(address)
        state = parse_qs(parts.query)["state"][0]
        query = urlencode({"state": state, "error": "access_denied"})
        return parts._replace(query=query).geturl()

    at.person.spoil = refuse
    with pytest.raises(BotError, match="access_denied"):
        at()
    assert at.stored() == {}


def test_a_port_that_is_taken_says_what_to_do(doubles: Doubles, desk: Any) -> None:
    at = desk("youtube", doubles.settings("youtube"), seeds=GOOGLE, agree_at=doubles.youtube.url)
    with (
        socket.create_server(("127.0.0.1", at.login.port)),
        pytest.raises(UsageError, match="--port"),
    ):
        at()


def test_nobody_who_agrees_ends_the_wait(doubles: Doubles, desk: Any) -> None:
    ticks = iter([0.0, 4.95, 5.1, 6.0])
    at = desk("youtube", doubles.settings("youtube"), seeds=GOOGLE, agree_at=doubles.youtube.url)
    at.person.browse = lambda address: None
    with pytest.raises(BotError, match="within ten minutes"):
        at(steady=lambda: next(ticks))


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"error": "invalid_client", "error_description": "No such client."}, 401, "No such"),
        ({"access_token": "a", "scope": "openid", "refresh_token": "r"}, 200, "tick that box"),
        ({"access_token": "a"}, 200, "no refresh_token"),
        ([], 200, "gave no access"),
    ],
)
def test_what_google_answers_is_told(
    body: Any, status: int, words: str, httpserver: HTTPServer, doubles: Doubles, desk: Any
) -> None:
    httpserver.expect_request("/token").respond_with_json(body, status)
    settings = {"token_url": httpserver.url_for("/token"), "api_url": doubles.youtube.url}
    at = desk("youtube", settings, seeds=GOOGLE, agree_at=doubles.youtube.url)
    with pytest.raises(BotError, match=words):
        at()
    assert at.stored() == {}


def test_a_token_server_out_of_reach_is_no_refusal(doubles: Doubles, desk: Any) -> None:
    settings = {"token_url": f"http://127.0.0.1:{free_port()}/token"}
    at = desk("youtube", settings, seeds=GOOGLE, agree_at=doubles.youtube.url)
    with pytest.raises(Unreachable, match="try again"):
        at()


# ------------------------------------------------------------------- the account


def test_another_account_is_refused_before_anything_is_stored(doubles: Doubles, desk: Any) -> None:
    how = {"agree_at": doubles.youtube.url, "seeds": GOOGLE}
    for settings, account in (
        ({}, "@harbour"),
        ({"channel_id": "UCanother"}, ""),
    ):
        at = desk("youtube", doubles.settings("youtube") | settings, "n", account=account, **how)
        with pytest.raises(BotError, match="Nothing was stored"):
            at()
        assert at.stored() == {}
        assert at.standing() is None


def test_the_number_of_the_first_proof_stays(doubles: Doubles, desk: Any, store: Store) -> None:
    with store.write() as tx:
        tx.accounts.prove("harbour", "youtube", Account("UCfirst", "@harbourpost"), "", NOW)
    at = desk(
        *("youtube", doubles.settings("youtube"), "n"),
        agree_at=doubles.youtube.url,
        seeds=GOOGLE,
    )
    with pytest.raises(BotError, match=r"UCfirst.*--another"):
        at()
    assert at.stored() == {}
    agreed = desk(
        *("youtube", doubles.settings("youtube"), "n"),
        agree_at=doubles.youtube.url,
        seeds=GOOGLE,
        another=True,
    )
    agreed()
    with store.read() as tx:
        known = tx.accounts.get("harbour", "youtube")
    assert known is not None
    assert known.remote_id == doubles.youtube.account_id


def test_connecting_again_keeps_everything_else(doubles: Doubles, desk: Any, store: Store) -> None:
    settings, url = doubles.settings("youtube"), doubles.youtube.url
    first = desk("youtube", settings, *GOOGLE.values(), "y", agree_at=url)
    first()
    before = first.stored()
    with store.write() as tx:
        tx.accounts.block("harbour", "youtube", "the token is dead", NOW)
    again = desk("youtube", settings, "", "", "n", agree_at=url)
    again()
    after = again.stored()
    assert after["CLIENT_ID"] == before["CLIENT_ID"]
    assert after["REFRESH_TOKEN"] != before["REFRESH_TOKEN"]
    assert again.standing().blocked == ""
    assert again.standing().expires_at is None
    with store.read() as tx:
        assert tx.rests.active(NOW) == {}


def test_a_login_wins_over_the_seed_until_the_seed_changes(
    doubles: Doubles, desk: Any, store: Store
) -> None:
    seeds = {**GOOGLE, "REFRESH_TOKEN": "1//old"}
    at = desk(
        "youtube", doubles.settings("youtube"), "n", agree_at=doubles.youtube.url, seeds=seeds
    )
    at()
    with store.read() as tx:
        kept = tx.credentials.get("harbour", "youtube")
    assert credentials.current(seeds, kept)["REFRESH_TOKEN"] == at.stored()["REFRESH_TOKEN"]
    newer = {**seeds, "REFRESH_TOKEN": "1//newer"}
    assert credentials.current(newer, kept)["REFRESH_TOKEN"] == "1//newer"


def test_a_number_that_the_file_lacks_is_told(doubles: Doubles, desk: Any) -> None:
    settings = {**doubles.settings("youtube"), "channel_id": ""}
    at = desk("youtube", settings, "n", agree_at=doubles.youtube.url, seeds=GOOGLE)
    assert at().settings == {"channel_id": doubles.youtube.account_id}


def test_a_channel_that_the_public_cannot_see_is_connected_and_said(
    doubles: Doubles, desk: Any
) -> None:
    doubles.youtube.privacy = "private"
    at = desk(
        "youtube", doubles.settings("youtube"), "n", agree_at=doubles.youtube.url, seeds=GOOGLE
    )
    assert at().account.hidden
    assert "cannot see" in at.person.told[-1]
    assert at.stored()
    assert at.standing() is None, "it is proven, and blocked, by the next post"


def test_the_port_is_the_one_that_the_help_names() -> None:
    option = next(each for each in command.params if each.name == "port")
    assert option.default == PORT
    assert f"127.0.0.1:{PORT}" in str(command.help)


def test_a_platform_without_a_login_names_the_environment(
    doubles: Doubles, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.login.FLOWS", {})
    with pytest.raises(UsageError, match="BOT_HARBOUR_YOUTUBE_"):
        desk("youtube", doubles.settings("youtube"))()


def test_what_is_granted_shows_no_secret() -> None:
    assert "secret-token" not in repr(Granted({"TOKEN": "secret-token"}, app={"A": "secret-token"}))


# ------------------------------------------------------------------------- Meta


def test_facebook_takes_a_pasted_token_and_keeps_the_pages(doubles: Doubles, desk: Any) -> None:
    facebook = doubles.facebook
    app = (facebook.app_id, facebook.app_secret)
    at = desk("facebook", doubles.settings("facebook"), facebook.user_token, *app)
    connected = at()
    assert connected.account.id == "72"
    assert connected.settings == {"app_id": facebook.app_id}
    assert at.stored() == {"PAGE_TOKEN": facebook.token, "APP_SECRET": facebook.app_secret}
    assert connected.expires_at == NOW + timedelta(days=90), "Meta's word, by debug_token"
    assert facebook.token not in repr((at.person.told, at.login, connected))


def test_a_persons_token_that_ends_is_exchanged_first(doubles: Doubles, desk: Any) -> None:
    facebook = doubles.facebook
    short = facebook.grant("user", timedelta(hours=1))
    before = set(facebook.tokens)
    at = desk("facebook", doubles.settings("facebook"), short, facebook.app_id, facebook.app_secret)
    at()
    (long,) = set(facebook.tokens) - before
    assert facebook.tokens[long].ends_at == NOW + timedelta(days=60)
    assert at.stored()["PAGE_TOKEN"] == facebook.token


def test_a_dead_token_is_refused(doubles: Doubles, desk: Any) -> None:
    facebook = doubles.facebook
    at = desk("facebook", doubles.settings("facebook"), "EAAdead", "4242", facebook.app_secret)
    with pytest.raises(BotError, match="not valid"):
        at()


def test_without_the_app_the_end_of_a_token_is_not_known(doubles: Doubles, desk: Any) -> None:
    at = desk("facebook", {**doubles.settings("facebook"), "page_id": ""}, doubles.facebook.token)
    connected = at()
    assert connected.expires_at is None
    assert connected.settings == {"page_id": "72"}
    assert "not checked" in at.person.asked[-1]


def pages(*rows: dict[str, Any]) -> Callable[[Request], Response]:
    """A Graph API with these Pages, each with its own token."""

    def answer(request: Request) -> Response:
        path = request.path.removeprefix("/v26.0/")
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        own = next((row for row in rows if row["access_token"] == bearer), None)
        if path == "me/accounts" and own is None and bearer == "person":
            told: Any = {"data": list(rows[:1]), "paging": {"cursors": {"after": "1"}, "next": "x"}}
            if request.args.get("after"):
                told = {"data": list(rows[1:])}
            return Response(json.dumps(told), content_type="application/json")
        if path == "me" and own is not None:
            shown = {name: value for name, value in own.items() if name != "access_token"}
            return Response(json.dumps(shown), content_type="application/json")
        code = 100 if own is not None else 190
        error = {"message": f"(#{code}) No {bearer}", "code": code}
        return Response(json.dumps({"error": error}), 400, content_type="application/json")

    return answer


def page(number: str, name: str, **more: Any) -> dict[str, Any]:
    return {"id": number, "name": name, "username": name, "access_token": f"tok-{number}", **more}


@pytest.fixture
def graph(httpserver: HTTPServer, desk: Any) -> Callable[..., Desk]:
    def make(rows: list[dict[str, Any]], *answers: str, **settings: Any) -> Desk:
        httpserver.expect_request(re.compile(".*")).respond_with_handler(pages(*rows))
        url = httpserver.url_for("").rstrip("/")
        made: Desk = desk("facebook", {"api_url": url, **settings}, *answers)
        return made

    return make


def test_of_several_pages_the_sites_own_is_chosen(graph: Any) -> None:
    rows = [page("70", "elsewhere"), page("71", "HarbourPost", tasks=["CREATE_CONTENT"])]
    at = graph(rows, "person")
    assert at().account.id == "71"
    assert at.stored()["PAGE_TOKEN"] == "tok-71"
    assert not [question for question in at.person.asked if "Which" in question]


def test_of_several_pages_none_by_that_name_a_person_chooses_and_is_held_to_it(graph: Any) -> None:
    rows = [page("70", "elsewhere"), page("71", "another")]
    at = graph(rows, "person", "", "2")
    with pytest.raises(BotError, match="“another”, and the channel is “harbourpost”"):
        at()
    assert "70" in at.person.told[-1]
    assert at.stored() == {}
    for answer in ("", "3", "0", "x"):
        with pytest.raises(BotError, match="None of them was chosen"):
            graph(rows, "person", "", answer)()


def test_no_page_says_which_right_is_missing(graph: Any) -> None:
    with pytest.raises(BotError, match="pages_show_list"):
        graph([], "person")()
    with pytest.raises(BotError, match="create content"):
        graph([page("71", "harbourpost", tasks=["ANALYZE"])], "person")()


def test_a_token_that_meta_does_not_know_is_refused(graph: Any) -> None:
    rows = [page("71", "harbourpost")]
    with pytest.raises(BotError, match=r"does not accept this token: \(#190\) No ••• \(190\)"):
        graph(rows, "stranger")()
    with pytest.raises(BotError, match="No token was given"):
        graph(rows)()
    assert graph(rows, "tok-71")().account.id == "71", "a Page's own token"


def redirected(at: Desk, double: str) -> Desk:
    """Let the review page receive the answer while the login waits."""

    def wait(_: float) -> None:
        told = at.person.told[-1].split()
        address = next(word for word in told if word.startswith("https://www."))
        parts = urlsplit(landing(double, address))
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == at.login.callback_url
        with at.login.store.write() as tx:
            assert tx.logins.answer(parse_qs(parts.query)["state"][0], parts.query)

    at.login = replace(at.login, wait=wait)
    return at


BACK = {"way": "redirect", "callback_url": "https://review.example/login/callback"}


def test_facebook_is_connected_by_the_review_page(doubles: Doubles, desk: Any) -> None:
    facebook = doubles.facebook
    seeds = {"APP_SECRET": facebook.app_secret}
    settings = {**doubles.settings("facebook"), "app_id": facebook.app_id}
    at = redirected(desk("facebook", settings, seeds=seeds, **BACK), facebook.url)
    connected = at()
    assert connected.account.id == "72"
    assert connected.settings == {}
    assert at.stored() == {"PAGE_TOKEN": facebook.token}
    assert at.person.asked == []


def test_the_app_is_asked_for_once(doubles: Doubles, desk: Any) -> None:
    facebook = doubles.facebook
    app = facebook.app_id, facebook.app_secret
    at = redirected(desk("facebook", doubles.settings("facebook"), *app, **BACK), facebook.url)
    assert at().account.id == "72"
    assert len(at.person.asked) == 2


def test_instagrams_own_login_is_connected_by_the_review_page(doubles: Doubles, desk: Any) -> None:
    instagram = doubles.instagram
    settings = {**doubles.settings("instagram"), "login": "instagram"}
    answers = instagram.app_id, instagram.app_secret
    at = redirected(desk("instagram", settings, *answers, **BACK), instagram.url)
    connected = at()
    assert connected.account == Account("73", "harbour.post")
    assert connected.renewed
    assert connected.expires_at == NOW + timedelta(days=60)
    with at.login.store.read() as tx:
        kept = tx.credentials.get("harbour", "instagram")
    assert kept["APP_SECRET"].expires_at is None


def test_instagrams_own_login_takes_a_pasted_token(doubles: Doubles, desk: Any) -> None:
    instagram = doubles.instagram
    made = instagram.grant("instagram", timedelta(days=60))
    settings = {"api_url": instagram.url, "login": "instagram"}
    at = desk("instagram", settings, made)
    connected = at()
    assert connected.settings == {"user_id": "73"}
    assert at.stored() == {"TOKEN": made}


def test_instagram_by_facebook_keeps_the_token_of_the_accounts_page(
    httpserver: HTTPServer, desk: Any
) -> None:
    account = {"id": "73", "username": "harbour.post"}
    rows = [page("70", "none"), page("72", "harbourpost", instagram_business_account=account)]
    url = httpserver.url_for("").rstrip("/")
    httpserver.expect_request("/v26.0/73").respond_with_json(account)
    httpserver.expect_request("/v26.0/me/accounts").respond_with_handler(pages(*rows))
    at = desk("instagram", {"api_url": url}, "person")
    assert at().account == Account("73", "harbour.post")
    assert at.stored() == {"TOKEN": "tok-72"}


def test_no_log_has_a_secret(doubles: Doubles, desk: Any, caplog: pytest.LogCaptureFixture) -> None:
    facebook, google = doubles.facebook, doubles.youtube
    short = facebook.grant("user", timedelta(hours=1))
    app = facebook.app_id, facebook.app_secret
    for at in (
        desk("facebook", doubles.settings("facebook"), short, *app),
        redirected(desk("facebook", doubles.settings("facebook"), *app, **BACK), facebook.url),
        desk("youtube", doubles.settings("youtube"), *GOOGLE.values(), "n", agree_at=google.url),
    ):
        caplog.handler.addFilter(at.login.session.masker)
        try:
            with caplog.at_level(logging.DEBUG):
                at()
        finally:
            caplog.handler.removeFilter(at.login.session.masker)
        for name, value in at.stored().items():
            assert name == "CLIENT_ID" or value not in caplog.text
    assert "oauth/access_token" in caplog.text, "nothing was logged: the test proves nothing"
    assert short not in caplog.text
    assert not re.search(r"code=[^&\s•]", caplog.text)


def test_meta_goes_back_to_https_alone(doubles: Doubles, desk: Any) -> None:
    settings = doubles.settings("facebook")
    with pytest.raises(UsageError, match=r"under \[review\] in bot.toml"):
        desk("facebook", settings, way="redirect")()
    with pytest.raises(UsageError, match="no --paste"):
        desk("facebook", settings, way="paste")()


def test_an_answer_that_never_comes_ends_the_wait(doubles: Doubles, desk: Any) -> None:
    facebook = doubles.facebook
    time = iter(range(100))
    at = desk(
        "facebook", doubles.settings("facebook"), facebook.app_id, facebook.app_secret, **BACK
    )
    with pytest.raises(BotError, match="No answer reached"):
        at(steady=lambda: float(next(time)), wait=lambda _: None)

"""Can people open the review room, and nobody else?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

from bot import http, people, web
from bot.app import App
from bot.doctor.base import Check
from bot.errors import FetchError, StoreError, UsageError
from bot.settings import ReviewPage
from bot.store.users import User

LOOPBACK: Final = ip_address("127.0.0.1")


def of_room(app: App) -> Iterator[Check]:
    """Check address, people and proxies of the review room."""
    review = app.config.bot.review
    if not review.listen:
        yield _say("note", "nowhere: [review] listen is empty. Posts are reviewed in a terminal.")
        return
    try:
        with app.store.read() as tx:
            users = tx.users.all()
    except StoreError:
        return  # which the check of the database tells
    local = web.is_local(review.listen)
    try:
        people.may_be_open(app.store, review.listen, review.url, local)
    except UsageError as error:
        yield _say("fault", f"“bot run” does not start: {error}")
        return
    yield _way_in(review, users)
    yield from _people(review, users)
    yield from _proxies(review)
    if review.url and not review.user_header:  # or a page of the proxy's own would answer
        yield _address(app, review)


def _say(verdict: str, words: str, *, unreachable: bool = False) -> Check:
    return Check("review room", verdict, words, unreachable)


def _way_in(review: ReviewPage, users: Sequence[User]) -> Check:
    at = review.url or f"http://{review.listen}/"
    if users:
        names = ", ".join(user.name for user in users[:5])
        return _say("ok", f"{at} for {names}{' and others' if len(users) > 5 else ''}.")
    if review.url:
        words = f"{at} is declared, and nobody could sign in there: “bot user add NAME”."
        return _say("note", words)
    return _say("ok", f"{at} on this machine; “bot review” prints a link into it.")


def _people(review: ReviewPage, users: Sequence[User]) -> Iterator[Check]:
    if review.second_look and len(users) < 2:
        words = (
            "second_look wants two people, or nobody can approve what the one has edited:"
            " “bot user add NAME”."
        )
        yield _say("fault", words)
    if not review.user_header:
        for user in users:
            if not user.password:
                words = f"{user.name} cannot sign in: “bot user password {user.name}”."
                yield _say("note", words)


def _proxies(review: ReviewPage) -> Iterator[Check]:
    """Say whom the room believes, where that is too many or none."""
    networks = [ip_network(each) for each in review.proxies]
    for each in networks:
        if _is_wide(each):
            words = f"proxies = “{each}” believes whoever comes from there: list the proxy alone."
            yield _say("fault", words)
    local = web.is_local(review.listen)
    behind = any(LOOPBACK in each for each in networks)
    if review.url.startswith("https://") and not (behind if local else networks):
        example = "127.0.0.1" if local else "10.0.0.2"
        words = (
            "people come through a web server, and proxies does not list it: all of them count as"
            " one where tries to sign in are limited. If it sets X-Forwarded-For, write its"
            f' address: proxies = ["{example}"].'
        )
        yield _say("note", words)


def _is_wide(network: IPv4Network | IPv6Network) -> bool:
    """Tell whether a network holds addresses of anybody's."""
    return network.num_addresses > 1 and not network.is_private


# ------------------------------------------------------------------------------- address

#: What an address answers to whoever wants to sign in, to a probe, and to a link that is none.
#: Our room tells that it knows the probe under a loopback name alone, and under a name that is
#: not its own it tells nothing.
OURS: Final = (200, 403, 403)
UNDER_LOOPBACK: Final = (200, 200, 403)
UNDER_ANOTHER: Final = (403, 403, 403)
ASKS_ITSELF: Final = (401, 401, 401)

DEADLINE: Final = timedelta(seconds=10)


def _address(app: App, review: ReviewPage) -> Check:
    """Ask for the room where people do."""
    url, listen = review.url, review.listen
    if not url.startswith("https://") and not web.is_local(f"{urlsplit(url).hostname}:0"):
        words = f"url = “{url}” must be https, or browsers keep nobody signed in."
        return _say("fault", words)
    if not web.is_served(listen):
        words = f"{url} was not tried: nothing listens at {listen} now. “bot run” does; look again"
        return _say("note", f"{words} while it runs.")
    try:
        told = _answers(app, url)
    except FetchError as error:
        words = f"{error} Let {url} lead to http://{listen}/."
        return _say("fault", words, unreachable=True)
    if told == (OURS if url.startswith("https://") else UNDER_LOOPBACK):
        return _say("ok", f"{url} leads to it.")
    if told == ASKS_ITSELF:
        return _say("note", f"{url} asks for a password of its own: the way behind was not tried.")
    if told in (UNDER_LOOPBACK, UNDER_ANOTHER):
        words = (
            f"the web server at {url} hides the name that was asked for: let it pass Host on"
            " (nginx: proxy_set_header Host $http_host)."
        )
        return _say("fault", words)
    return _say("fault", f"{url} leads to something else: let it lead to http://{listen}/.")


def _answers(app: App, url: str) -> tuple[int, ...]:
    """Ask an address three times; what is asked opens nothing, whoever hears it."""
    with app.store.write("probe") as tx:
        probe = tx.sessions.begin("probe", "", now=app.now(), lasts=timedelta(seconds=90))
    paths = ("sign-in", f"enter/{probe}", "enter/none")
    # An address of one's own may lead to a private network.
    session = http.Session(
        deadline=DEADLINE, allow_private=True, user_agent=app.user_agent, masker=app.masker
    )
    every = tuple(range(200, 500))
    try:
        return tuple(
            http.fetch(session, f"{url.rstrip('/')}/{path}", accept=every).status for path in paths
        )
    finally:
        with app.store.write("probe") as tx:
            tx.sessions.end_secret(probe)

"""What the four doubles share: routes, faults carried out, effects, and what the public sees."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, TypeVar

from bot.demo.doubles import _faults
from bot.demo.doubles._faults import BEFORE, Fault, Storm
from bot.demo.doubles._log import Log
from bot.demo.doubles._public import page
from bot.demo.doubles._route import Answer, Refusal, Route
from bot.demo.doubles._wire import Reply, Request, Server, Wire

Item = TypeVar("Item")

#: Where a double is told of faults and asked for effects; no platform has such a path.
CONTROL = "/_double"


class Double:
    """A platform on loopback; `fault` makes it fail, `effects` tells what it published."""

    platform: ClassVar[str]
    anywhere: ClassVar[frozenset[str]] = frozenset()  # names that every operation takes
    everything: ClassVar[bool] = False  # whether it takes names in query and body alike

    account: str  # as people know it

    def __init__(
        self,
        log: Log,
        *,
        port: int = 0,
        visible_after: float = 0,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self.log, self.faults = log, _faults.Faults()
        self.visible_after = timedelta(seconds=visible_after)  # how late a list shows a post
        self.looks = 1  # so often the platform says that it still works on something
        self.refuses_repeats = True  # what the platform itself does against doubles
        self.media: dict[str, tuple[str, bytes]] = {}  # by sha256: type, bytes
        self.now = clock or (lambda: datetime.now(UTC))
        self._public: dict[str, Mapping[str, Any]] = {}  # posts that the public sees
        self._count = 0
        self._lock = threading.RLock()
        self._routes = self.routes()
        self._server = Server(port, self._serve)
        self.url = self._server.url

    @classmethod
    def routes(cls) -> list[tuple[Route, str]]:
        """Every operation and the name of the method that answers it, literal paths first."""
        found = [
            (each, name)
            for name in dir(cls)
            for each in getattr(getattr(cls, name), "routes", ())
            if isinstance(each, Route)
        ]
        return sorted(found, key=lambda pair: (pair[0].path.count("{"), pair[0].path))

    def close(self) -> None:
        """Stop serving."""
        self._server.close()

    def place(self, request: Request) -> str:
        """The path of a request as the routes name it."""
        return request.path

    # ------------------------------------------------------------- for a test

    def fault(self, fault: Fault | Storm) -> None:
        """Order a fault."""
        self.faults.order(fault)

    def heal(self) -> None:
        """Forget every fault."""
        self.faults.heal()

    def effects(self, **facts: Any) -> list[dict[str, Any]]:
        """What the public could see happen, from the file."""
        return self.log.effects(platform=self.platform, **facts)

    # ------------------------------------------------- for the platform itself

    def number(self) -> str:
        """A new number, larger than all before: made of the time, as snowflakes are."""
        self._count = max(self._count + 1, int(self.now().timestamp() * 1000) << 12)
        return str(self._count)

    def publish(self, kind: str, number: str, **facts: Any) -> None:
        """Log an effect; a "post" is from now on what the public sees."""
        effect = {
            "at": self.now().isoformat(),
            "platform": self.platform,
            "account": self.account,
            "kind": kind,
            "id": number,
            **facts,
        }
        if "media" in facts:
            kept = [self.media[mark] for mark in facts["media"]]
            effect |= {"types": [kind for kind, _ in kept], "bytes": [len(it) for _, it in kept]}
        self.log.effect({**effect, "seen_at": f"{self.url}/seen/{number}"})
        if kind == "post":
            self._public[number] = effect
        elif kind == "delete":
            self._public.pop(number, None)

    def keep(self, content: bytes, kind: str) -> str:
        """Keep a picture or video, and give its sha256."""
        mark = hashlib.sha256(content).hexdigest()
        self.media[mark] = kind, content
        return mark

    def listed(self, items: Iterable[Item], at: Callable[[Item], datetime]) -> list[Item]:
        """Those of `items` that a list shows by now, newest first."""
        since = self.now() - self.visible_after
        return sorted((item for item in items if at(item) <= since), key=at, reverse=True)

    # --------------------------------------------------- what a platform says

    def refusal(self, status: int, words: str) -> Reply:
        """The platform's own form of an error."""
        raise NotImplementedError

    def trouble(self, kind: str, request: Request) -> Reply:
        """What the platform says when it is in trouble: "429", "402", "500", "revoked"."""
        raise NotImplementedError

    def admit(self, request: Request, route: Route) -> None:
        """Raise Refusal where the request's credential is not enough for the route."""
        raise NotImplementedError

    # -------------------------------------------------------------- answering

    def _serve(self, request: Request, wire: Wire) -> None:
        if request.path == "/" or request.path.startswith(("/seen/", f"{CONTROL}/")):
            wire.send(self._control(request))
            return
        fault = self.faults.next(f"{request.method} {request.path}")
        kind = fault.kind if fault else ""
        reply = self._instead(fault, request)
        if fault and kind == "slow":
            self._server.ended.wait(fault.seconds)
        if reply is None:
            with self._lock:
                reply = self._carry_out(request)
        if fault:
            reply = reply.adding(fault.headers)
        self.log.request(
            {
                "at": self.now().isoformat(),
                "platform": self.platform,
                "method": request.method,
                "path": request.path,
                "status": reply.status,
                "fault": kind,
            }
        )
        self._deliver(request, reply, kind, wire)

    def _instead(self, fault: Fault | None, request: Request) -> Reply | None:
        """What is answered in place of carrying a request out, if anything is."""
        if fault is None or fault.kind not in BEFORE:
            return None
        if fault.kind in ("reset_before", "hang_before"):
            return Reply(0)  # never written
        if fault.kind == "answer":
            return Reply.json(fault.body, fault.status)
        return BROKEN if fault.kind == "502" else self.trouble(fault.kind, request)

    def _deliver(self, request: Request, reply: Reply, kind: str, wire: Wire) -> None:
        ways: dict[str, Callable[[], None]] = {
            "reset_before": wire.reset,
            "reset_after": wire.reset,
            "hang_before": wire.hang,
            "hang": wire.hang,
            "lost": wire.hang_up,
            "truncated": lambda: wire.send(reply, cut=True),
            "garbage": lambda: wire.send(Reply(200, b"\x00\xff{]", reply.headers)),
            "500_after": lambda: wire.send(self.trouble("500", request)),
            "502_after": lambda: wire.send(BROKEN),
        }
        ways.get(kind, lambda: wire.send(reply))()

    def _carry_out(self, request: Request) -> Reply:
        try:
            for each, name in self._routes:
                found = each.match(request.method, self.place(request))
                if found is not None:
                    self._takes(request, each)
                    self.admit(request, each)
                    answer: Answer = getattr(self, name)
                    return answer(request, **found)
            raise Refusal(self.refusal(404, "There is nothing at this address."))
        except Refusal as refusal:
            return refusal.reply

    def _takes(self, request: Request, route: Route) -> None:
        """Refuse what the operation does not know, as a strict platform does."""
        try:
            named = (request.query, route.query), (request.fields, route.body)
        except (ValueError, LookupError, StopIteration):
            raise Refusal(self.refusal(400, "The body cannot be read.")) from None
        both = route.query | route.body if self.everything else frozenset()
        unknown = {name for given, known in named for name in given if name not in known}
        if unknown := unknown - both - self.anywhere:
            words = f"Unknown: {', '.join(sorted(unknown))}."
            raise Refusal(self.refusal(400, words))

    # ------------------------------------------------------ control, and public

    def _control(self, request: Request) -> Reply:
        path = request.path.removeprefix(CONTROL)
        if path == "/effects":
            return Reply.json(self.effects())
        if path.startswith("/media/"):
            kind, content = self.media.get(path.rpartition("/")[2], ("text/plain", b""))
            return Reply(200 if content else 404, content, {"Content-Type": kind})
        if path == "/faults" and request.method in ("POST", "DELETE"):
            if request.method == "DELETE":
                self.heal()
                return Reply.json({})
            try:
                self.fault(_faults.read(json.loads(request.body)))
            except (TypeError, ValueError) as error:
                return Reply.json({"error": str(error)}, 400)
            return Reply.json({})
        with self._lock:
            posts = list(self._public.values())
        if request.path.startswith("/seen/"):
            posts = [post for post in posts if post["id"] == request.path.removeprefix("/seen/")]
            if not posts:
                return Reply.html("<!doctype html><title>Gone</title><p>There is no post.", 404)
        return Reply.html(page(self.platform, self.account, posts[::-1]))


#: What a broken proxy in front of a platform answers.
BROKEN = Reply.html("<html><head><title>502 Bad Gateway</title></head><body></body></html>", 502)


def stamp(at: datetime, form: str = "%Y-%m-%dT%H:%M:%S.000Z") -> str:
    """A time as a platform writes it."""
    return at.astimezone(UTC).strftime(form)

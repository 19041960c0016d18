"""A stand-in for a Facebook Page, made from Meta's own descriptions of Page and PagePost."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import quote

from bot.demo.doubles._double import stamp
from bot.demo.doubles._facebook_video import FacebookVideo, Video
from bot.demo.doubles._graph import flag, listed_json
from bot.demo.doubles._route import Refusal, route
from bot.demo.doubles._wire import Reply, Request

#: What only the owner of a link may set; the whole post fails.
OWNERS = {"picture", "name", "thumbnail", "description"}


@dataclass
class _Post:
    id: str
    message: str
    link: str
    photos: tuple[_Photo, ...]
    at: datetime
    video: str = ""  # its number
    mark: str = ""  # sha256 of its bytes
    published: bool = False


@dataclass
class _Photo:
    id: str
    mark: str  # sha256 of its bytes
    alt: str
    used: bool = field(default=False)


class Facebook(FacebookVideo):
    """A Page: posts, photos, comments, and reading them back."""

    platform: ClassVar[str] = "facebook"

    def __init__(self, *args: Any, **how: Any) -> None:
        self.account, self.account_id = "harbourpost", "72"
        super().__init__(*args, **how)
        self._posts: dict[str, _Post] = {}
        self._photos: dict[str, _Photo] = {}
        self._last = "", ""  # what the latest post says

    # -------------------------------------------------------------------- Page

    @route("GET /me")
    def me(self, request: Request) -> Reply:
        """Whoever the token is of: the Page, or a person."""
        if self.holder(request).kind == "page":
            return self.told(self._page(), request, "name")
        return self.told({"id": "9001", "name": "Ada Editor"}, request, "name")

    def _page(self) -> dict[str, Any]:
        return {
            "id": self.account_id,
            "name": "Harbour Post",
            "username": self.account,
            "link": f"https://www.facebook.com/{self.account}",
            "is_published": True,
            "instagram_business_account": {"id": "73"},
        }

    @route("GET /me/accounts", query="limit after")
    def accounts(self, request: Request) -> Reply:
        """The Pages that the token's person may manage."""
        tasks = ["ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MESSAGING", "MODERATE", "MANAGE"]
        page = {**self._page(), "access_token": self.token, "tasks": tasks}
        return self.paged([page], request, lambda each: each)

    # ------------------------------------------------------------------- posts

    @route(
        "POST /{page}/feed",
        body="message link attached_media published unpublished_content_type picture name"
        " thumbnail description",
    )
    def feed(self, request: Request, page: str) -> Reply:
        asked = self.writing(request, page)
        if OWNERS & set(asked):
            words = "Only owners of the URL have the ability to specify the picture, name,"
            raise Refusal(self.error(100, f"{words} thumbnail or description params."))
        attached = listed_json(asked.get("attached_media", []))
        photos = tuple(self._attached(each) for each in attached)
        message, link = str(asked.get("message", "")), str(asked.get("link", ""))
        if not (message or link or photos):
            raise Refusal(self.error(100, "You must provide a message or a link."))
        post = _Post(self._new_id(), message, link, photos, self.now())
        self._made(post, flag(asked.get("published"), True))
        return self.told(self._node(post), request)

    def _attached(self, given: Any) -> _Photo:
        number = given.get("media_fbid") if isinstance(given, dict) else None
        photo = self._photos.get(str(number))
        if photo is None:
            raise Refusal(self.error(100, f"There is no photo {number}."))
        if photo.used:
            raise Refusal(self.error(100, "These photos were already posted.", 1366051))
        return photo

    def _made(self, post: _Post, published: bool) -> _Post:
        if published:
            self._out(post)
        self._posts[post.id] = post
        for photo in post.photos:
            photo.used = True
        return post

    def _new_id(self) -> str:
        return f"{self.account_id}_{self.number()}"

    def _out(self, post: _Post) -> None:
        """Let the public see a post, unless it says what the one before it said."""
        says = post.message, post.link
        plain = post.message and not (post.photos or post.video)
        if plain and self.refuses_repeats and says == self._last:
            raise Refusal(self.error(506, "Duplicate status message", 1455006))
        self._last = says
        post.published, post.at = True, self.now()
        self.publish(
            "post",
            post.id,
            text=post.message,
            link=post.link,
            media=[photo.mark for photo in post.photos] + [post.mark] * bool(post.mark),
            alt=[photo.alt for photo in post.photos],
            video=post.video,
        )

    def video_post(self, video: Video, published: bool) -> str:
        """The post by which a video is published."""
        mark = self.keep(video.content, "video/mp4")
        post = _Post(self._new_id(), video.description, "", (), self.now(), video.id, mark)
        return self._made(post, published).id

    @route("POST /{page}/photos", body="message caption url source published alt_text_custom")
    def photos(self, request: Request, page: str) -> Reply:
        asked = self.writing(request, page)
        content = asked.get("source")
        if content is None:
            content = self.fetched(str(asked.get("url", "")))
        if not isinstance(content, bytes) or not content.startswith((b"\xff\xd8\xff", b"\x89PNG")):
            raise Refusal(self.error(100, "Invalid image.", 1366046))
        mark = self.keep(content, "image/png" if content[0] == 0x89 else "image/jpeg")
        photo = _Photo(self.number(), mark, str(asked.get("alt_text_custom", "")))
        self._photos[photo.id] = photo
        if not flag(asked.get("published"), True):
            return Reply.json({"id": photo.id}).adding(self.usage_headers())
        message = str(asked.get("message") or asked.get("caption") or "")
        post = self._made(_Post(self._new_id(), message, "", (photo,), self.now()), True)
        return Reply.json({"id": photo.id, "post_id": post.id}).adding(self.usage_headers())

    @route("POST /{post}/comments", body="message")
    def comments(self, request: Request, post: str) -> Reply:
        asked = self.params(request)
        if not self._found(post).published or not asked.get("message"):
            raise Refusal(self.error(100, "There is nothing to comment on, or to say."))
        made = f"{post.rpartition('_')[2]}_{self.number()}"
        self.publish("comment", made, post=post, text=asked["message"])
        return self.told({"id": made, "message": asked["message"]}, request)

    # -------------------------------------------------------------- single posts

    @route("GET /{id}")
    def node(self, request: Request, id: str) -> Reply:
        if id == self.account_id:
            return self.told(self._page(), request, "name")
        if id in self.videos:
            return self.told(self.video_node(id), request)
        if id in self._photos:
            return self.told({"id": id, "alt_text_custom": self._photos[id].alt}, request)
        return self.told(self._node(self._found(id)), request, "created_time,message")

    @route("POST /{post}", body="message is_published")
    def update(self, request: Request, post: str) -> Reply:
        found, asked = self._found(post), self.params(request)
        if flag(asked.get("is_published"), False) and not found.published:
            self._out(found)
        return Reply.json({"success": True}).adding(self.usage_headers())

    @route("DELETE /{post}")
    def delete(self, request: Request, post: str) -> Reply:
        found = self._found(post)
        del self._posts[found.id]
        self.videos.pop(found.video, None)
        if found.published:
            self._last = "", ""
            self.publish("delete", found.id)
        return Reply.json({"success": True}).adding(self.usage_headers())

    def _found(self, id: str) -> _Post:
        if id in self.videos and self.videos[id].post:
            id = self.videos[id].post
        if id not in self._posts:
            words = f"Unsupported request. Object with ID '{id}' does not exist, or no permission."
            raise Refusal(self.error(100, words, 33))
        return self._posts[id]

    # ------------------------------------------------------------------- reads

    @route("GET /{page}/published_posts", query="limit after")
    def published_posts(self, request: Request, page: str) -> Reply:
        self.mine(page)
        live = [each for each in self._posts.values() if each.published]
        shown = [each for each in live if each.video not in self.reels]  # Reels are elsewhere
        return self.paged(self.listed(shown, lambda each: each.at), request, self._node)

    def _node(self, post: _Post) -> dict[str, Any]:
        seen = f"{self.url}/seen/{post.id}"
        attached = []
        if post.link:
            shim = f"https://l.facebook.com/l.php?u={quote(post.link, '')}&h=AT0"
            attached = [{"type": "share", "url": shim, "unshimmed_url": post.link}]
        elif post.photos or post.video:
            kind = "photo" if len(post.photos) == 1 else "album" if post.photos else "video_inline"
            attached = [{"type": kind, "url": seen}]
        return {
            "id": post.id,
            "message": post.message or None,
            "created_time": stamp(post.at, "%Y-%m-%dT%H:%M:%S+0000"),
            "permalink_url": seen,
            "is_published": post.published,
            "status_type": "shared_story" if post.link else "added_photos",
            "attachments": {"data": attached} if attached else None,
        }

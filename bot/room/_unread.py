"""Why an article could not be read, in plain words, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.errors import BotError, FetchError, NotAnArticle, NotYet
from bot.room._told import tell
from bot.room._words import Words


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why there are no teasers, and what to do."""

    lead: str
    advice: str
    detail: str = ""  # the bot's own sentence


def why(words: Words, error: BotError) -> Trouble:
    """Say in plain words why an article could not be had, and what to do about it."""
    t = words.t
    status = error.status if isinstance(error, FetchError) else None
    match error:
        case FetchError() if status in (404, 410):
            lead = t("There is no page at this address.")
            advice = t("Look for a typing mistake, or wait until the article is public.")
        case FetchError() if status in (401, 403, 451):
            lead = t("The site does not let the bot read this page.")
            advice = t("Open it in a window where you are not signed in: is it public?")
        case FetchError() if error.passing or status is None:
            lead = t("The page could not be fetched now.")
            advice = t("Look whether the site answers in your browser, then try again.")
        case FetchError():
            lead, advice = t("The page could not be fetched."), t("Look at the address.")
        case NotYet():
            lead = t("This article is not public yet.")
            advice = t("Try again when everybody can read it.")
        case NotAnArticle():
            lead = t("This page holds no article that the bot can read.")
            advice = t("Give the address of one article, not of a front page or a list.")
        case _:
            return Trouble(tell(words, str(error)), "")
    return Trouble(lead, advice, str(error))

"""Whether a page is there for everybody: not protected, previewed, closed or missing."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qs, urlsplit

from bot.errors import NotAnArticle, NotYet
from bot.site._document import Document, classes

#: A page with more text than this is no notice, whatever its title says.
LONGEST_NOTICE: Final = 800
#: A wall that leaves less than this leaves nothing to tease.
NO_TEXT: Final = 250
_PASSWORD: Final = frozenset({"post-password-form", "post-password-required"})
_FOR_MEMBERS = re.compile(
    r"\b(?:pmpro[_-](?:content_message|no_access|card)|rcp[_-]restricted|mepr[_-]unauthorized\w*"
    r"|wc-memberships-\w*restrict\w*|members-access-error|swpm-(?:post-not-logged-in-msg|no-access)\w*"
    r"|leaky_paywall_message|um-locked-content|restricted-content|gh-post-upgrade-cta)"
)
_CLOSED_CLASSES: Final = frozenset(
    {"maintenance-mode", "maintenance", "under-construction", "coming-soon", "seedprod-body"}
)
_END = r")[\s.!…]*(?:$|\s[|–—·:-]\s)"
# Titles of what stands in for a page for a while: maintenance and browser checks.
_CLOSED = re.compile(
    r"(?:(?:(?:site |website )?(?:is )?(?:down for|under|in|scheduled) )?maintenance(?: mode)?"
    r"|under construction|coming soon|site (?:is )?offline|site en (?:travaux|maintenance)"
    r"|(?:sitio |web )?en (?:mantenimiento|construcción)|(?:site )?em (?:manutenção|construção)"
    r"|wartung(?:smodus|sarbeiten)?|(?:sito )?in (?:manutenzione|costruzione)|en manteniment"
    r"|bakım(?:dayız| modu| çalışması)|الموقع (?:قيد|تحت) الصيانة|صيانة|just a moment"
    r"|one moment, please|attention required|checking your browser|ddos-guard|access denied"
    r"|verif(?:y|ying) (?:you|your)[^|]{0,30}|are you (?:a )?(?:human|robot)\?|please wait" + _END,
    re.IGNORECASE,
)
_MISSING = re.compile(
    r"(?:(?:http )?(?:error )?404(?: error)?(?:[\s:,–-]{1,3}\(?(?:page )?not found\)?)?"
    r"|(?:sorry,? |oops!? )?(?:the |this )?page (?:could |can )?not (?:be )?found|not found"
    r"|nothing found|(?:esta )?página no (?:encontrada|existe)|página não (?:encontrada|existe)"
    r"|page (?:introuvable|non trouvée)|(?:die )?seite (?:wurde )?nicht gefunden"
    r"|pagina non trovata|pàgina no trobada|sayfa bulunamadı|الصفحة غير موجودة" + _END,
    re.IGNORECASE,
)


def refuse(doc: Document, headline: str, extent: int) -> None:
    """Raise NotYet for what may be public later, NotAnArticle for an error page.

    `extent` is the number of characters of its text: a page that says much is no
    notice, even where its headline speaks of one.
    """
    if _is_preview(doc.url):
        raise NotYet(f"{doc.url} is a preview: give the address under which all can read it.")
    if _has_password(doc):
        raise NotYet(f"{doc.url} is protected by a password, so it is not public.")
    if "error404" in doc.body_classes:
        raise NotAnArticle(f"{doc.url} is an error page: nothing is at this address.")
    if extent > LONGEST_NOTICE:
        return
    if doc.body_classes & _CLOSED_CLASSES or _CLOSED.match(headline) or _CLOSED.match(doc.title):
        raise NotYet(f"{doc.url} answers with a notice instead of the page: try again later.")
    if _MISSING.match(headline) or _MISSING.match(doc.title):
        raise NotAnArticle(f"{doc.url} is an error page: nothing is at this address.")
    if extent < NO_TEXT and next(doc.classed(_FOR_MEMBERS), None) is not None:
        raise NotYet(f"{doc.url} shows its text to members only.")


def _is_preview(url: str) -> bool:
    try:
        asked = parse_qs(urlsplit(url).query, max_num_fields=100)
    except ValueError:
        return False
    return asked.get("preview") in (["true"], ["1"]) or asked.get("var_mode") == ["preview"]


def _has_password(doc: Document) -> bool:
    if doc.body_classes & _PASSWORD or doc.root.find(".//input[@name='post_password']") is not None:
        return True
    return any(
        _PASSWORD & set(classes(element).split()) for element in doc.root.iter("article", "form")
    )

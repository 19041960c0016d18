"""Which addresses of a site look like an article's, by nothing but the address."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from bot.identity import cms_id

ENOUGH_WORDS: Final = 3  # of a slug, to be a headline's

_FILE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|pdf|docx?|xlsx?|pptx?|od[tps]|epub|zip|rar|gz|mp[34]"
    r"|m4[av]|ogg|wav|webm|mov|css|js|json|xml|rss|atom|txt|ics|vcf)$",
    re.IGNORECASE,
)
_ENDING = re.compile(r"\.(?:html?|php\d?|aspx?|jsp|shtml|cfm|amp)$", re.IGNORECASE)
_DATE = re.compile(r"/(?:19|20)\d\d(?:[/-]?(?:0?[1-9]|1[0-2])){1,2}/")
_YEAR = r"(?!(?:19|20)\d\d(?!\d))"
_NUMBER = re.compile(rf"(?<!\d){_YEAR}\d{{4,}}")
_NUMBERED = re.compile(
    r"(?:^|&)\w{0,20}(?:id|no|nr|article|story|news|nota|art)\w{0,10}=\d{1,12}(?:&|$)", re.I
)
_OPAQUE = re.compile(r"index|[\da-f-]{16,}|[\da-z]{20,}")
# Pages of comments; and SPIP's sections “-Name-”, keywords “+-Name-+”, authors “_Name_”.
_LISTED = re.compile(r"comment-page-\d+|(?:-|\+-|_|@-).+(?:-|-\+|_|-@)")

# A step of a path that only lists, forms and accounts have.
_NEVER: Final = frozenset(
    """
    tag tags tagged etiqueta etiquetas etichetta schlagwort schlagworte etiket category
    categories categoria categorias categorie kategorie kategori kategorien author authors autor
    autores autora auteur auteurs autore autori autoren yazar yazarlar user users usuario page
    search buscar busca recherche suche cerca ara login signin signup register account cuenta
    compte konto logout wp-login wp-admin wp-content wp-json wp-includes cgi-bin cart comments
    hashtag share newsletter feed rss imprimir jobs job shop store tienda boutique product
    products forum forums print donate donar pdf members member
    """.split()
)
# A step that lists have, and articles below them: only the last step tells.
_SELDOM: Final = frozenset(
    """
    topic topics tema temas thema themen theme themes sujet mot mots label labels rubrique
    rubriques section sections dossier archive archives archivo archivio profile people team
    staff pages subscribe subscription suscribete abonnement abo newsletters feeds don spenden
    events event agenda evento eventos calendar gallery galleries media video videos podcast
    podcasts
    """.split()
)
# Words of pages about the site itself: among few words, only a date or number outweighs one.
_ABOUT_SITE: Final = frozenset(
    """
    about contact contacts contacto contato contatti kontakt iletisim privacy privacidad
    privacidade privacitat confidentialite datenschutz datenschutzerklaerung
    datenschutzerklärung gizlilik cookie cookies terms terminos termos termini conditions
    condiciones condizioni agb legal legales legale mentions aviso impressum imprint somos
    sommes siamo hakkimizda kunye disclaimer faq help ayuda ajuda aide sitemap advertise
    advertising publicidad publicite werbung abonnieren membership careers accessibility
    masthead newsletter suscripcion unterstuetzen support
    """.split()
)
# Parameters of lists, forms and shares; `p` and `id_article` are an article's own.
_ASKED: Final = frozenset(
    """
    s q query search cat tag tags author paged replytocom share shared print feed login redirect
    redirect_to id_rubrique id_mot id_auteur id_forum attachment_id page_id cat_id user_id
    author_id
    """.split()
)
_JOOMLA_LISTS: Final = frozenset({"category", "categories", "featured", "archive", "search"})
_SPIP_PAGES: Final = frozenset({"", "article", "gacetilla-articulo"})


def could_be_article(url: str) -> bool:
    """Tell whether nothing in an address says that it is no article's."""
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    if _FILE.search(parts.path) or _ASKED & asked.keys():
        return False
    page, view = asked.get("page", ""), asked.get("view", "")
    if (page not in _SPIP_PAGES and not page.isdecimal()) or view in _JOOMLA_LISTS:
        return False
    if any(name.startswith("preview") for name in asked):
        return False
    steps = _steps(parts.path)
    if not steps:
        return is_marked(url)
    if _NEVER.intersection(steps) or _LISTED.fullmatch(steps[-1]):
        return False
    listed = bool(_SELDOM.intersection(steps))
    return not listed or (
        steps[-1] not in _SELDOM and (is_marked(url) or words(url) >= ENOUGH_WORDS)
    )


def is_marked(url: str) -> bool:
    """Tell whether an address carries a date or a number, as on most sites only articles' do."""
    parts = urlsplit(url)
    if cms_id(url, url) or _NUMBERED.search(parts.query):
        return True
    steps = _steps(parts.path)
    if not steps or not re.search(r"[^\W\d_]", steps[-1]):  # an archive is “/2026/11/”
        return bool(steps) and bool(re.search(r"\d{5}", steps[-1]))
    return bool(_DATE.search(parts.path)) or any(map(_NUMBER.search, steps))


def words(url: str) -> int:
    """Count the words of the slug of an address; 0 where they are about the site itself."""
    steps = _steps(urlsplit(url).path)[-2:]
    if len(steps) > 1 and not _OPAQUE.fullmatch(steps[-1]):
        del steps[0]
    named = re.findall(r"[^\W\d_]{2,}", " ".join(steps))
    about = len(named) <= 2 * ENOUGH_WORDS and not _ABOUT_SITE.isdisjoint(named)
    return 0 if about else len(named)


def _steps(path: str) -> list[str]:
    return [_ENDING.sub("", step) for step in unquote(path).lower().split("/") if step]

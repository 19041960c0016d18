"""To which site an article belongs: the named one, else by host and path."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from bot.config import Config
from bot.errors import UsageError
from bot.identity import bare_host
from bot.platforms import base
from bot.settings import ChannelConfig, Site


def choose(configuration: Config, url: str, name: str | None) -> Site:
    """Choose the site of the article at `url`; where none is configured, one is made up.

    UsageError where several sites may be meant, or `url` is no address of the web.
    """
    try:
        address = urlsplit(url)
    except ValueError:  # brackets that hold no address
        address = urlsplit("")
    if address.scheme not in ("http", "https"):
        raise UsageError(f"“{url}” is no web address: give it whole, with https://.")
    if name is not None:
        return configuration.site(name)
    sites = configuration.sites
    if not sites:
        return _made_up(address)
    if len(sites) == 1:
        return next(iter(sites.values()))
    depths = {each.id: _depth(each, address) for each in sites.values()}
    deepest = max(depths.values())
    found = [site for site, depth in depths.items() if depth == deepest]
    if deepest and len(found) == 1:
        return sites[found[0]]
    lead = f"{len(found)} sites have" if deepest else "no site has"
    raise UsageError(f"{lead} the address of {url}: say which with --site ({', '.join(found)}).")


def _depth(site: Site, article: SplitResult) -> int:
    """Tell how much of a site's address an article's begins with: of its path, 0 for none of it.

    Sister sites share a host and differ by path, “/” and “/es/”: the deepest one is meant.
    """
    home = urlsplit(site.url)
    if _host(article) not in (_host(home), *site.aliases):
        return 0
    folder = f"{home.path.rstrip('/')}/"
    return len(folder) if f"{article.path}/".startswith(folder) else 0


def _host(address: SplitResult) -> str:
    """Give the host with its port: a newsroom tries the bot on several of one machine."""
    return address.netloc.lower().removeprefix("www.")


def _made_up(article: SplitResult) -> Site:
    """Make up a site with a channel on every platform, to preview without configuration."""
    home = f"{article.scheme}://{article.netloc}/"
    host = bare_host(home) or "site"
    channels = {
        name: ChannelConfig(
            site="preview",
            name=name,
            platform=name,
            account=host,
            settings=base.load(name).Settings(),
        )
        for name in base.names()
    }
    return Site(id="preview", url=home, name=host, channels=channels)

"""What has changed at a site since its file was written, and the file with that put in.

Nothing is changed that a person was not asked about; their comments, and the order
in which they wrote, stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from bot import proposal
from bot.identity import bare_host, url_key
from bot.platforms import base
from bot.settings import ChannelConfig, Site
from bot.survey import Candidate, Found

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between file and site, in words; with a question where it can be put in.

    `value` is set at `at`; a list gets it as a further item, or loses it where it is to
    be dropped; and `table` is TOML to add.
    `address` takes the place of one that stands behind the setting.
    """

    words: str
    question: str = ""
    at: Path = ()
    value: str = ""
    address: str = ""
    table: str = ""
    drop: bool = False


def changes(site: Site, found: Found) -> tuple[Change, ...]:
    """Compare what is configured with what the site shows now."""
    return (*_facts(site, found), *_sources(site, found), *_channels(site, found))


def apply(text: str, chosen: Iterable[Change]) -> str:
    """Put changes into the text of a site's file; all else stays letter by letter."""
    import tomlkit

    chosen = tuple(chosen)
    document = tomlkit.parse(text)
    for change in chosen:
        if change.table:
            continue
        table: Any = document
        for name in change.at[:-1]:
            if name not in table:
                table[name] = tomlkit.inline_table()
            table = table[name]
        last = change.at[-1]
        if change.drop:
            table[last].remove(change.value)
        elif isinstance(table.get(last), list):
            table[last].append(change.value)
        else:
            stale = last in table and "://" in table[last].trivia.comment
            table[last] = [change.value] if last in proposal.KEYS.values() else change.value
            if stale:
                table[last].comment(change.address)
    tables = [each.table for each in chosen if each.table]
    return "\n\n".join([tomlkit.dumps(document).rstrip("\n"), *tables]) + "\n"


def _facts(site: Site, found: Found) -> Iterator[Change]:
    if found.language and _primary(found.language) != _primary(site.language):
        was = f"“{site.language}”" if site.language else "none"
        yield Change(
            f"The site's pages are in “{found.language}”; the file says {was}.",
            f"Write language = “{found.language}”?",
            ("language",),
            found.language,
        )
    if found.clock.sure and found.clock.zone != site.timezone.key:
        yield Change(
            f"By {found.clock.why} the site lives by the clock of {found.clock.zone}; "
            f"the file says {site.timezone.key}.",
            f"Write timezone = “{found.clock.zone}”?",
            ("timezone",),
            found.clock.zone,
        )
    if url_key(found.url) != url_key(site.url) and bare_host(found.url) != bare_host(site.url):
        yield Change(
            f"The home page is now {found.url}; the file says {site.url}.",
            f"Write url = “{found.url}”?",
            ("url",),
            found.url,
        )


def _sources(site: Site, found: Found) -> Iterator[Change]:
    written = {url_key(url) for _, url in site.sources}
    shown = {url_key(each.url) for each in (*found.sources, *found.spare)}
    shown |= {url_key(url) for url in found.offered}
    for source in found.sources:
        if url_key(source.url) not in written:
            key = proposal.KEYS[source.kind]
            yield Change(
                f"The site offers {source.url}, which is not in the file.",
                f"Add it to {key}?",
                (key,),
                source.url,
            )
    for kind, url in site.sources:
        if url_key(url) not in shown:
            key = proposal.KEYS[kind]
            yield Change(
                f"{url} is in the file; the site does not point to it any more.",
                f"Take it out of {key}?",
                (key,),
                url,
                drop=True,
            )


def _channels(site: Site, found: Found) -> Iterator[Change]:
    for platform in base.names():
        label = base.load(platform).label
        known = [each for each in site.channels.values() if each.platform == platform]
        listed = found.channels.get(platform)
        maybe = found.candidates.get(platform, ())
        if listed is None:
            for channel in known:
                if not any(_same(channel, each) for each in maybe):
                    yield Change(
                        f"The site does not list {label} {channel.account} any more. If the "
                        f"account is closed, take [channels.{channel.name}] out of the file.",
                    )
        elif not known:
            yield _new(label, listed, found)
        elif not any(_same(channel, listed) for channel in known):
            yield _moved(label, known, listed)
        else:
            yield from _number(label, known, listed, found)


def _new(label: str, listed: Candidate, found: Found) -> Change:
    account = listed.profile.account
    return Change(
        f"The site lists {label} {account}, which is not in the file ({proposal.why(listed)}).",
        f"Add the channel {account}?",
        table=proposal.channel(found, listed),
    )


def _moved(label: str, known: list[ChannelConfig], listed: Candidate) -> Change:
    account = listed.profile.account
    names = ", ".join(each.account for each in known)
    words = f"The site lists {label} {account}; the file says {names} ({proposal.why(listed)})."
    if len(known) > 1 or (listed.profile.id and known[0].settings.model_fields_set):
        return Change(f"{words} If that is right, change the file by hand: the number too.")
    at = ("channels", known[0].name, "account")
    return Change(words, f"Write account = “{account}”?", at, account, listed.profile.url)


def _number(
    label: str, known: list[ChannelConfig], listed: Candidate, found: Found
) -> Iterator[Change]:
    """Offer the platform's own number of an account, where the file has none."""
    number, key = proposal.number_of(found, listed), proposal.number_key(listed)
    channel = next(each for each in known if _same(each, listed))
    if number and not getattr(channel.settings, key):
        yield Change(
            f"The number of {label} {channel.account} is {number}; the file does not say it.",
            f"Write {key} = “{number}”?",
            ("channels", channel.name, "settings", key),
            number,
        )


def _same(channel: ChannelConfig, listed: Candidate) -> bool:
    """Tell whether the account is the configured one, by its name or by its number."""
    profile = listed.profile
    number = getattr(channel.settings, proposal.number_key(listed), "") or ""
    if profile.id and number:
        return bool(profile.id == number)
    # A link by number and an account by name may be one; nobody can tell from here.
    return profile.id == profile.account or _bare(channel.account) == _bare(profile.account)


def _bare(account: str) -> str:
    return account.strip().lstrip("@").replace(".", "").casefold()


def _primary(code: str) -> str:
    return code.replace("_", "-").partition("-")[0].lower()

"""What of a site's look cannot be shown: files that are not there, layouts that do not exist."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bot._sentences import choice
from bot.media import layout
from bot.model import PLATFORM_ALIASES
from bot.settings import Site

#: The families that come with the bot.
SHIPPED_FONTS = ("sans", "serif")


def look_faults(site: Site, layouts: Sequence[Path]) -> list[str]:
    """Say in a sentence each what under [look] of a site's file would not be shown.

    `layouts` are the folders in which layouts of cards lie; files are looked at, nothing is drawn.
    """
    look = site.look
    faults = []
    for name in ("logo", "font", "audio"):
        path = getattr(look, name)
        if not path or (name == "font" and path in SHIPPED_FONTS):
            continue
        if not Path(path).is_file():
            faults.append(
                f"{name} = “{path}” under [look] is no file: correct the path, which begins at"
                f" {Path.cwd()}, or leave {name} out."
            )
        elif name == "logo" and (wrong := layout.check_logo(path)):
            faults.append(f"logo = “{path}” under [look] cannot be shown: {wrong}")
        elif name == "audio" and (wrong := layout.check_sound(path)):
            faults.append(f"audio under [look]: {wrong} Give another, or leave audio out.")
    channels = {*site.channels, *(each.platform for each in site.channels.values())}
    channels |= {alias for alias, name in PLATFORM_ALIASES.items() if name in channels}
    known = layout.names(layouts)
    for channel, name in look.layouts.items():
        if channel not in channels:
            faults.append(
                f"layouts under [look] names “{channel}”{choice(channel, sorted(channels))}"
            )
        if name not in known:
            faults.append(f"layouts under [look] asks for “{name}”{choice(name, known)}")
    return faults

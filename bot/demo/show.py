"""The demo's own folder: a configuration for the sample newsroom, made anew each time."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path("var/demo")

#: Where the review room is, if nobody else is there.
PORT = 8700


def clear(folder: Path = FOLDER) -> None:
    """Remove what an earlier demo left."""
    shutil.rmtree(folder, ignore_errors=True)


BOT = """\
# The demo's configuration: a sample newsroom on this machine.
database = "sqlite:///{folder}/bot.db"
allow_private_addresses = true      # newsroom and platforms are on 127.0.0.1
contact = "editor@harbour.example"
[review]
listen = "{review}"
[media]
dir = "{folder}/media"
listen = "{listen}"
public_url = "http://{listen}/media"
"""

SITE = """\
name = "Harbour Post"
url = "{url}/"
language = "en"
timezone = "Europe/Lisbon"
feeds = ["{url}/feed"]
poll_every = "2s"
review = "required"
utm = {{ source = "{{platform}}", medium = "social" }}
hashtags = {{ "Strike" = "Strike", "Rents" = "Housing", "Grève" = "Grève" }}

"""

CHANNEL = """
[channels.{platform}]
account = "{account}"
settings = {{ {settings} }}    # a stand-in for the platform, on this machine
"""


def free_address(wanted: int = 0) -> str:
    """Find an address of this machine that nobody listens at: the wanted port, or any."""
    with socket.socket() as there:
        there.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            there.bind(("127.0.0.1", wanted))
        except OSError:
            there.bind(("127.0.0.1", 0))
        host, port = there.getsockname()
    return f"{host}:{port}"


def lay_out(
    url: str, channels: Mapping[str, tuple[str, Mapping[str, str]]], folder: Path = FOLDER
) -> Path:
    """Write the configuration for the newsroom at `url`.

    `channels` gives account and settings by platform.
    """
    sites = folder / "config" / "sites"
    sites.mkdir(parents=True)
    (folder / "config" / "bot.toml").write_text(
        BOT.format(folder=folder, review=free_address(PORT), listen=free_address()), "utf-8"
    )
    site = SITE.format(url=url)
    for platform, (account, settings) in channels.items():
        pairs = ", ".join(f"{name} = {json.dumps(text)}" for name, text in settings.items())
        site += CHANNEL.format(platform=platform, account=account, settings=pairs)
    (sites / "harbour.toml").write_text(site, "utf-8")
    return folder / "config"

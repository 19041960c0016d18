"""The demo's own folder: a configuration for the sample newsroom, made anew each time."""

from __future__ import annotations

import shutil
from pathlib import Path

FOLDER = Path("var/demo")

BOT = """\
# The demo's configuration: a sample newsroom on this machine.
database = "sqlite:///{folder}/bot.db"
allow_private_addresses = true      # the newsroom is on 127.0.0.1
contact = "editor@harbour.example"
[media]
dir = "{folder}/media"
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

[channels.twitter]
account = "harbour_post"
[channels.facebook]
account = "harbourpost"
settings = {{ page_id = "72" }}
[channels.instagram]
account = "harbour.post"
settings = {{ user_id = "73" }}
[channels.youtube]
account = "@harbourpost"
settings = {{ channel_id = "UCabcdefghijklmnopqrstuv" }}
"""


def lay_out(url: str, folder: Path = FOLDER) -> Path:
    """Write the configuration for the newsroom at `url`; an earlier demo's traces are removed."""
    shutil.rmtree(folder, ignore_errors=True)
    sites = folder / "config" / "sites"
    sites.mkdir(parents=True)
    (folder / "config" / "bot.toml").write_text(BOT.format(folder=folder), "utf-8")
    (sites / "harbour.toml").write_text(SITE.format(url=url), "utf-8")
    return folder / "config"

"""A message to every address, sent by a process of its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import zip_longest
from typing import Any, Final

from bot._journal import HIDDEN, Masker
from bot.notices._base import Delivery, Send

#: So long a message may take, to all addresses together.
DEADLINE: Final = timedelta(minutes=1)


def deliver(urls: Sequence[str], masker: Masker, product: str) -> Send | None:
    """Give what sends a message to every Apprise address; None where there is none.

    An address that fails keeps no other from being tried, and none is ever named in a
    log. Nothing but subject and text, under the name of `product`, goes out.
    """
    if not urls:
        return None
    masker.add(*(secret for url in urls for secret in _secrets(url)))

    def send(subject: str, text: str) -> Delivery:
        letter = {"urls": list(urls), "subject": masker.mask(subject), "text": masker.mask(text)}
        faults = []
        for number, (url, fault) in enumerate(_hand_over({**letter, "product": product}), 1):
            if fault:
                scheme = url.partition("://")[0]
                faults.append(f"address {number} of notify ({scheme}://{HIDDEN}) {fault}")
        return Delivery(len(urls) - len(faults), tuple(faults))

    return send


def _hand_over(letter: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Let a process of its own send the letter; give each address with its fault, or "".

    Apprise loads a hundred services into 25 MB that a daemon would carry ever after, logs
    addresses, and has no deadline as a whole: all of it ends with that process.
    """
    command = [sys.executable, "-m", __name__]
    late = "was not reached in time; it is tried again later."
    try:
        done = subprocess.run(
            command,
            input=json.dumps(letter).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # it may name an address
            timeout=DEADLINE.total_seconds(),
            check=False,
        )
        said = done.stdout
    except subprocess.TimeoutExpired as error:
        said = error.stdout or b""
    except OSError as error:
        said, late = b"", f"was not asked: no process can be started ({error.strerror})."
    faults = said.decode().splitlines()
    yield from zip_longest(letter["urls"], faults[: len(letter["urls"])], fillvalue=late)


def _main() -> None:
    """Send the letter on standard input; write what is wrong with each address on a line."""
    letter = json.load(sys.stdin)
    answers, sys.stdout = sys.stdout, sys.stderr  # whatever a service prints is no answer
    warnings.simplefilter("ignore")
    for url in letter.pop("urls"):
        print(_send(url, **letter), file=answers, flush=True)


def _send(url: str, subject: str, text: str, product: str) -> str:
    """Send to one address; "" where it was taken, else what was wrong."""
    import apprise

    asset = apprise.AppriseAsset(app_id=product, app_desc=product, app_url="", plugin_paths=[])
    one = apprise.Apprise(asset=asset)
    if not one.add(url):
        return "is none that can be told: see Apprise's list of addresses."
    try:
        taken = one.notify(body=text, title=subject, body_format=apprise.NotifyFormat.TEXT)
    except Exception as error:  # noqa: BLE001 - of a hundred services, any
        return f"failed ({type(error).__name__}); it is tried again later."
    return "" if taken else "did not take the notice; it is tried again later."


def _secrets(url: str) -> Iterator[str]:
    """Give the parts of an Apprise address that may be secret: it is full of tokens."""
    _, _, rest = url.partition("://")
    yield rest
    user, _, _ = rest.rpartition("@")
    if ":" in user:
        yield user.partition(":")[2]
    for part in re.split(r"[/:@?&=#]", rest):
        if len(part) >= 8 and "." not in part:
            yield part


if __name__ == "__main__":
    _main()

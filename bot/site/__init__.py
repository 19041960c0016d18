"""Reading a publication, from bytes to the words of the model; nothing here fetches.

What it has published: `feed`, `sitemap`, `wordpress`, and for want of these the `links`
of a page. What an article says: `page`. What the site is, and which channels it lists:
`discover`.
"""

from typing import Final

#: Larger answers are refused: no page or feed of a newsroom comes near.
MAX_BYTES: Final = 5_000_000

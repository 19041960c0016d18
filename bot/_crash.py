"""Named instants at which a test may end the process, as a power cut would.

Every commit and every request that a platform is sent passes one before and one
after. Nothing but a test sets `hook`; without it a point costs one comparison.
"""

from __future__ import annotations

from collections.abc import Callable

#: Called with the name of each point that is passed: "before commit lease".
hook: Callable[[str], None] | None = None


def point(name: str) -> None:
    """Pass a named instant."""
    if hook is not None:
        hook(name)

"""`bot status`: what needs a person, and how the sources are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby

import click

from bot.app import App
from bot.cli._base import Command, json_option, opened
from bot.cli._print import console, counted, moment, post_row, printable, to_json
from bot.health import SourceState, ago_in_words
from bot.model import State
from bot.status import ChannelState, Status
from bot.store.followups import STUCK

Line = tuple[str, str]  # words and their style

#: So many sources that are well, or articles that wait, have a line each; more are summed up.
FEW = 5

#: What gets a post on; the reason of one that needs a person says so itself.
HINTS = {
    State.UNKNOWN: "The bot looks whether it is there; nothing to do yet.",
    State.REFUSED: "“bot reopen {id}” brings it back to be edited.",
}


@click.command(cls=Command)
@click.option("--all", "every", is_flag=True, help="A line for each source, article and channel.")
@json_option
@click.pass_context
def status(ctx: click.Context, every: bool, as_json: bool) -> int:
    """Say what needs a person, what waits, what comes next, and how the sources are.

    What needs you comes first. Where all is well with many sources they are summed
    up: --all shows each. Ends with 1 where something needs a person out of the
    ordinary.
    """
    with opened(ctx) as app:
        state = app.status()
        if as_json:
            to_json(
                {
                    "needs_person": [post_row(post) for post in state.needs_person],
                    "counts": state.counts,
                    "paused": state.paused,
                    "sources": state.sources,
                    "waiting": state.waiting,
                    "channels": state.channels,
                    "followups": state.followups,
                    "doubt": state.doubt,
                    "next": state.next and post_row(state.next),
                }
            )
            return int(state.alarm)
        from rich.text import Text

        out = console()
        for words, style in lines(app, state, app.now(), every=every):
            out.print(Text(printable(words), style))
        return int(state.alarm)


def lines(app: App, state: Status, now: datetime, *, every: bool = False) -> Iterator[Line]:
    """Say how things stand: what needs a person first, what is well last."""
    yield from _needs(state)
    yield from ((each.sentence, "yellow") for each in state.sources if _odd(each))
    counts = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in state.counts.items())
    held = state.counts.get("held", 0)
    yield f"Posts: {counts or 'none yet'}.{' “bot queue” shows what is held.' if held else ''}", ""
    if state.next is not None:
        due = moment(state.next.due_at, app.zone(state.next.site), now)
        yield f"Next: #{state.next.id} on {state.next.channel}, {due}.", ""
    for pause in state.paused:
        end = moment(pause.until, app.zone(pause.scope.split("/")[0]), now)
        until = f" until {end}" if pause.until else ""
        scope = "everything" if pause.scope == "*" else pause.scope
        yield f"Paused: {scope}{until}, by {pause.who}.", "yellow"
    most = len(state.sources) + len(state.waiting) if every else FEW
    yield from ((words, "") for words in _well(state, most, now))
    yield from ((words, "") for words in _channels(state.channels, every))


def _needs(state: Status) -> Iterator[Line]:
    """Say what a person must do; posts of a channel with one and the same fault in one line."""
    alike: dict[tuple[str, State, str], list[int]] = {}
    for post in state.needs_person:
        problems = " ".join(problem.message for problem in post.problems)
        # What happened to one that was to go out says more than what was found in it before.
        why = problems or post.reason if post.state is State.HELD else post.reason or problems
        same = (f"{post.site}/{post.channel}", post.state, why)
        alike.setdefault(same, []).append(post.id)
    for (channel, state_now, why), ids in alike.items():
        yield _need(channel, state_now, why, ids)
    failing = [each for each in state.sources if each.failing]
    yield from ((each.sentence, "red") for each in failing)
    if failing:
        yield (
            "    “bot doctor” asks each of them again; “bot init”, with the address of the site, "
            "shows what it offers now.",
            "",
        )
    yield from ((each.sentence, "red") for each in state.waiting if each.failing)
    for each in state.channels:
        if each.blocked or each.ending:
            connect = f" “bot login {each.site}/{each.channel}” connects it again."
            told = "“bot login" in each.blocked
            yield f"{each.sentence}{'' if told else connect}", "red"
    for step in state.followups:
        ill = step.state in STUCK
        words = f"#{step.post_id}: its {step.name} is {step.state}. {step.reason}".rstrip()
        yield words, "red" if ill else ""
    if state.doubt:
        yield f"{state.doubt} What may have gone out is looked for before it is sent.", "yellow"


def _need(channel: str, state: State, why: str, ids: list[int]) -> Line:
    """Say what posts of a channel need, and what settles it."""
    numbers = " ".join(f"#{post_id}" for post_id in ids)
    is_, need = ("is", "needs") if len(ids) == 1 else ("are", "need")
    stands = {State.UNKNOWN: f"{is_} unknown", State.NEEDS_PERSON: f"{need} you"}
    now = stands.get(state, f"{is_} {state} and {need} you")
    hint = HINTS.get(state, "").format(id=ids[0] if len(ids) == 1 else "ID")
    style = "yellow" if state is State.UNKNOWN else "red"
    return f"{numbers} {channel} {now}: {why.rstrip('.')}. {hint}".rstrip(), style


def _odd(source: SourceState) -> bool:
    return not source.failing and bool(source.error or source.silent or source.moved_to)


def _well(state: Status, most: int, now: datetime) -> Iterator[str]:
    """Say what is well: each in a line, or a site's in one."""
    well = [each for each in state.sources if not each.failing and not _odd(each)]
    waiting = [each for each in state.waiting if not each.failing]
    if len(well) <= most:
        yield from (each.sentence for each in well)
    else:
        for site, some in groupby(well, key=lambda each: each.site):
            yield _summed(site, list(some), now)
    if len(waiting) <= most:
        yield from (each.sentence for each in waiting)
    else:
        for site, number in Counter(each.site for each in waiting).items():
            verb = "waits for its page" if number == 1 else "wait for their pages"
            yield f"{site}: {counted(number, 'article')} {verb}."


def _summed(site: str, some: list[SourceState], now: datetime) -> str:
    read = [each.checked_at for each in some if each.checked_at]
    words = f"{site}: {counted(len(read), 'source')} read, all well."
    if new := [each.last_new_at for each in some if each.last_new_at]:
        words += f" The last new article came {ago_in_words(now - max(new))}."
    never = len(some) - len(read)
    return f"{words} {counted(never, 'source')} never polled." if never else words


def _channels(channels: Iterable[ChannelState], every: bool) -> Iterator[str]:
    """Say what each channel has; those with nothing at all share a line for each site."""
    for site, some in groupby(channels, key=lambda each: each.site):
        idle = []
        for each in some:
            if each.blocked or each.ending:
                continue  # told among what needs a person
            if every or each.held or each.approved or each.paused or each.resting or each.spent:
                yield each.sentence
            else:
                idle.append(f"{each.channel}{' (by hand)' if each.by_hand else ''}")
        if idle:
            yield f"{site}: nothing held or approved on {', '.join(idle)}."

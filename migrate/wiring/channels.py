"""The channels of a team: which ones there are, and what a handover will tell them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from migrate.aws.session import AwsSession
from migrate.aws.topic import topic
from migrate.errors import MigrateError
from migrate.events import Emit, Noted
from migrate.outside.notices import Send, foretold
from migrate.outside.webhook import webhook
from migrate.settings import NotificationsSection


def channels(
    told: NotificationsSection, aws: Callable[[], AwsSession], secret: Callable[[str], str], emit: Emit
) -> list[tuple[str, Send]]:
    """Name of each and the way to send. One that cannot be had is told of and left out: no application waits for it."""
    wanted: list[tuple[str, Callable[[], Send]]] = []
    if arn := told.sns_topic_arn:
        wanted.append((arn, lambda: topic(aws(), arn)))
    if reference := told.webhook:
        wanted.append((_hook(told), lambda: webhook(secret(reference))))
    found: list[tuple[str, Send]] = []
    for name, made in wanted:
        try:
            found.append((name, made()))
        except MigrateError as problem:
            emit(Noted(f"{name} is told nothing: {problem}", warning=True))
    return found


def notices(told: NotificationsSection, migration: str, stage: str, steps: Iterable[str]) -> tuple[str, ...]:
    """What a stage of these steps tells if all goes well, after the names of who is told; nothing without channels."""
    names = [name for name in (told.sns_topic_arn, _hook(told) if told.webhook else "") if name]
    return (f"to {' and '.join(names)}", *foretold(migration, stage, steps)) if names else ()


def _hook(told: NotificationsSection) -> str:
    return f"the webhook of {told.webhook}"

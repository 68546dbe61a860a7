"""The channels of a team: which ones there are, and what a handover will tell them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from migrate.aws.session import AwsSession
from migrate.aws.topic import topic
from migrate.outside.notices import Send, foretold
from migrate.outside.webhook import webhook
from migrate.settings import NotificationsSection


def channels(
    told: NotificationsSection, aws: Callable[[], AwsSession], secret: Callable[[str], str]
) -> list[tuple[str, Send]]:
    """Name of each and the way to send."""
    found: list[tuple[str, Send]] = []
    if told.sns_topic_arn:
        found.append((told.sns_topic_arn, topic(aws(), told.sns_topic_arn)))
    if told.webhook:
        found.append((_hook(told), webhook(secret(told.webhook))))
    return found


def notices(told: NotificationsSection, migration: str, stage: str, steps: Iterable[str]) -> tuple[str, ...]:
    """What a stage of these steps tells if all goes well, after the names of who is told; nothing without channels."""
    names = [name for name in (told.sns_topic_arn, _hook(told) if told.webhook else "") if name]
    return (f"to {' and '.join(names)}", *foretold(migration, stage, steps)) if names else ()


def _hook(told: NotificationsSection) -> str:
    return f"the webhook of {told.webhook}"

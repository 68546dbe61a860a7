"""Drift of a stack, as CloudFormation detects it."""

from __future__ import annotations

from typing import Protocol

from migrate.model.drift import Drift


class Drifts(Protocol):
    def detect(self, stack: str) -> list[Drift]:
        """Compare every resource that CloudFormation can compare with its template, and wait for the answer.

        Raises AwsError, also where there is no such stack or it is changing.
        """

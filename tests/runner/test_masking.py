"""Nothing that looks like a password passes."""

from __future__ import annotations

import pytest

from migrate.runner.masking import masked


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://me:canary@host/db",
        "postgresql://me:can:canary@host/db failed",
        "host=h password=canary dbname=d",
        "password='canary with blanks' user=x",
        'PGPASSWORD: "canary"',
        "{'username': 'u', 'password': 'canary'}",
        '{"SecretString": "canary"}',
        "aws_secret_access_key=canary",
        "session_token = canary",
        "sslpassword=canary",
    ],
)
def test_a_secret_is_masked(text: str) -> None:
    assert "canary" not in masked(text)
    assert "***" in masked(text)


@pytest.mark.parametrize(
    "text",
    [
        "password authentication failed for user x",
        "https://docs.example/a:b",
        "arn:aws:secretsmanager:x:1:secret:name",
        "table public.orders: 5 rows at 10:30",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert masked(text) == text

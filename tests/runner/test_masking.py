"""Nothing that looks like a password passes, and what only speaks of one does."""

from __future__ import annotations

import pytest

from migrate.runner.masking import masked


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://me:canary@host/db",
        "postgresql://me:can:canary@host/db failed",
        "postgresql://me:p@canary@host/db",
        "mysql://me:can/canary@host/db",
        "redis://:canary@host:6379",
        "host=h password=canary dbname=d",
        "password='canary with blanks' user=x",
        r'password="with a \" the canary" user=x',
        'PGPASSWORD: "canary"',
        "MYSQL_PWD=canary mysqldump shop",
        "{'username': 'u', 'password': 'canary'}",
        '{"SecretString": "canary"}',
        r'{"SecretString": "{\"username\": \"u\", \"password\": \"canary\"}"}',
        r"said {\"password\": \"canary\"}",
        "aws_secret_access_key=canary",
        "AWS_SECRET_ACCESS_KEY: canary",
        "session_token = canary",
        "sslpassword=canary",
        "token=canary",
        "https://host/hook?user=x&token=canary",
        "secret=canary",
        'secret = "canary"',
        "client_secret=canary",
        "client_secret: canary",
        '{"token": "canary"}',
        "{'secret': 'canary'}",
        "api_key: canary",
        "apiKey=canary",
        "X-Api-Key: canary",
        "Authorization: Bearer canary",
        "authorization: basic canary",
        "'Authorization': 'Bearer canary'",
        "Authorization: canary-canary-canary",
        "sent Bearer c4canary.canary",
        "Authorization: AWS4-HMAC-SHA256 Credential=canary/20260101/x, Signature=canary",
        "https://bucket/key?X-Amz-Signature=canary",
        "mysql -pcanary",
        "mysql -u root -h db -p'canary with blanks' shop",
        "cd /backups && mysqldump --single-transaction -pcanary shop | gzip",
        "+ rotate --password canary --user x",
        "+ call --api-key=canary",
        "https://hooks.slack.com/services/T0/B0/canary",
        "-----BEGIN RSA PRIVATE KEY-----\ncanary\n-----END RSA PRIVATE KEY-----",
    ],
)
def test_a_secret_is_masked(text: str) -> None:
    assert "canary" not in masked(text)
    assert "***" in masked(text)
    assert masked(masked(text)) == masked(text)


@pytest.mark.parametrize(
    "key",
    [
        "AKIA" + "IOSFODNN7EXAMPLE",
        "ASIA" + "IOSFODNN7EXAMPLE",
        "eyJhbGciOiJIUzI1" + ".eyJzdWIiOiIxMjM0.SflKxwRJSMeKKF2QT4",
        "ghp_" + "0123456789abcdef",
        "xoxb-" + "0123456789-abcdef",
    ],
)
def test_what_is_known_by_its_look_is_masked_wherever_it_stands(key: str) -> None:
    assert masked(f"{key} was refused, not {key}: why?") == "*** was refused, not ***: why?"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("postgresql://me:canary@host:5432/db failed", "postgresql://me:***@host:5432/db failed"),
        ("host=h password=canary dbname=d", "host=h password=*** dbname=d"),
        ("client_secret=canary, then moved", "client_secret=***, then moved"),
        ("Authorization: Bearer canary was refused", "Authorization: Bearer *** was refused"),
        ("mysql -u app -pcanary shop failed", "mysql -u app -p*** shop failed"),
    ],
)
def test_what_stands_around_a_secret_stays(text: str, left: str) -> None:
    assert masked(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "password authentication failed for user x",
        "https://docs.example/a:b",
        "https://docs.example:8443/people/ann@corp.example",
        "mail ann@corp.example or https://ann@corp.example/",
        "arn:aws:secretsmanager:x:1:secret:name",
        "table public.orders: 5 rows at 10:30",
        "secret: moved",
        "switch the application's secret: done",
        'systems.secret: "shop/old" then, "shop/new" now',
        "the token: expired; tokens=5, secret_id=shop/app",
        "a client secret is wanted, and an api key",
        "where token == other",
        "credentials: none found",
        "signature: does not match",
        "authorization: refused by the desk",
        "Bearer authentication is wanted",
        "--password is required, or --token and --user",
        "mysql -P 3306 -u app -p shop",
        "mysqldump --single-transaction -h db shop",
        "mkdir -pv /backups; mysql is up",
        "hooks.slack.com answered 404",
        "AKIA is how such a key begins",
        "own/stop-workers: command ./stop-workers.sh: exit 1",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert masked(text) == text

"""What DMS says of a task that stopped is sorted into causes; what is unknown passes with its text."""

from __future__ import annotations

import re

import pytest

from migrate.aws.failures import CAUSES, ERRORS, cause_of, explained, said

RECORDED = "Last Error  {} Stop Reason {} Error Level {}"
"""The pattern of real messages (dms.md §8)."""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Got fatal error 1236 from source: 'Could not find first log file name in index' (1236)", "AWS-LOG-GONE"),
        ('replication slot "am_shop_main_reverse_1" does not exist', "AWS-SLOT-GONE"),
        ('can no longer get changes from replication slot "x"; it has been invalidated', "AWS-SLOT-GONE"),
        ("requested WAL segment 0000000100000A1B000000FE has already been removed", "AWS-SLOT-GONE"),
        ('FATAL: password authentication failed for user "aurora_migrate_capture"', "AWS-DMS-LOGIN"),
        ("Access denied for user 'aurora_migrate_feed'@'10.0.0.9' (using password: YES) (1045)", "AWS-DMS-LOGIN"),
        ('role "aurora_migrate_feed" is not permitted to log in', "AWS-DMS-LOGIN"),
        ("The secret shop/dms/source/capture lacks password.", "AWS-DMS-SECRET"),
        ("permission denied for table orders", "AWS-DMS-DENIED"),
        ("SELECT command denied to user 'x'@'%' for table 'orders' (1142)", "AWS-DMS-DENIED"),
        ("SSL error: certificate verify failed", "AWS-DMS-TLS"),
        ('connection to server at "db", port 5432 failed: SSL error: certificate verify failed', "AWS-DMS-TLS"),
        ("server does not support SSL, but SSL was required", "AWS-DMS-TLS"),
        ('no pg_hba.conf entry for host "10.0.0.9", user "x", no encryption', "AWS-DMS-TLS"),
        ("SSL SYSCALL error: EOF detected", "AWS-DMS-UNREACHED"),
        ("SSL SYSCALL error: Connection reset by peer", "AWS-DMS-UNREACHED"),
        ("SSL connection has been closed unexpectedly", "AWS-DMS-UNREACHED"),
        ("SSL error: unexpected eof while reading", "AWS-DMS-UNREACHED"),
        ("TLS/SSL error: Broken pipe", "AWS-DMS-UNREACHED"),
        ("could not receive data from server:\nSSL connection timed out", "AWS-DMS-UNREACHED"),
        ('could not extend file "base/5/1": No space left on device', "AWS-TARGET-FULL"),
        ("The table 'orders' is full (1114)", "AWS-TARGET-FULL"),
        ("cannot execute INSERT in a read-only transaction", "AWS-DMS-READ-ONLY"),
        ("The MySQL server is running with the --super-read-only option (1290)", "AWS-DMS-READ-ONLY"),
        ("sorry, too many clients already", "AWS-DMS-CONNECTIONS"),
        ("all replication slots are in use", "AWS-DMS-SLOTS"),
        ('logical decoding requires "wal_level" >= "logical"', "AWS-DMS-LOG-FORM"),
        ('duplicate key value violates unique constraint "orders_pkey"', "AWS-DMS-ROW-THERE"),
        ('insert on table "lines" violates foreign key constraint "lines_order"', "AWS-DMS-FOREIGN-KEY"),
        ('column "floor" of relation "addresses" does not exist', "AWS-DMS-SHAPE"),
        ("Unknown column 'floor' in 'field list' (1054)", "AWS-DMS-SHAPE"),
        ("LOB truncation: a value of orders.note is longer than LobMaxSize", "AWS-DMS-LOB"),
        ("The task stopped abnormally", "AWS-DMS-ABNORMAL"),
        ("ODBC general error.", "AWS-DMS-UNREACHED"),
        ("terminating connection due to administrator command", "AWS-DMS-UNREACHED"),
        ("Lost connection to MySQL server during query (2013)", "AWS-DMS-UNREACHED"),
        (
            "Task error notification received from subtask 0, thread 0 [reptask/replicationtask.c:2673] [1022502]",
            "AWS-DMS-SUBTASK",
        ),
    ],
)
def test_words_tell_the_cause(text: str, code: str) -> None:
    message = RECORDED.format(text, "RECOVERABLE_ERROR", "RECOVERABLE")
    cause = cause_of(message, "RECOVERABLE_ERROR")
    assert cause is not None
    assert cause.code == code
    error = explained("task shop-main is failed", cause, message, "Then go on.")
    assert text.rstrip(".") in error.message
    assert "Stop Reason" not in error.message
    assert error.fault == cause.fault.value
    assert error.hint.endswith("Then go on.") is not cause.lost


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("STOPPED_DUE_TO_LOW_DISK", "AWS-DMS-DISK"),
        ("STOPPED_DUE_TO_LOW_MEMORY", "AWS-DMS-MEMORY"),
        ("RECYCLE_TASK", "AWS-DMS-RESTARTED"),
        ("STOPPED_AFTER_DDL_APPLY", "AWS-DMS-DDL"),
        ("EXPRESS_LICENSE_LIMITS_REACHED", "AWS-DMS-LICENSE"),
    ],
)
def test_a_stop_reason_tells_it_without_words(reason: str, code: str) -> None:
    cause = cause_of("", reason)
    assert cause is not None
    assert cause.code == code


@pytest.mark.parametrize("reason", ["STOPPED_DUE_TO_LOW_DISK", "STOPPED_DUE_TO_LOW_MEMORY"])
def test_what_a_larger_instance_mends_is_not_loaded_anew(reason: str) -> None:
    cause = cause_of("", reason)
    assert cause is not None
    assert "replicate apply-settings" in cause.fix
    assert "load anew" not in cause.fix


def test_a_limit_that_is_at_its_most_is_passed_by_another_mode_of_lobs() -> None:
    """Unless told lob_max_kb is at its most: no higher one can be loaded with."""
    cause = cause_of("LobMaxSize")
    assert cause is not None
    assert 'lob = "unlimited"' in cause.fix
    assert "replicate apply-settings" in cause.fix


@pytest.mark.parametrize("text", ["", "Something that nobody has met yet [1099999]", "row 20020 of 1045222 was odd"])
def test_what_is_unknown_is_no_cause(text: str) -> None:
    assert cause_of(text, "FATAL_ERROR") is None


def test_every_cause_can_be_found_by_its_code_and_says_where_it_is_from() -> None:
    assert len({cause.code for cause in CAUSES}) == len(CAUSES)
    for cause in CAUSES:
        assert re.fullmatch(r"AWS-[A-Z-]+", cause.code)
        assert cause.words or cause.reasons
        assert cause.source.startswith("dms.md §")
        assert cause.fault in ERRORS


def test_the_frame_of_a_message_is_no_part_of_its_words() -> None:
    assert said(RECORDED.format("ODBC general error.", "RECOVERABLE_ERROR", "RECOVERABLE")) == "ODBC general error."
    assert said("plain") == "plain"

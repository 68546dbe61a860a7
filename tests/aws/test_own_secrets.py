"""Secrets that the migration makes; a secret of somebody else is never changed."""

from __future__ import annotations

import pytest

from migrate.aws.secrets import SecretsManagerSecrets
from migrate.aws.session import AwsSession
from migrate.errors import AwsError

pytestmark = pytest.mark.server


def test_make_read_change_delete(session: AwsSession) -> None:
    secrets = SecretsManagerSecrets(session)
    arn = secrets.ensure("own/one", {"password": "a"})
    assert secrets.ensure("own/one", {"password": "a"}) == arn
    assert secrets.ensure("own/one", {"password": "b"}) == arn
    assert secrets.read("own/one") == {"password": "b"}
    secrets.delete("own/one")
    secrets.delete("own/one")
    with pytest.raises(AwsError) as caught:
        secrets.read("own/one")
    assert caught.value.code == "AWS-ResourceNotFoundException"
    secrets.ensure("own/one", {"password": "c"})
    secrets.delete("own/one")


def test_somebody_elses_secret_is_left_alone(session: AwsSession) -> None:
    client = session.client("secretsmanager")
    client.create_secret(Name="own/theirs", SecretString='{"password":"CANARY"}')
    secrets = SecretsManagerSecrets(session)
    for act in (lambda: secrets.ensure("own/theirs", {"password": "x"}), lambda: secrets.delete("own/theirs")):
        with pytest.raises(AwsError) as caught:
            act()
        assert caught.value.code == "AWS-NOT-OURS"
        assert "CANARY" not in repr(caught.value)
    assert secrets.read("own/theirs") == {"password": "CANARY"}
    client.delete_secret(SecretId="own/theirs", ForceDeleteWithoutRecovery=True)

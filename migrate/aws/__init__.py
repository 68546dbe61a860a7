"""The only place that speaks to AWS: one adapter for each protocol of `migrate.ports.cloud`, all on one AwsSession.

A rehearsal does not swap these adapters, it swaps the session's endpoint URL.
"""

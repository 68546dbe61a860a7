"""What the workloads of all samples share: the ledger they write, the secret they follow, the pace they keep.

Applications know nothing of the migration: they follow one secret and reconnect when they must.
"""

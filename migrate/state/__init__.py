"""What the toolkit remembers: an append-only, hash-chained journal per migration, and the lease of the one who writes.

Invariants: an entry is on disk before `append` returns; nothing rewrites an entry; whoever lost the lease cannot write,
because the fencing number is checked in the transaction that inserts. The chain shows an edit; it is not a signature.
"""

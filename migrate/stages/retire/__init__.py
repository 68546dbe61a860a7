"""Take away what a migration made: in AWS, on the source, on the target.

Invariants: what is removed is named in the journaled request before anything is; only what was found to be this
migration's is; tasks go before what they use, and before the slots they read; the target is brought back to what it
was found as, as long as the application never moved there.
"""

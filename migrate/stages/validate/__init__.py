"""Validation: both sides hash their rows, the hashes are compared, and what differs is looked at again.

`validate.validate` compares whole tables while changes flow; `delta.prove_delta` compares what was touched, at rest.

Words: a *granule* is the smallest range of keys that is compared, a *run* is adjacent granules compared as one, a
*candidate* is a key that differed at one look, a *conviction* one that differed for certain.

Invariants: a table passes only if every granule of it was compared on both sides; a row is reported as different only
if both sides stood still across two settlings and differed all the while (or both are frozen); what could not be
compared is unknown, never equal; memory does not grow with the tables.
"""

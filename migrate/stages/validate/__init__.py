"""Validation: both sides hash their rows, the hashes are compared, and what differs is looked at again.

`validate.validate` compares whole tables while changes flow; `delta.prove_delta` compares what was touched, at rest.

Invariants: a table passes only if every chunk of it was compared on both sides; a row is reported as different only if
both sides stood still across two settlings and differed all the while; what could not be compared is unknown, never
equal; memory does not grow with the tables.
"""

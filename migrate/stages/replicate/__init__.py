"""Replicate: schema copy around a full load, then change capture, by AWS DMS.

Purpose: bring the target to the source's state and keep it there, with everything in place that a cutover will need:
markers, accounts, indexes and constraints, triggers at rest.

Invariants: a target that already holds rows is refused; applications cannot reach the target until a cutover opens it;
no password enters the journal; every step can be repeated after a crash in its middle.
"""

"""Assess: what will bite on Aurora and under DMS, before anything is made.

Invariants: nothing is written to the database; a rule that could not be asked is named; unknown is not ready.
"""

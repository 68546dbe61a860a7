"""Frozen records that flow between stages. Imports `checks` and the standard library only."""

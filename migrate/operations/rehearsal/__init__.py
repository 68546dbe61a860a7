"""Rehearse: the whole migration on real local servers, under an application's load, judged by its own ledger.

The operations are the ones the command line calls. What is special here is only the surroundings: a sandbox, a source
with a sample's data, an application in its own process, and a judge that imports nothing of this package.
"""

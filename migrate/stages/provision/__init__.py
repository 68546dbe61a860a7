"""Provision: the Aurora cluster by CloudFormation, change set first.

Purpose: create or change the target's stack so that what will happen is seen before it happens, and is verified by RDS
after it happened.

Invariants: nothing that holds data is removed or replaced unless its logical id was named; a run that was broken off
waits for what it began and goes on from there; CloudFormation's own good end is not believed without asking RDS.
"""

"""Cutover and rollback: one protocol, a *handover* of the application from the leaving to the arriving side.

Purpose: freeze the leaving side, drain the feed, prove that both sides are equal, close every other way in, switch the
application's secret once, open the arriving side, and have a proven way back. A rollback inside the reverse window is
the same handover with the sides exchanged.

Invariants: never are both sides open to the application; nothing is switched before it is proven; before the switch
everything can be unwound; after it the way back is another handover; what was captured under the freeze (positions,
grants) is journaled before it is used.
"""

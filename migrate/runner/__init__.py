"""The runner: executes, explains, resumes and unwinds plans.

Invariants: intent is journaled before a step acts; what `observe` saw first is what `undo` gets, whatever crashed in
between; a step counts as done by its journal entry or by the world's answer, never by an assumption; explaining and
executing decide by the same function (`standing.standing`).
"""

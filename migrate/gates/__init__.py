"""Gates: questions that must be answered yes. One file each; no I/O: a gate looks at a `CutoverView` and nothing else.

Every gate of a moment is asked, none is short-circuited, and unknown is closed.
"""

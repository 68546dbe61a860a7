"""The world beyond databases and AWS: a team's own commands and HTTP services.

Invariants: no shell; everything ends within its seconds; what is said is one line, cut and masked; nothing here raises
for what a command or a service does.
"""

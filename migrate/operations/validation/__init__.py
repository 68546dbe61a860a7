"""What surrounds the comparison: which tables, how, where it goes on after a kill, and what is made of its result."""

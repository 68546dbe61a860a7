"""Several rehearsals beside one another: their history as text, JSON and JUnit, and the table of faults."""

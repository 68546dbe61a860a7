"""Protocols: all that stages and gates know of databases, of AWS and of the journal."""

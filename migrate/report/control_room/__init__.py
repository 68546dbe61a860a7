"""The control room as text, as a page, and as a JSON document."""

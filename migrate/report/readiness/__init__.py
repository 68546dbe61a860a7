"""The readiness report: built once of plain blocks, drawn as HTML, Markdown or text."""

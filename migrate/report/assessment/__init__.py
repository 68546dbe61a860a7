"""An assessment in the forms that people and programs read: JSON, text, HTML, Markdown, SARIF and JUnit."""

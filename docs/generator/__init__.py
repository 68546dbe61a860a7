"""The generated pages, one module each; a page is a function that returns Markdown."""

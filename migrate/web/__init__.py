"""The control room for browsers: one page, one stream of what changed, nothing that can be asked for or changed."""

"""The command line: a command parses, calls an operation and shows what it returned. One module per noun."""

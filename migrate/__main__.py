"""`python -m migrate` is the command line."""

from migrate.cli.app import main

main()

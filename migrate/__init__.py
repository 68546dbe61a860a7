"""aurora-migrate: take a database to Amazon Aurora, prove that nothing was lost, and be able to come back."""

import logging
from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("aurora-migrate")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+unknown"

logging.getLogger(__name__).addHandler(logging.NullHandler())

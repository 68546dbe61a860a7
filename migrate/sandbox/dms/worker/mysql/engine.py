"""stub"""

from typing import Any

MySqlEngine: Any = None

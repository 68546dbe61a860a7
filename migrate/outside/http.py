"""One HTTP request to a team's own service."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request

from migrate.model.act import Performed

MOST_BYTES = 4096


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer: following it could turn a closed door into a login page that says 200."""

    def redirect_request(self, *_: object) -> None:
        return None


def ask(url: str, method: str, expect: int, seconds: float, body: bytes | None = None) -> Performed:
    """Yes when the status is `expect`, no for another one, and nothing to conclude when no answer came."""
    headers = {"User-Agent": "aurora-migrate", **({"Content-Type": "application/json"} if body else {})}
    request = urllib.request.Request(url, data=body, method=method, headers=headers)
    try:
        with urllib.request.build_opener(_NoRedirects).open(request, timeout=seconds) as answer:
            answer.read(MOST_BYTES)
            status = answer.status
    except urllib.error.HTTPError as refusal:
        status = refusal.code
    except (OSError, http.client.HTTPException, ValueError) as problem:
        reason = getattr(problem, "reason", problem)
        return Performed(None, f"no answer: {reason}")
    return Performed(status == expect, f"HTTP {status}" + ("" if status == expect else f", expected {expect}"))

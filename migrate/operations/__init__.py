"""Commands as functions: each takes a session and returns a typed result. CLI and rehearsal are skins over them."""

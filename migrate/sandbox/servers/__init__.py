"""Real local database servers: private, on loopback, never as root, and stopped whatever happens to their parent."""

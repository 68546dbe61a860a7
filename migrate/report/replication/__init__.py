"""How replication stands, as JSON, as text for a person, as metrics for Prometheus."""

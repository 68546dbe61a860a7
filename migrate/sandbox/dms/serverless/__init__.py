"""DMS Serverless: a replication configuration that finds, keeps and gives back its own compute (dms.md §3)."""

"""DMS Serverless behind the same calls as tasks of an instance."""

"""The AWS DMS stand-in: control plane, table mappings and the worker that moves rows."""

"""Composition root: the only place that picks an engine and builds adapters."""

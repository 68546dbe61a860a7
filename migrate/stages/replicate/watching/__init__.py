"""Watching replication: take a look, put two looks together, judge what DMS says by what else was seen."""

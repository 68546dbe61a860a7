"""The Aurora cluster as a CloudFormation template: one function from a ClusterSpec to JSON text.

Invariants: the text depends on the spec alone and is the same for the same spec; no secret stands in it; nothing that
holds data is deleted or replaced without a snapshot; logical replication and TLS are on from birth.
"""

from migrate.template.render import render

__all__ = ["render"]

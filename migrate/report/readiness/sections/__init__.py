"""One section of the readiness report a module. Each makes blocks, or None where there is nothing to tell."""

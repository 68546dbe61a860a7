"""PostgreSQL: test_decoding's slot, COPY, libpq's pipeline."""

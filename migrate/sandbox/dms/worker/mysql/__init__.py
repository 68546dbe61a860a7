"""The MySQL family: ROW events of the binary log, LOAD DATA, multi-statement batches."""

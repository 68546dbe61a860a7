"""Proofs beside the comparison of rows: what rows alone cannot show, and what explains why they differ.

One module each. A proof that *decides* makes the whole verdict `differs` or `unknown`, however equal the rows are;
one that only informs never does. What a server refuses makes a proof unknown, never equal.
"""

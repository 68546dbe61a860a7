"""Subscribers to events, and the printing of results. The only code that prints.

stdout carries results: text, or exactly one JSON document. stderr carries progress and errors.
"""

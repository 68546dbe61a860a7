"""Failures a user of the sandbox asks for: what goes wrong in real migrations, done to real servers and real tasks."""

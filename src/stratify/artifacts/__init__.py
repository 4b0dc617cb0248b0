"""Contracts between stages: the schema of every table that crosses a file boundary, and how it is read and written."""

"""Readers of raw files, chosen by the `reader:` key of a dataset file. A new kind of file is one module here."""

from stratify.harmonize.readers.registry import Reader, reader_for

__all__ = ["Reader", "reader_for"]

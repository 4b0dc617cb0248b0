"""Biomarker discovery and patient stratification from public omics and clinical data."""

from importlib.metadata import version

__version__ = version("stratify-omics")

RESEARCH_USE_ONLY = "Research use only. Not a medical device; not for diagnosis or for decisions about a patient."

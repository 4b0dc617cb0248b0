"""Every oddity of a cohort, found by small checks, each in a function of its own."""

from stratify.harmonize.findings.acknowledge import blocking_message, findings_frame
from stratify.harmonize.findings.finding import Finding
from stratify.harmonize.findings.order import modalities_disagree

__all__ = ["Finding", "blocking_message", "findings_frame", "modalities_disagree"]

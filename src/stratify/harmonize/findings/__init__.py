"""Every oddity of a cohort, found by small checks, each in a function of its own."""

from stratify.harmonize.findings.acknowledge import blocking_message, findings_frame
from stratify.harmonize.findings.finding import Finding

__all__ = ["Finding", "blocking_message", "findings_frame"]

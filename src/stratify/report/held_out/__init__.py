"""The report's parts for studies that hold out whole cohorts."""

from stratify.report.held_out import (
    inputs,
    matrix,
    overlap,
    patients,
    performance,
    predictors,
    sensitivity,
    strata,
    verdict,
)

__all__ = ["inputs", "matrix", "overlap", "patients", "performance", "predictors", "sensitivity", "strata", "verdict"]

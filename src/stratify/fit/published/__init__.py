"""Published comparators: formulas with their coefficients, and published designs refitted to the training patients."""

from stratify.fit.published.classifier import TooFewPatientsError
from stratify.fit.published.expression import CohortExpression, cohort_expression
from stratify.fit.published.registry import (
    PUBLICATIONS,
    PUBLISHED,
    RELATIVE,
    CohortRelative,
    Published,
    with_published_values,
)

__all__ = [
    "PUBLICATIONS",
    "PUBLISHED",
    "RELATIVE",
    "CohortExpression",
    "CohortRelative",
    "Published",
    "TooFewPatientsError",
    "cohort_expression",
    "with_published_values",
]

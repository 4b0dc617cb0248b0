"""Published comparators: formulas with their coefficients, and published designs refitted to the training patients."""

from stratify.fit.published.classifier import TooFewPatientsError
from stratify.fit.published.registry import PUBLISHED, Published, with_published_values

__all__ = ["PUBLISHED", "Published", "TooFewPatientsError", "with_published_values"]

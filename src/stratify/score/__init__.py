"""Score patients with a trained model."""

from stratify.score.card import FeatureRange, ModelCard, feature_ranges
from stratify.score.model import PatientModel

__all__ = ["FeatureRange", "ModelCard", "PatientModel", "feature_ranges"]

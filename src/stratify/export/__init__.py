"""Hand a study's patients to other software."""

from stratify.export.annotated import FEATURES, require_library, study_mudata, write_mudata
from stratify.export.measured import Measured, measured_by_modality

__all__ = ["FEATURES", "Measured", "measured_by_modality", "require_library", "study_mudata", "write_mudata"]

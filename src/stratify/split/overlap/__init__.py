"""Is anybody in a study twice? By identifiers, clinical fingerprints, profiles and mutations, against chance."""

from stratify.split.overlap.audit import Audit, audit_overlap
from stratify.split.overlap.sides import require_one_side, suspected

__all__ = ["Audit", "audit_overlap", "require_one_side", "suspected"]

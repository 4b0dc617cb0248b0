"""What a study's result depends on, judged on its held-out predictions."""

from stratify.evaluate.sensitivity.table import sensitivity

__all__ = ["sensitivity"]

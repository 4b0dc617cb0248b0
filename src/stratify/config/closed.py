"""The base of every configuration model: unknown keys are errors."""

from pydantic import BaseModel, ConfigDict


class Closed(BaseModel):
    """A configuration section in which a mistyped key is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

"""The base of every configuration model: unknown keys are errors."""

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict


class Closed(BaseModel):
    """A configuration section in which a mistyped key is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


def written_short_as(short: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
    """Tell editors that a section can also be written in a short form.

    Parameters
    ----------
    short
        JSON Schema of the short form.

    Returns
    -------
    callable
        For pydantic's `json_schema_extra`.
    """

    def extend(schema: dict[str, Any]) -> None:
        full = dict(schema)
        schema.clear()
        schema.update({key: full[key] for key in ("title", "description") if key in full}, anyOf=[short, full])

    return extend

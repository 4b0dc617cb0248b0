"""Rules that say who is positive."""

from typing import Annotated, Literal

from pydantic import Field

from stratify.config.closed import Closed


class ObjectiveResponse(Closed):
    """RECIST complete or partial response against stable or progressive disease, unless `stable_disease` says else."""

    rule: Literal["objective_response"]
    """Name of the rule."""

    version: Literal[1] = 1
    """Version of the rule; results of different versions are not comparable."""

    field: str = "best_response"
    """Endpoint column that holds CR, PR, SD, PD or NE."""

    stable_disease: Literal["non_response", "response", "excluded"] = "non_response"
    """What stable disease (SD) counts as; `excluded` takes these patients out."""


class LandmarkEvent(Closed):
    """An event before a fixed time; patients censored earlier cannot be classified and are excluded."""

    rule: Literal["landmark_event"]
    """Name of the rule."""

    version: Literal[1] = 1
    """Version of the rule; results of different versions are not comparable."""

    time: str
    """Endpoint column with the time to event or censoring, in days."""

    event: str
    """Endpoint column with 1 for an event, 0 for censored."""

    days: float = Field(gt=0)
    """The landmark, in days after baseline."""


class AsPublished(Closed):
    """The label the authors published, taken as it is."""

    rule: Literal["as_published"]
    """Name of the rule."""

    version: Literal[1] = 1
    """Version of the rule; results of different versions are not comparable."""

    field: str
    """Endpoint column that holds 1 for the positive class, 0 for the other."""


Endpoint = Annotated[ObjectiveResponse | LandmarkEvent | AsPublished, Field(discriminator="rule")]

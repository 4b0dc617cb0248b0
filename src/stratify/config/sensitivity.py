"""The key `sensitivity` of a study: what its result depends on, judged on the predictions that exist."""

from typing import Annotated

from pydantic import Field, field_validator

from stratify.config.closed import Closed
from stratify.config.endpoint import Endpoint

ClinicalName = Annotated[str, Field(pattern=r"^clin\.[a-z][a-z0-9_]*$")]
VariantName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$")]


class Sensitivity(Closed):
    """What the result depends on. Every analysis judges the same held-out predictions; nothing is fitted again.

    Clinical columns named here need not be features, and no model reads them because they are named here.
    """

    labels: dict[VariantName, Endpoint] = Field(default_factory=dict)
    """Other rules that say who is positive, by name. Patients whom a rule cannot classify are left out; so are cohorts
    without its endpoint columns."""

    without: dict[VariantName, dict[ClinicalName, list[str | int | float]]] = Field(default_factory=dict)
    """Patients to leave out, by name of the group: clinical column to the values of those who leave, such as
    `on_treatment_biopsy: {clin.biopsy_context: [on_treatment]}`. With several columns, those leave who have such a
    value in any."""

    leave_out_each: list[ClinicalName] = Field(default_factory=list)
    """Categorical clinical columns: the means over cohorts again without each level in turn, such as each cancer
    type."""

    local_patients: list[Annotated[int, Field(ge=1)]] = Field(default_factory=list)
    """Numbers of patients of a new hospital, in increasing order, on whom the probabilities are recalibrated; judged
    on the others of the same hospital."""

    @field_validator("local_patients")
    @classmethod
    def _increasing(cls, value: list[int]) -> list[int]:
        if sorted(set(value)) != value:
            raise ValueError(f"local_patients must increase, found {value}")
        return value

    @property
    def asks_of_patients(self) -> bool:
        """Whether labels or clinical columns of the patients are needed beyond the study table."""
        return bool(self.labels or self.columns)

    @property
    def asks(self) -> bool:
        """Whether there is anything to analyse."""
        return self.asks_of_patients or bool(self.local_patients)

    @property
    def columns(self) -> list[str]:
        """Clinical columns that are needed, each once."""
        of_groups = [column for groups in self.without.values() for column in groups]
        return list(dict.fromkeys([*of_groups, *self.leave_out_each]))

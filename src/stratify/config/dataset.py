"""`config/datasets/<id>.yaml`: one cohort, and how to read it in common names and units."""

import re
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints, field_validator, model_validator

from stratify.config.closed import Closed, written_short_as

Scalar = str | int | float | bool
Orientation = Literal["features_by_samples", "samples_by_features"]
ColumnName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")]


class TableFile(Closed):
    """A rectangular file and how it is laid out."""

    reader: Literal["table"] = "table"
    """How the file is read; `table` takes csv, tsv, txt, xlsx, parquet and arff, compressed or not."""

    file: str
    """Name of the file in the dataset's source."""

    sheet: str | None = None
    """Sheet of a workbook; the first where not given."""

    separator: str | None = None
    """Column separator of a text file; from the file name (`.csv` comma, else tab) where not given."""

    index_column: bool = False
    """The file's first column holds row names and has no header (as R's `write.table` leaves it)."""

    comment: str | None = None
    """Lines that start with this character are skipped."""

    skip_rows: int = 0
    """Number of lines above the header."""

    encoding: str = "utf-8-sig"
    """Text encoding; the default also takes a byte-order mark."""

    decimal: Literal[".", ","] = "."
    """Decimal sign of numbers in a text file."""

    missing: list[str] = Field(default=["NA", "NaN", "nan"])
    """Texts that mean missing anywhere in the file, besides empty cells."""


class Column(Closed):
    """How one column in our names is made from the file. Written short as just the source column's name."""

    model_config = ConfigDict(json_schema_extra=written_short_as({"type": "string"}))

    source: str | None = Field(default=None, alias="from")
    """Column in the file; not given for a `constant`."""

    unit: str | None = None
    """Unit of the values in the file (`month`, `mm`, `g_per_l`); converted to the unit in the column's name."""

    values: dict[Scalar, Scalar | None] | None = None
    """Value map: what stands in the file to what it means; a value that is not listed is an error."""

    groups: dict[str, list[Scalar]] | None = None
    """The inverse of `values` for long lists: our value to the list of values in the file."""

    otherwise: Scalar | None = None
    """With `groups`: the value of everything that is not listed (`null`: missing). Where the key is not written, a
    value that is not listed is an error."""

    missing: list[Scalar] = Field(default_factory=list)
    """Codes that mean missing, besides empty cells."""

    constant: Scalar | None = None
    """The same value for every row (a fact about the cohort that is not in the file)."""

    kind: Literal["number", "category"] | None = None
    """Type of the column; from the vocabulary or the value map where not given."""

    plausible: tuple[float, float] | None = None
    """Lowest and highest believable value, in our unit; from the vocabulary where not given."""

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        return {"from": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_origin(self) -> "Column":
        if (self.source is None) == (self.constant is None):
            raise ValueError("give either 'from' (a column of the file) or 'constant'")
        if self.values is not None and self.groups is not None:
            raise ValueError("give 'values' or 'groups', not both")
        if "otherwise" in self.model_fields_set and self.groups is None:
            raise ValueError("'otherwise' goes with 'groups'")
        if self.constant is not None and (self.values or self.groups or self.missing or self.unit):
            raise ValueError(
                "a 'constant' is written in our names and units; it takes no values, groups, missing or unit"
            )
        return self

    @field_validator("groups")
    @classmethod
    def _listed_once(cls, groups: dict[str, list[Scalar]] | None) -> dict[str, list[Scalar]] | None:
        listed = [str(value) for values in (groups or {}).values() for value in values]
        twice = sorted({value for value in listed if listed.count(value) > 1})
        if twice:
            raise ValueError(f"lists the same value twice: {', '.join(twice[:3])}")
        return groups


class Clinical(TableFile):
    """The clinical table: one row a sample, with at least an identifier and a time point."""

    orientation: Orientation = "samples_by_features"
    """`features_by_samples` for a table whose rows are variables and whose columns are samples."""

    id: str | None = None
    """Column with the patient's identifier. Where not given: the row names if `index_column` is set, else the rows are
    numbered (`row_001`), an identity that depends on the file's order and holds only within this very file."""

    sample: str | None = None
    """Column with the sample's identifier, where a patient can have several; else the patient's."""

    arm: Column | None = None
    """Arm, where identifiers repeat between arms; becomes part of `patient_id`."""

    timepoint: Column
    """When the sample was taken; only `baseline` (before treatment) enters a study."""

    columns: dict[ColumnName, Column] = Field(default_factory=dict)
    """Patient characteristics known before treatment, by our name with its unit (`age_years`)."""

    endpoints: dict[ColumnName, Column] = Field(default_factory=dict)
    """Outcomes, by our name (`os_days`, `os_event`, `best_response`, …). Never features."""

    @model_validator(mode="before")
    @classmethod
    def _constant_timepoint(cls, value: object) -> object:
        if isinstance(value, dict) and isinstance(value.get("timepoint"), str):
            return value | {"timepoint": {"constant": value["timepoint"]}}
        return value


class Modality(TableFile):
    """A table of many measurements of the same kind, such as gene expression."""

    namespace: str = Field(pattern=r"^[a-z][a-z0-9]*$")
    """Prefix of the features (`gene`, `probe`, `taxon`)."""

    orientation: Orientation
    """Whether rows of the file are features or samples."""

    id: str | None = None
    """Column that identifies a row (feature or sample). Where not given: the row names if `index_column` is set, else
    the numbered rows of the clinical table, which then must be the same file."""

    columns: str | None = None
    """Regular expression that picks the measured columns (matched from the start of their names); all but the
    identifier where not given."""

    unit: Literal["log2_tpm", "log2_cpm", "log2_intensity", "counts", "zscore", "rank_normal", "fraction", "percent"]
    """What the values are. Declared, never guessed."""

    @field_validator("columns")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        return pattern


class Acknowledgement(Closed):
    """A finding that was looked at, and why the run may go on in spite of it."""

    finding: str
    """Name of the finding, as in `findings.parquet`."""

    column: str | None = None
    """Column it concerns; every column where not given."""

    reason: str
    """Why it is acceptable; printed in the report."""


class DatasetConfig(Closed):
    """One cohort."""

    title: str
    """Author, year, disease, therapy."""

    source: str
    """The source it reads: a file in `config/sources`, without `.yaml`."""

    patient_pool: str
    """Cohorts of one pool may share people (one hospital's registries)."""

    study_family: str
    """Cohorts of one family come from one study, consortium or laboratory run."""

    control_arm: Literal["none", "randomised"] = "none"
    """Whether patients were randomised against a control; without one no marker can be shown to be predictive."""

    cohort_relative: str | None = None
    """Why a patient's values depend on who else is in the file (rank-normalised, batch-corrected); none where not."""

    caveats: list[str] = Field(default_factory=list)
    """What a reader of results on this cohort must know; printed in the report."""

    clinical: Clinical
    """The clinical table."""

    modalities: dict[str, Modality] = Field(default_factory=dict)
    """Omics tables by name."""

    acknowledge: list[Acknowledgement] = Field(default_factory=list)
    """Findings that were looked at, each with its reason; without one, a finding of severity `error` stops the run."""

    @model_validator(mode="after")
    def _numbered_rows(self) -> "DatasetConfig":
        clinical = self.clinical
        for name, modality in self.modalities.items():
            if modality.id is not None or modality.index_column:
                continue
            if modality.orientation == "features_by_samples":
                raise ValueError(f"modalities.{name}: give 'id', the column that names the features, or 'index_column'")
            same_rows = (modality.file, modality.sheet) == (clinical.file, clinical.sheet)
            if not same_rows or clinical.id is not None or clinical.index_column or clinical.sample is not None:
                raise ValueError(
                    f"modalities.{name}: give 'id', the column that names the samples; rows are matched by number only "
                    "within one file whose clinical table is numbered too"
                )
        return self

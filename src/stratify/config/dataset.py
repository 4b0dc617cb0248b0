"""`config/datasets/<id>.yaml`: one cohort, and how to read it in common names and units."""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, field_validator, model_validator

from stratify.config.closed import Closed, written_short_as
from stratify.config.expression import GeneIds, GeneLengths, GeneTableFile, Unit, conversion_problem
from stratify.config.identifier import Identifier
from stratify.config.mutations import MUTATION_UNITS, Mutations, MutationUnit

Scalar = str | int | float | bool
Orientation = Literal["features_by_samples", "samples_by_features"]
ColumnName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")]

TEXT_OPTIONS = frozenset({"separator", "comment", "skip_rows", "encoding"})
READER_OPTIONS: dict[str, frozenset[str]] = {
    "cbioportal": frozenset({"profile"}),
    "maf": frozenset({"separator", "comment", "encoding"}),
    "table": TEXT_OPTIONS | {"sheet", "index_column", "decimal"},
    "summarized_experiment": frozenset({"object", "experiment", "assay"}),
    "counts_table": TEXT_OPTIONS,
    "geo_series_matrix": frozenset({"encoding"}),
    "h5ad": frozenset({"assay"}),
    "h5mu": frozenset({"experiment", "assay"}),
}
"""Keys of a file's layout that each reader takes, besides those that all take."""

GENE_READERS = ("cbioportal", "maf")
"""Readers of formats with genes in rows, in a column that is called the same everywhere."""

NAMED_READERS = ("summarized_experiment", "counts_table", "geo_series_matrix", "h5ad", "h5mu")
"""Readers of formats that name their rows: where no `id` is given, the row names identify."""


class TableFile(Closed):
    """A rectangular file and how it is laid out."""

    reader: Literal[
        "table", "cbioportal", "maf", "summarized_experiment", "counts_table", "geo_series_matrix", "h5ad", "h5mu"
    ] = "table"
    """How the file is read. `table`: csv, tsv, txt, xlsx, parquet and arff, compressed or not. `summarized_experiment`:
    Bioconductor's SummarizedExperiment, MultiAssayExperiment and ExpressionSet, and R data frames and matrices, in
    `.rds`, `.rda` or `.RData`. `counts_table`: read counts as text, genes in rows, named by the first column or `id`.
    `geo_series_matrix`: a series matrix of the Gene Expression Omnibus, characteristics by their own keys. `h5ad`,
    `h5mu`: AnnData and MuData (need the extra `h5ad`). These five take the row names where `id` is not given.
    `cbioportal`: a study of cBioPortal, its folder in the source or its archive (`.tar.gz`, `.zip`); `id` and `sample`
    are then `PATIENT_ID` and `SAMPLE_ID`. `maf`: mutation annotation format, any text table with one row a mutation."""

    file: str
    """Name of the file in the dataset's source."""

    more_files: list[str] = Field(default_factory=list)
    """Further files of the source with other samples of the cohort, laid out like `file` and joined to it."""

    object: str | None = None
    """`summarized_experiment`: name of the R object in the file; not needed where it holds only one."""

    experiment: str | None = None
    """Experiment of a MultiAssayExperiment, or modality of a `.h5mu`. In the clinical table it makes one row a sample
    of that experiment (of a MultiAssayExperiment with the patient in column `primary`) instead of one a patient."""

    profile: str | None = None
    """`cbioportal`: `stable_id` of the profile, as in one of the study's meta files (`mutations`,
    `rna_seq_v2_mrna`); needed for a modality."""

    assay: str | None = None
    """`summarized_experiment`: name of the assay; not needed where there is only one. `h5ad`, `h5mu`: name of a layer;
    `X` where not given."""

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

    @model_validator(mode="before")
    @classmethod
    def _named_rows(cls, value: Any) -> Any:
        named = isinstance(value, dict) and value.get("reader") in NAMED_READERS
        if named and value.get("id") is None and "index_column" not in value:
            return value | {"index_column": True}
        return value

    @model_validator(mode="after")
    def _options_of_the_reader(self) -> Self:
        taken = READER_OPTIONS[self.reader]
        given = sorted((self.model_fields_set & frozenset().union(*READER_OPTIONS.values())) - taken)
        if self.reader in NAMED_READERS and self.index_column:
            given.remove("index_column")
        if given:
            raise ValueError(
                f"reader '{self.reader}' does not take {', '.join(map(repr, given))}; it takes "
                f"{', '.join(sorted(taken))}"
            )
        return self

    @property
    def files(self) -> list[str]:
        """Every file that is read."""
        return [self.file, *self.more_files]

    @property
    def beside(self) -> list[str]:
        """Files that are read besides, for what they say of the others."""
        return []


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

    of_samples: dict[str, Scalar | None] = Field(default_factory=dict)
    """What should stand in the file for single samples (by the sample's identifier there), where the file is known to
    be wrong and another source right; `null`: missing. Say which in a comment."""

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
        if self.constant is not None and self.of_samples:
            raise ValueError("'of_samples' corrects a column of the file; a 'constant' has none")
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

    rows: dict[str, Annotated[list[Scalar], Field(min_length=1)]] = Field(default_factory=dict)
    """Of a file that holds several cohorts, the rows of this one: columns of the file to the values that its rows have
    (`cohort: [Liu]`). The other rows, and measurements of their samples, are left out and counted."""

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

    @property
    def named(self) -> list[str]:
        """Columns of the file that are read."""
        made = [self.timepoint, *([self.arm] if self.arm else []), *self.columns.values(), *self.endpoints.values()]
        names = [self.id, self.sample, *self.rows, *(column.source for column in made)]
        return [name for name in dict.fromkeys(names) if name is not None]

    @model_validator(mode="before")
    @classmethod
    def _named_by_the_portal(cls, value: Any) -> Any:
        if isinstance(value, dict) and value.get("reader") == "cbioportal":
            return {"id": "PATIENT_ID", "sample": "SAMPLE_ID"} | value
        return value

    @model_validator(mode="after")
    def _named_in_a_shared_file(self) -> "Clinical":
        if self.rows and self.id is None and not self.index_column:
            raise ValueError("'rows' picks the rows of one cohort, which then need an 'id' (a column that names them)")
        return self

    @model_validator(mode="after")
    def _one_study(self) -> "Clinical":
        if self.reader == "cbioportal" and self.more_files:
            raise ValueError("reader 'cbioportal' takes one study; describe each study as a dataset of its own")
        return self

    @model_validator(mode="before")
    @classmethod
    def _constant_timepoint(cls, value: Any) -> Any:
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
    identifier where not given. With a group, the text it matches names the column: `gep_(.+)`."""

    unit: Unit | MutationUnit
    """What the values in the file are. Declared, never guessed. Of mutations: what the table is to hold, `present` (1
    mutated, 0 not) or `mutation_count`."""

    mutations: Mutations | None = None
    """Which mutations count and in whom they were looked for; goes with the units `present` and `mutation_count`."""

    offset: float | None = Field(default=None, ge=0)
    """Of `log2_tpm`, `log2_cpm` and `log2_fpkm`: the c of log2(x + c) as the file has it; needed for `to`."""

    to: Literal["log2_tpm", "log2_cpm"] | None = None
    """Unit to convert expression to, written log2(x + 1), each sample by itself; as in the file where not given."""

    lengths: GeneLengths | None = None
    """Gene lengths, for `counts` to `log2_tpm`."""

    genes: GeneIds | None = None
    """Table that turns the gene identifiers of the file into symbols; taken as they are where not given."""

    @field_validator("columns")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        return pattern

    @model_validator(mode="before")
    @classmethod
    def _named_by_the_format(cls, value: Any) -> Any:
        if not isinstance(value, dict) or value.get("reader") not in GENE_READERS:
            return value
        value = {"orientation": "features_by_samples", "id": "Hugo_Symbol"} | value
        unmarked = value.get("unit") in MUTATION_UNITS and value.get("mutations") is None
        return value | {"mutations": {}} if unmarked else value

    @model_validator(mode="after")
    def _mutations_in_their_units(self) -> "Modality":
        if self.reader not in GENE_READERS:
            if self.mutations is not None or self.unit in MUTATION_UNITS:
                raise ValueError(
                    f"'mutations' and the units {' and '.join(MUTATION_UNITS)} go with the readers "
                    f"{' and '.join(sorted(GENE_READERS))}"
                )
            return self
        if self.orientation != "features_by_samples" or self.more_files:
            raise ValueError(
                f"reader '{self.reader}' gives genes in rows, from one file or study: it takes neither "
                "'more_files' nor another orientation"
            )
        if (self.mutations is not None) != (self.unit in MUTATION_UNITS) or (
            self.reader == "maf" and self.mutations is None
        ):
            raise ValueError(f"mutations come in the units {' and '.join(MUTATION_UNITS)}, and nothing else does")
        if self.reader == "cbioportal" and self.profile is None:
            raise ValueError("name the 'profile', the `stable_id` in one of the study's meta files")
        if self.reader == "cbioportal" and self.mutations is not None and self.mutations.profiled is not None:
            raise ValueError("'profiled' is not needed: a study of cBioPortal names its sequenced samples itself")
        return self

    @property
    def beside(self) -> list[str]:
        """Files read besides the measurements: the list of profiled samples."""
        profiled = self.mutations.profiled if self.mutations is not None else None
        return [profiled.file] if profiled is not None else []

    @model_validator(mode="after")
    def _convertible(self) -> "Modality":
        problem = conversion_problem(
            self.unit,
            self.to,
            offset=self.offset is not None,
            lengths=self.lengths is not None,
            genes=self.genes is not None,
        )
        if problem is not None:
            raise ValueError(problem)
        if self.lengths is not None and self.lengths.identifier is not None and self.genes is None:
            raise ValueError(
                "'lengths' by other identifiers than the file's need 'genes', which brings both to symbols"
            )
        if self.genes is not None and self.namespace != "gene":
            raise ValueError(f"'genes' makes gene symbols; it goes with namespace 'gene', not {self.namespace!r}")
        return self

    @property
    def harmonized_unit(self) -> str:
        """Unit of the harmonized table."""
        return self.to or self.unit

    @property
    def tables(self) -> list[GeneTableFile]:
        """The gene tables that it needs, each a file of a source of its own."""
        return [table for table in (self.genes, self.lengths) if table is not None]


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

    source: Identifier
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

    modalities: dict[Identifier, Modality] = Field(default_factory=dict)
    """Omics tables by name."""

    acknowledge: list[Acknowledgement] = Field(default_factory=list)
    """Findings that were looked at, each with its reason; without one, a finding of severity `error` stops the run."""

    @property
    def sources(self) -> list[str]:
        """Every source that is read: the cohort's own first, then those of its gene tables."""
        tables = (table.source for modality in self.modalities.values() for table in modality.tables)
        return list(dict.fromkeys([self.source, *tables]))

    @model_validator(mode="after")
    def _one_burden(self) -> "DatasetConfig":
        taken: dict[str, str] = dict.fromkeys(self.clinical.columns, "clinical.columns")
        for name, modality in self.modalities.items():
            burden = modality.mutations.burden if modality.mutations is not None else None
            if burden in taken:
                raise ValueError(f"modalities.{name}: {burden!r} also comes from {taken[burden]}; leave one out")
            if burden is not None:
                taken[burden] = f"modalities.{name}"
        return self

    @model_validator(mode="after")
    def _numbered_rows(self) -> "DatasetConfig":
        clinical = self.clinical
        for name, modality in self.modalities.items():
            if modality.id is not None or modality.index_column:
                continue
            if modality.orientation == "features_by_samples":
                raise ValueError(f"modalities.{name}: give 'id', the column that names the features, or 'index_column'")
            same_rows = (modality.files, modality.sheet) == (clinical.files, clinical.sheet)
            if not same_rows or clinical.id is not None or clinical.index_column or clinical.sample is not None:
                raise ValueError(
                    f"modalities.{name}: give 'id', the column that names the samples; rows are matched by number only "
                    "within one file whose clinical table is numbered too"
                )
        return self

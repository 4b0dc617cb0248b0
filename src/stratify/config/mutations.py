"""The part of a dataset file that says which mutations count, and in whom they were looked for."""

import re
from typing import Literal, get_args

from pydantic import Field, field_validator, model_validator

from stratify.config.closed import Closed

MutationUnit = Literal["present", "mutation_count"]
"""Of a modality of mutations: 1 mutated and 0 not, or the number of mutations in the gene."""

MUTATION_UNITS: tuple[str, ...] = get_args(MutationUnit)

Effect = Literal["truncating", "protein_changing", "silent"]
"""What a mutation does to the protein."""


class Profiled(Closed):
    """A file that names the samples in which mutations were looked for, whether any was found or not."""

    file: str
    """Name of the file in the dataset's source: a table (also the clinical one), or a list with one identifier a
    line."""

    id: str | None = None
    """Column of the table with the identifiers that the mutations use; not given for a plain list."""

    column: str | None = None
    """Column of the table that says who was profiled; every row where not given."""

    is_one_of: list[str] = Field(default_factory=list)
    """Values of `column` that mean profiled, as they are written in the file."""

    separator: str | None = None
    """Column separator; from the file name (`.csv` comma, else tab) where not given."""

    @model_validator(mode="after")
    def _column_with_values(self) -> "Profiled":
        if (self.column is None) != (not self.is_one_of):
            raise ValueError("'column' and 'is_one_of' go together: the column, and its values that mean profiled")
        if self.column is not None and self.id is None:
            raise ValueError("'column' is one of a table; name the table's identifiers as 'id'")
        return self


class Mutations(Closed):
    """Which mutations count as one in a gene, and in whom they were looked for."""

    counted: Literal["non_silent", "truncating", "hotspot"] = "non_silent"
    """`non_silent` changes the protein in any way, `truncating` cuts it short or breaks a splice site, `hotspot` is in
    the list `hotspots`."""

    hotspots: list[str] = Field(default_factory=list)
    """With `counted: hotspot`: gene and protein change, such as `BRAF p.V600E`, or gene and position for any change
    there, such as `KRAS 12`."""

    sample: str = "Tumor_Sample_Barcode"
    """Column with the sample's identifier."""

    sample_pattern: str | None = None
    """Regular expression with one group that takes the clinical table's identifier out of the file's (`(TCGA-..-....)`
    of a longer barcode)."""

    classification: str = "Variant_Classification"
    """Column with the effect, in the words of the mutation annotation format or the Sequence Ontology."""

    protein_change: str = "HGVSp_Short"
    """Column with the protein change, for `hotspots`."""

    effects: dict[str, Effect] = Field(default_factory=dict)
    """What words of `classification` mean that are in neither vocabulary, or mean something else here."""

    profiled: Profiled | None = None
    """Who was profiled. Without it (and without a study folder, which says so itself) everyone with a mutation is taken
    as profiled, and everyone without is missing, not unmutated."""

    burden: Literal["tmb_per_mb", "mutation_count"] | None = None
    """Also count each sample's mutations, as the clinical column of this name: per megabase of `megabases`, or plainly
    the number, which cannot be compared with that of another panel."""

    megabases: float | None = Field(default=None, gt=0)
    """Size of what was sequenced, in megabases; needed for `tmb_per_mb`."""

    @field_validator("sample_pattern")
    @classmethod
    def _one_group(cls, pattern: str | None) -> str | None:
        if pattern is None:
            return None
        try:
            groups = re.compile(pattern).groups
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        if groups != 1:
            raise ValueError(f"expected one group, in round brackets, that is the identifier; found {groups}")
        return pattern

    @field_validator("hotspots")
    @classmethod
    def _gene_and_change(cls, hotspots: list[str]) -> list[str]:
        wrong = [hotspot for hotspot in hotspots if not re.fullmatch(r"\S+ (p\.\S+|\d+)", hotspot)]
        if wrong:
            raise ValueError(
                f"expected gene and protein change ('BRAF p.V600E') or gene and position ('KRAS 12'), found "
                f"{wrong[0]!r}"
            )
        return hotspots

    @model_validator(mode="after")
    def _fits_together(self) -> "Mutations":
        if (self.counted == "hotspot") != bool(self.hotspots):
            raise ValueError("'counted: hotspot' and the list 'hotspots' go together")
        if self.burden is not None and self.counted != "non_silent":
            raise ValueError(
                f"'burden' counts every non-silent mutation; it does not go with 'counted: {self.counted}'"
            )
        if self.burden == "tmb_per_mb" and self.megabases is None:
            raise ValueError(
                "'burden: tmb_per_mb' needs 'megabases', the size of what was sequenced; where it is not known, "
                "'burden: mutation_count'"
            )
        if self.megabases is not None and self.burden != "tmb_per_mb":
            raise ValueError("'megabases' goes with 'burden: tmb_per_mb'")
        return self

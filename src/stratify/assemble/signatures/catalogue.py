"""Published gene signatures: what they are made of, read from a catalogue file."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from stratify.config.closed import Closed
from stratify.config.load import read_yaml, validate

SignatureId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class Signature(Closed):
    """A published score of one tumour sample."""

    title: str
    """What it is meant to measure."""

    method: Literal["mean", "weighted_sum"]
    """`mean` averages the genes; `weighted_sum` adds weight times value."""

    genes: list[str] = Field(min_length=1)
    """HGNC symbols."""

    weights: list[float] | None = None
    """Published weights, in the order of `genes`; with `weighted_sum` only."""

    reference_genes: list[str] = Field(default_factory=list)
    """Housekeeping genes whose mean is subtracted from every gene, on a log scale only."""

    higher_means_response: bool
    """Direction the authors published: higher scores go with response to checkpoint blockade."""

    citation: str
    """Where the set, its weights and its direction were published."""

    pmid: str | None = Field(default=None, pattern=r"^\d{7,8}$")
    """PubMed identifier."""

    @model_validator(mode="after")
    def _weights_fit(self) -> "Signature":
        if (self.weights is None) == (self.method == "weighted_sum"):
            raise ValueError("weights go with method weighted_sum, and only with it")
        if self.weights is not None and len(self.weights) != len(self.genes):
            raise ValueError(f"{len(self.genes)} genes but {len(self.weights)} weights")
        if len(set(self.genes)) != len(self.genes):
            raise ValueError("a gene stands twice")
        return self


class Catalogue(Closed):
    """A collection of signatures."""

    signatures: dict[SignatureId, Signature]
    """Signatures by identifier; the feature is `sig.<identifier>`."""


def load_catalogue(path: Path) -> dict[str, Signature]:
    """Read a catalogue file.

    Parameters
    ----------
    path
        A YAML file such as `data/reference/signatures.yaml`.

    Returns
    -------
    dict of str to Signature
        By identifier, without the prefix `sig.`.
    """
    return dict(validate(Catalogue, read_yaml(path), str(path)).signatures)

"""Published gene signatures and gene sets: what they are made of, read from files."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from stratify.assemble.signatures.gene_sets import parse_gene_sets
from stratify.assemble.signatures.rank_methods import RANK_METHODS
from stratify.config.closed import Closed
from stratify.config.load import read_yaml, validate
from stratify.errors import StratifyError

WEIGHTED = frozenset({"weighted_sum", "weighted_mean"})
PAIRS = "pairs"

SignatureId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class Signature(Closed):
    """A published score of one tumour sample."""

    title: str
    """What it is meant to measure."""

    method: Literal["mean", "weighted_sum", "weighted_mean", "ssgsea", "singscore", "aucell", "rank_mean", "pairs"]
    """`mean` averages the genes; `weighted_sum` adds weight times value, `weighted_mean` divides that by the sum of the
    absolute weights; `ssgsea`, `singscore`, `aucell` and `rank_mean` rank the genes of a sample among a declared
    universe; `pairs` counts the pairs of genes of which the first is higher."""

    genes: list[str] = Field(min_length=1)
    """HGNC symbols; may be left out with `pairs`."""

    weights: list[float] | None = None
    """Published weights, in the order of `genes`; with `weighted_sum` and `weighted_mean` only."""

    pairs: list[tuple[str, str]] | None = None
    """Pairs of genes; with method `pairs` only."""

    reference_genes: list[str] = Field(default_factory=list)
    """Housekeeping genes whose mean is subtracted from every gene, on a log scale only."""

    higher_means_response: bool | None
    """Direction the authors published: higher scores go with response to checkpoint blockade; null where the source
    states none, as of cell types."""

    citation: str
    """Where the set, its weights and its direction were published."""

    pmid: str | None = Field(default=None, pattern=r"^\d{7,8}$")
    """PubMed identifier."""

    @model_validator(mode="before")
    @classmethod
    def _genes_of_pairs(cls, content: Any) -> Any:
        if isinstance(content, dict) and content.get("pairs") and "genes" not in content:
            return {**content, "genes": list(dict.fromkeys(gene for pair in content["pairs"] for gene in pair))}
        return content

    @model_validator(mode="after")
    def _pairs_fit(self) -> "Signature":
        if (self.pairs is None) == (self.method == PAIRS):
            raise ValueError("pairs go with method pairs, and only with it")
        if self.pairs is not None and set(self.genes) != {gene for pair in self.pairs for gene in pair}:
            raise ValueError("the genes are not those of the pairs; leave `genes` out")
        return self

    @model_validator(mode="after")
    def _reference_fits(self) -> "Signature":
        if self.reference_genes and (self.method == PAIRS or self.method in RANK_METHODS):
            raise ValueError(f"method {self.method} orders the genes of a sample; reference_genes have no effect on it")
        return self

    @model_validator(mode="after")
    def _weights_fit(self) -> "Signature":
        if (self.weights is None) == (self.method in WEIGHTED):
            raise ValueError("weights go with method weighted_sum or weighted_mean, and only with these")
        if self.weights is not None and len(self.weights) != len(self.genes):
            raise ValueError(f"{len(self.genes)} genes but {len(self.weights)} weights")
        if len(set(self.genes)) != len(self.genes):
            raise ValueError("a gene stands twice")
        return self


class Catalogue(Closed):
    """A collection of signatures."""

    signatures: dict[SignatureId, Signature]
    """Signatures by identifier; the feature is `sig.<identifier>`."""


def load_catalogue(*paths: Path) -> dict[str, Signature]:
    """Read one catalogue file, or several as one catalogue.

    Parameters
    ----------
    *paths
        YAML files such as `data/reference/signatures.yaml`.

    Returns
    -------
    dict of str to Signature
        By identifier, without the prefix `sig.`, in the order of the files.

    Raises
    ------
    StratifyError
        A file does not say what a signature is made of, or two files use one identifier.
    """
    signatures: dict[str, Signature] = {}
    for path in paths:
        found = validate(Catalogue, read_yaml(path), str(path)).signatures
        twice = sorted(signatures.keys() & found.keys())
        if twice:
            raise StratifyError(f"{path}: the signature {twice[0]!r} stands in an earlier catalogue too; rename one")
        signatures |= found
    return signatures


def load_gene_sets(
    path: Path, *, name: str = "set", genes: str = "gene", separator: str | None = None
) -> dict[str, list[str]]:
    """Read gene sets from a GMT file or a tab-separated table.

    Parameters
    ----------
    path
        ``.gmt`` (one set a line: name, description, genes, between tabs) or ``.tsv`` (with a header); either may be
        compressed (``.gz``).
    name
        Of a table: the column with the set's name.
    genes
        Of a table: the column with one gene a row, or with all genes of the set when `separator` is given.
    separator
        Of a table with one set a row: what stands between its genes, such as ``:``.

    Returns
    -------
    dict of str to list of str
        Genes of each set in the order of the file, each once.

    Raises
    ------
    StratifyError
        The file is missing, of another kind, empty, not text, or a line is not a set: names the file and the line.
    """
    if not path.is_file():
        raise StratifyError(f"{path}: no such file; expected a .gmt or .tsv file of gene sets")
    return parse_gene_sets(path.read_bytes(), str(path), name=name, genes=genes, separator=separator)

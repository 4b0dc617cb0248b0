"""Genes of invented cohorts: those that tell response, those that signatures need, and invented ones."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from stratify.assemble.signatures import load_catalogue
from stratify.synthetic import SIGNAL_GENES


def gene_names(genes: Sequence[str], n_genes: int) -> list[str]:
    """List the signal genes, others, and as many invented ones as are missing.

    Parameters
    ----------
    genes
        Symbols of other genes.
    n_genes
        How many to list at least.

    Returns
    -------
    list of str
        Each once, the signal genes first.
    """
    named = list(dict.fromkeys([*SIGNAL_GENES, *genes]))
    return named + [f"TOYGENE{number}" for number in range(1, n_genes - len(named) + 1)]


def signature_genes(path: Path) -> list[str]:
    """List the genes that the signatures of a catalogue need, so that an invented cohort can be scored by them.

    Parameters
    ----------
    path
        Such as `data/reference/signatures.yaml`.

    Returns
    -------
    list of str
        Each once, in alphabetical order.
    """
    catalogue = load_catalogue(path).values()
    return sorted({gene for signature in catalogue for gene in [*signature.genes, *signature.reference_genes]})


def add_signatures_argument(parser: argparse.ArgumentParser) -> None:
    """Add the argument that names a catalogue of signatures.

    Parameters
    ----------
    parser
        Of a command that writes an invented cohort.
    """
    parser.add_argument(
        "--signatures",
        type=Path,
        default=Path("data/reference/signatures.yaml"),
        help="catalogue whose genes the cohort measures (default: %(default)s)",
    )

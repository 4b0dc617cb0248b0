"""A small, valid series matrix of GEO with invented patients and its gene table, for the documentation and its tests.

`python -m stratify.synthetic_geo series_matrix.txt.gz genes.txt` writes both.
"""

import argparse
import gzip
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from stratify.synthetic import SIGNAL_GENES
from stratify.synthetic_genes import add_signatures_argument, gene_names, signature_genes

FIRST_ID = 900_000_001
"""The first invented Entrez identifier; real ones are smaller."""

N_ON_TREATMENT = 6
N_TWICE = 2
N_UNTREATED = 8
N_NOT_EVALUABLE = 2
RESPONSES = ("complete response", "progressive disease", "partial response", "stable disease")


def write_series_matrix(
    path: Path, n: int = 60, *, genes: Sequence[str] = (), n_genes: int = 200, seed: int = 1
) -> None:
    """Write a series matrix with expression in TPM, as untidy as such files are.

    Response depends on the genes of `stratify.synthetic.SIGNAL_GENES`. Traps: genes are named by (invented) Entrez
    identifiers, one of which no gene table knows; besides the baseline samples of `n` treated patients there are
    samples taken on treatment, second baseline samples of the same patient, and untreated patients, who have no
    response; some responses could not be evaluated; ages are missing, so that characteristics move up a line;
    lactate dehydrogenase is the same for everyone.

    Parameters
    ----------
    path
        Where to write, compressed where it ends in `.gz`; folders are made where they do not exist.
    n
        Number of treated patients, at least ten; every second one responds.
    genes
        Symbols of further genes to measure.
    n_genes
        Number of genes measured, filled up with invented ones.
    seed
        Seed; the same seed gives the same values.
    """
    rng = np.random.default_rng(seed)
    samples = _samples(n, rng)
    symbols = gene_names(genes, n_genes)
    log2 = rng.normal(5, 1, (len(symbols), len(samples)))
    log2[: len(SIGNAL_GENES)] += samples["responds"].to_numpy()
    ids = [str(FIRST_ID + position) for position in range(len(symbols))]
    accessions = [f"GSM{FIRST_ID + position}" for position in range(len(samples))]
    values = pd.DataFrame((np.exp2(log2) - 1).clip(0).round(3), index=[*ids[:-1], "1"], columns=accessions)
    lines: list[list[str | float]] = [
        ["!Series_title", "Synthetic toy series"],
        ["!Series_geo_accession", "GSE900000"],
        [],
    ]
    lines += [["!Sample_title", *samples["title"]], ["!Sample_geo_accession", *accessions]]
    lines += [["!Sample_characteristics_ch1", *line] for line in _characteristics(samples)]
    lines += [["!series_matrix_table_begin"], ["ID_REF", *accessions]]
    lines += [[gene, *row] for gene, row in zip(values.index, values.to_numpy().tolist(), strict=True)]
    _write(path, [*lines, ["!series_matrix_table_end"]])


def write_gene_table(path: Path, *, genes: Sequence[str] = (), n_genes: int = 200) -> None:
    """Write a gene table in the format of HGNC's complete set, with the same invented identifiers.

    Parameters
    ----------
    path
        Where to write.
    genes, n_genes
        As of `write_series_matrix`.
    """
    columns = ["hgnc_id", "symbol", "status", "alias_symbol", "prev_symbol", "entrez_id", "ensembl_gene_id"]
    rows = [
        [f"HGNC:{FIRST_ID + position}", symbol, "Approved", "", "", str(FIRST_ID + position), ""]
        for position, symbol in enumerate(gene_names(genes, n_genes))
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(rows, columns=columns).to_csv(path, sep="\t", index=False)


def _samples(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Make one row a sample: the treated patients at baseline, the untreated, then second samples of treated ones."""
    people = n + N_UNTREATED
    treated = np.arange(people) < n
    responds = (np.arange(people) % 2 == 0) & treated
    response = [RESPONSES[position % len(RESPONSES)] for position in range(n - N_NOT_EVALUABLE)]
    months = (rng.exponential(12, people) * (1 + responds) + 0.1).round(1)
    patients = pd.DataFrame(
        {
            "patient": [f"MEL{number:03d}" for number in range(1, people + 1)],
            "responds": responds,
            "Sex": rng.choice(["F", "M"], people),
            "age": pd.Series(rng.normal(60, 10, people).round().astype(int)).astype("str"),
            "treatment": np.where(treated, "pembrolizumab", "none"),
            "time point": "PRE",
            "response": [*response, *["not evaluable"] * N_NOT_EVALUABLE, *["not applicable"] * N_UNTREATED],
            "os (months)": pd.Series(months).astype("str"),
            "vital status": np.where(rng.random(people) < 0.6, "dead", "alive"),
            "ldh (U/L)": "230",
        }
    )
    patients.loc[patients.index % 9 == 4, "age"] = ""
    later = patients.iloc[:N_ON_TREATMENT].assign(**{"time point": "ON"})
    again = patients.iloc[N_ON_TREATMENT : N_ON_TREATMENT + N_TWICE]
    samples = pd.concat([patients, later, again], ignore_index=True)
    number = samples.groupby("patient").cumcount() + 1
    return samples.assign(title=samples["patient"] + " tumour " + number.astype("str"))


def _characteristics(samples: pd.DataFrame) -> list[list[str]]:
    """Write lines of `key: value`; what a sample lacks is left out, and its other values move up."""
    keys = ["age", "Sex", "treatment", "time point", "response", "os (months)", "vital status", "ldh (U/L)"]
    known = [
        [f"patient: {row['patient']}", *(f"{key}: {row[key]}" for key in keys if row[key])]
        for row in samples.to_dict("records")
    ]
    return [[cells[at] if at < len(cells) else "" for cells in known] for at in range(len(keys) + 1)]


def _write(path: Path, lines: Iterable[Sequence[str | float]]) -> None:
    content = "".join("\t".join(map(_cell, line)) + "\n" for line in lines).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)


def _cell(value: str | float) -> str:
    """Quote text, but for the names of lines, as GEO does."""
    return f'"{value}"' if isinstance(value, str) and not value.startswith("!") else str(value)


def main() -> None:
    """Write a series matrix and its gene table."""
    parser = argparse.ArgumentParser(prog="python -m stratify.synthetic_geo", description=main.__doc__)
    parser.add_argument("series_matrix", type=Path, help="series matrix to write, .txt or .txt.gz")
    parser.add_argument("gene_table", type=Path, help="gene table to write, .txt")
    add_signatures_argument(parser)
    args = parser.parse_args()
    genes = signature_genes(args.signatures)
    write_series_matrix(args.series_matrix, genes=genes, n_genes=300)
    write_gene_table(args.gene_table, genes=genes, n_genes=300)


if __name__ == "__main__":
    main()

"""From a list of mutations to the number in each gene of each sample.

A sample in which mutations were looked for and none was found in a gene has 0 there; one that was not looked at is
missing. Nothing in the list itself tells the two apart.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from stratify.config.dataset import Modality
from stratify.config.mutations import Mutations
from stratify.errors import StratifyError
from stratify.harmonize.findings.finding import Finding, listed
from stratify.harmonize.readers.noticed import with_findings
from stratify.harmonize.readers.text_columns import TextColumns
from stratify.harmonize.variant_effects import effects_of
from stratify.wording import counted

EVENT = ("Chromosome", "Start_Position", "Reference_Allele", "Tumor_Seq_Allele2")
"""Where these columns are there, the same change of the same sample in two rows is one mutation."""

NAMELESS = {"", "Unknown", "unknown", "."}


@dataclass(frozen=True)
class MutationList:
    """Mutations as a file lists them.

    Parameters
    ----------
    rows
        `sample`, `gene` (null where it has no name), `effect`, `protein_change` (with hotspots only), one row a
        mutation.
    findings
        What was noticed.
    """

    rows: pd.DataFrame
    findings: list[Finding]


def read_mutations(table: TextColumns, layout: Modality, mutations: Mutations) -> MutationList:
    """Read the columns that matter of a list of mutations.

    Parameters
    ----------
    table
        The file, open.
    layout
        `id` is the column of genes.
    mutations
        Which mutations count.

    Returns
    -------
    MutationList

    Raises
    ------
    StratifyError
        A column is missing, a mutation has no sample, or its effect is unknown.
    """
    where = table.where
    names = {"sample": mutations.sample, "gene": str(layout.id), "effect": mutations.classification}
    if mutations.counted == "hotspot":
        names["protein_change"] = mutations.protein_change
    event = [name for name in EVENT if name in table.header] if set(EVENT) <= set(table.header) else []
    raw = table.text([*names.values(), *event])
    rows = pd.DataFrame({ours: raw[name].str.strip() for ours, name in names.items()})
    rows["sample"] = _identifiers(rows["sample"], mutations, where)
    rows["effect"] = effects_of(rows["effect"], mutations.effects, f"{where}: column {mutations.classification!r}")
    rows["gene"] = rows["gene"].mask(rows["gene"].isin(NAMELESS))
    findings: list[Finding] = []
    if event:
        repeated = raw[event].assign(sample=rows["sample"], gene=rows["gene"]).duplicated()
        findings += _duplicates(rows[repeated])
        rows = rows[~repeated]
    return MutationList(rows.reset_index(drop=True), findings)


def _identifiers(samples: pd.Series, mutations: Mutations, where: str) -> pd.Series:
    if samples.isna().any():
        raise StratifyError(
            f"{where}: {counted(int(samples.isna().sum()), 'mutation')} without a sample in column {mutations.sample!r}"
        )
    if mutations.sample_pattern is None:
        return samples
    taken = samples.str.extract(mutations.sample_pattern, expand=False)
    if taken.isna().any():
        raise StratifyError(
            f"{where}: `sample_pattern` {mutations.sample_pattern!r} takes no identifier out of "
            f"{listed(samples[taken.isna()].unique())}"
        )
    together = samples.groupby(taken).nunique()
    merged = together.index[together > 1]
    if len(merged):
        raise StratifyError(
            f"{where}: `sample_pattern` {mutations.sample_pattern!r} makes one of several samples: "
            f"{listed(samples[taken == merged[0]].unique())} become {merged[0]}; their mutations would be added up"
        )
    return taken


def count_mutations(
    found: MutationList, mutations: Mutations, profiled: Sequence[str] | None, where: str
) -> pd.DataFrame:
    """Count mutations by gene and sample.

    Parameters
    ----------
    found
        As from `read_mutations`.
    mutations
        Which of them count.
    profiled
        Samples in which mutations were looked for; where ``None``, those with a mutation of any kind.
    where
        The file, for messages.

    Returns
    -------
    pandas.DataFrame
        float32, genes by samples: genes with at least one counted mutation in alphabetical order, profiled samples;
        0 where none was found. What was noticed is attached.

    Raises
    ------
    StratifyError
        No mutation counts.
    """
    rows = found.rows
    wanted = _wanted(rows, mutations)
    listed_rows = rows[wanted & rows["gene"].notna()]
    if listed_rows.empty:
        raise StratifyError(
            f"{where}: none of {counted(len(rows), 'mutation')} counts as {mutations.counted}; check `counted`, "
            "`hotspots` and the columns"
        )
    mutated = rows["sample"].unique().tolist()
    samples = list(dict.fromkeys([*(profiled if profiled is not None else []), *mutated]))
    genes = pd.Index(np.sort(listed_rows["gene"].unique()), dtype="str")
    values = np.zeros((len(genes), len(samples)), dtype=np.float32)
    at = genes.get_indexer(listed_rows["gene"]), pd.Index(samples).get_indexer(listed_rows["sample"])
    np.add.at(values, at, 1)
    counts = pd.DataFrame(values, index=genes, columns=pd.Index(samples, dtype="str"), copy=False)
    findings = [
        *found.findings,
        *_left_out(rows, wanted, mutations),
        *_nameless(rows[wanted & rows["gene"].isna()]),
        *_not_declared(profiled, mutated),
    ]
    return with_findings(counts, findings)


def _wanted(rows: pd.DataFrame, mutations: Mutations) -> pd.Series:
    if mutations.counted == "truncating":
        return rows["effect"] == "truncating"
    if mutations.counted == "non_silent":
        return rows["effect"] != "silent"
    positions = rows["protein_change"].str.extract(r"^(?:p\.)?[A-Za-z*]+?(\d+)", expand=False)
    changes = "p." + rows["protein_change"].str.removeprefix("p.")
    hotspots = set(mutations.hotspots)
    exact = (rows["gene"] + " " + changes).isin(hotspots)
    return exact | ((rows["gene"] + " " + positions).isin(hotspots) & (rows["effect"] != "silent"))


def _duplicates(rows: pd.DataFrame) -> Iterator[Finding]:
    if len(rows):
        cases = listed(rows["sample"] + " " + rows["gene"].fillna("(no gene)"))
        detail = f"the same change of the same sample in another row, counted once: {cases}"
        yield Finding("duplicate_mutations", "warning", len(rows), detail)


def _left_out(rows: pd.DataFrame, wanted: pd.Series, mutations: Mutations) -> Iterator[Finding]:
    if not wanted.all():
        effects = rows.loc[~wanted, "effect"].value_counts()
        shown = ", ".join(f"{n:,} {effect}" for effect, n in effects.items())
        detail = f"{(~wanted).sum():,} of {len(rows):,} mutations do not count as {mutations.counted}: {shown}"
        yield Finding("mutations_not_counted", "info", int((~wanted).sum()), detail)


def _nameless(rows: pd.DataFrame) -> Iterator[Finding]:
    if len(rows):
        detail = (
            f"{counted(len(rows), 'mutation')} that would count without a gene symbol, of "
            f"{listed(rows['sample'].unique())}; if accepted, they are left out, of the mutation burden too"
        )
        yield Finding("mutations_without_gene", "error", len(rows), detail)


def _not_declared(profiled: Sequence[str] | None, mutated: Sequence[str]) -> Iterator[Finding]:
    if profiled is None:
        detail = (
            f"who was profiled is not declared (`mutations: profiled:`): the {len(mutated)} samples with a mutation "
            "are taken as profiled, all others are missing, not unmutated"
        )
        yield Finding("profiled_not_declared", "warning", len(mutated), detail)
        return
    known = set(profiled)
    unlisted = [sample for sample in mutated if sample not in known]
    if unlisted:
        detail = (
            f"{counted(len(unlisted), 'sample')} with mutations not among the {len(known)} profiled: "
            f"{listed(unlisted)}; if accepted, taken as profiled"
        )
        yield Finding("mutated_but_not_profiled", "error", len(unlisted), detail)

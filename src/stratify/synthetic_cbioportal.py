"""A small, valid study of cBioPortal with invented patients, for tests and the walk-through of the documentation.

`python -m stratify.synthetic_cbioportal folder` writes one.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from stratify.synthetic import SIGNAL_GENES
from stratify.synthetic_genes import add_signatures_argument, gene_names, signature_genes

STUDY = "synthetic_toy"
MUTATED = ("BRAF", "NRAS", "TP53", "CDKN2A")
_CLASSES = ("Missense_Mutation", "Nonsense_Mutation", "Frame_Shift_Del", "Silent")


def write_cbioportal_study(
    folder: Path, n: int = 40, *, genes: Sequence[str] = (), n_genes: int = 30, seed: int = 0
) -> None:
    """Write a study folder: clinical tables, mutations, expression, copy number, case lists, with their meta files.

    Response depends on the genes of `stratify.synthetic.SIGNAL_GENES`. The last sample was not sequenced; the first
    patient has a second sample, taken on treatment.

    Parameters
    ----------
    folder
        Where to write; made where it does not exist.
    n
        Number of patients, at least four; every second one responds.
    genes
        Symbols of further genes to measure.
    n_genes
        Number of genes with expression, filled up with invented ones.
    seed
        Seed; the same seed gives the same study.
    """
    rng = np.random.default_rng(seed)
    patients = [f"TOY-{number:03d}" for number in range(1, n + 1)]
    samples = [f"{patient}-T1" for patient in patients]
    responds = np.arange(n) % 2 == 0
    _write(folder, "meta_study.txt", _meta(name="Synthetic toy study", type_of_cancer="mel", description="Invented"))
    _write_clinical(folder, patients, samples, responds, rng)
    _write_mutations(folder, samples[:-1], rng)
    symbols = gene_names(genes, n_genes)
    expression = rng.normal(5, 1, (len(symbols), n)).clip(0)
    expression[: len(SIGNAL_GENES)] += responds
    table = pd.DataFrame(expression.round(4), index=symbols, columns=samples)
    _write_matrix(folder, "mrna_seq_tpm", ("MRNA_EXPRESSION", "CONTINUOUS"), table)
    levels = rng.choice([-2, -1, 0, 0, 0, 1, 2], (len(MUTATED), n))
    table = pd.DataFrame(levels, index=list(MUTATED), columns=samples)
    _write_matrix(folder, "cna", ("COPY_NUMBER_ALTERATION", "DISCRETE"), table)
    sequenced = _meta(
        stable_id=f"{STUDY}_sequenced",
        case_list_name="Sequenced samples",
        case_list_description="Samples in which mutations were looked for",
        case_list_ids="\t".join(samples[:-1]),
    )
    _write(folder, "case_lists/cases_sequenced.txt", sequenced)


def _write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _meta(**fields: str) -> str:
    return "".join(f"{key}: {value}\n" for key, value in {"cancer_study_identifier": STUDY, **fields}.items())


def _rows(rows: list[list[object]]) -> str:
    return "".join("\t".join(str(cell) for cell in row) + "\n" for row in rows)


def _clinical_header(names: list[str], types: list[str]) -> str:
    words = [name.replace("_", " ").capitalize() for name in names]
    return "".join("#" + "\t".join(row) + "\n" for row in (words, words, types, ["1"] * len(names)))


def _write_clinical(
    folder: Path, patients: list[str], samples: list[str], responds: np.ndarray, rng: np.random.Generator
) -> None:
    n = len(patients)
    age = rng.normal(60, 10, n).round().astype(int)
    months = (rng.exponential(12, n) * (1 + responds)).round(2) + 0.1
    dead = rng.random(n) < 0.6
    patient_rows: list[list[object]] = [["PATIENT_ID", "SEX", "AGE", "BEST_RESPONSE", "OS_MONTHS", "OS_STATUS"]]
    for at, patient in enumerate(patients):
        status = "1:DECEASED" if dead[at] else "0:LIVING"
        response = ("PR", "CR", "PR", "PR")[at % 4] if responds[at] else ("PD", "SD", "PD")[at % 3]
        sex = "Female" if rng.random() < 0.5 else "Male"
        patient_rows.append([patient, sex, age[at], response, f"{months[at]:.2f}", status])
    sample_rows: list[list[object]] = [["PATIENT_ID", "SAMPLE_ID", "CANCER_TYPE", "TIMEPOINT"]]
    sample_rows += [
        [patient, sample, "Melanoma", "Pre-treatment"] for patient, sample in zip(patients, samples, strict=True)
    ]
    sample_rows.append([patients[0], f"{patients[0]}-T2", "Melanoma", "On-treatment"])
    types = {"AGE": "NUMBER", "OS_MONTHS": "NUMBER"}
    for kind, rows in (("patient", patient_rows), ("sample", sample_rows)):
        names = [str(name) for name in rows[0]]
        header = _clinical_header(names, [types.get(name, "STRING") for name in names])
        _write(folder, f"data_clinical_{kind}.txt", header + _rows(rows))
        meta = _meta(
            genetic_alteration_type="CLINICAL",
            datatype=f"{kind.upper()}_ATTRIBUTES",
            data_filename=f"data_clinical_{kind}.txt",
        )
        _write(folder, f"meta_clinical_{kind}.txt", meta)


def _write_mutations(folder: Path, samples: list[str], rng: np.random.Generator) -> None:
    columns = "Hugo_Symbol Entrez_Gene_Id Chromosome Start_Position Variant_Classification Reference_Allele"
    rows: list[list[object]] = [[*columns.split(), "Tumor_Seq_Allele2", "Tumor_Sample_Barcode", "HGVSp_Short"]]
    for sample in samples[1:]:
        for gene, position in zip(MUTATED, (600, 61, 175, 80), strict=True):
            if rng.random() < 0.4:
                kind = str(rng.choice(_CLASSES))
                change = f"p.V{position}E" if kind == "Missense_Mutation" else f"p.V{position}*"
                rows.append([gene, "", "1", 1000 + position, kind, "A", "T", sample, change])
    _write(folder, "data_mutations.txt", _rows(rows))
    meta = _meta(
        genetic_alteration_type="MUTATION_EXTENDED",
        datatype="MAF",
        stable_id="mutations",
        show_profile_in_analysis_tab="true",
        profile_name="Mutations",
        profile_description="Invented mutations",
        data_filename="data_mutations.txt",
    )
    _write(folder, "meta_mutations.txt", meta)


def _write_matrix(folder: Path, name: str, kind: tuple[str, str], values: pd.DataFrame) -> None:
    rows: list[list[object]] = [["Hugo_Symbol", "Entrez_Gene_Id", *values.columns]]
    rows += [[gene, "", *row] for gene, row in zip(values.index, values.to_numpy(), strict=True)]
    _write(folder, f"data_{name}.txt", _rows(rows))
    meta = _meta(
        genetic_alteration_type=kind[0],
        datatype=kind[1],
        stable_id=name,
        show_profile_in_analysis_tab="false",
        profile_name=name,
        profile_description="Invented values",
        data_filename=f"data_{name}.txt",
    )
    _write(folder, f"meta_{name}.txt", meta)


def main() -> None:
    """Write a study of 70 patients whose expression has the genes of the signatures."""
    parser = argparse.ArgumentParser(prog="python -m stratify.synthetic_cbioportal", description=main.__doc__)
    parser.add_argument("folder", type=Path, help="folder to write")
    add_signatures_argument(parser)
    args = parser.parse_args()
    write_cbioportal_study(args.folder, 70, genes=signature_genes(args.signatures), n_genes=300)


if __name__ == "__main__":
    main()

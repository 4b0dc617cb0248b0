"""Print the field's table: response to checkpoint blockade in 16 cohorts, every study left out in turn.

`python benchmarks/icb_loso.py` runs `snakemake --cores all --configfile config/icb-transcriptome.yaml` where its
results are missing, or reads those of `--results`. It prints the AUROC of every predictor averaged over the cohorts in
three ways, the literature's figures beside the rows that reproduce them, and what the primary model, declared in the
study file, gains over plain ridge and over the best single biomarker on the same patients.
"""

import argparse
import subprocess
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from stratify.artifacts.evaluate import COMPARISONS, METRICS
from stratify.artifacts.layout import Layout
from stratify.artifacts.store import read_table
from stratify.config import StudyConfig, load_study
from stratify.report.auroc_table import ENOUGH_SCORED, MEANS, auroc_table, best_single_biomarker, wide_text

ROOT = Path(__file__).parents[1]
STUDY = "icb-transcriptome-loso"
COMMAND = ["snakemake", "--cores", "all", "--configfile", "config/icb-transcriptome.yaml"]
SHOWN = ["mean_of_cohorts", "weighted_mean", "random_effects", "new_cohort", "patients"]
SAME_SET, SAME_RECIPE = 0.002, 0.01
"""How far a reproduced figure may be off: the same scores ranked; a model refitted in other splits."""


class Published(NamedTuple):
    """A figure of the literature on these patients: AUROC, mean of 16 cohorts and mean weighted by patients."""

    name: str
    mean: float
    weighted: str
    ours: str | None = None
    """The predictor that reproduces it."""

    tolerance: float = SAME_SET


SOURCE = "the table published with COMPASS, mims-harvard/COMPASS; one cohort of 16 left out at a time"
RIDGE = "plain ridge"
LITERATURE = [
    Published("COMPASS, best fine-tuning", 0.69, "0.72-0.73"),
    Published(RIDGE, 0.638, "0.662", "plain_ridge", SAME_RECIPE),
    Published("NetBio", 0.614, "0.632"),
    Published("T-cell-inflamed GEP", 0.613, "0.623"),
    Published("effector T", 0.611, "0.628", "logistic(avgabd.Fehrenbacher_Teff)"),
    Published("IFN-gamma", 0.604, "0.606"),
    Published("CTL", 0.601, "0.618", "logistic(avgabd.CytotoxTcell_Jiang)"),
    Published("CD8", 0.592, "0.614", "logistic(avgabd.CD8Tcell_sc)"),
    Published("PD-L1", 0.574, "0.591", "logistic(avgabd.Target_marker_PDL1)"),
    Published("IMPRES", 0.542, "0.552"),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, help="folder of a run's results, instead of running the workflow")
    parser.add_argument("--study", type=Path, default=ROOT / "config" / "studies" / f"{STUDY}.yaml")
    args = parser.parse_args()
    layout = results_of(args.results, args.study.stem)
    study = load_study(args.study)
    table = auroc_table(read_table(METRICS, layout.metrics(args.study.stem)), study.models)
    print_predictors(table, study)
    print_literature(table)
    print_differences(table, read_table(COMPARISONS, layout.comparisons(args.study.stem)), study)


def results_of(folder: Path | None, study: str) -> Layout:
    """Take the results in a folder, or those of the checkout, which are made where they are missing."""
    layout = Layout(folder or ROOT / "results")
    missing = [path for path in (layout.metrics(study), layout.comparisons(study)) if not path.is_file()]
    if missing and folder:
        raise SystemExit(f"{missing[0]} is missing: give the results folder of a finished run, or none to make one")
    if missing:
        subprocess.run(COMMAND, cwd=ROOT, check=True)
    return layout


def print_predictors(table: pd.DataFrame, study: StudyConfig) -> None:
    cohorts = table.loc[~table["cohort"].isin(MEANS)].drop_duplicates("cohort")["cohort"]
    print(f"AUROC in {len(cohorts)} held-out cohorts; 95 % intervals; new_cohort: 95 % prediction interval")
    wide = wide_text(table).set_index("model")
    wide = wide[[name for name in SHOWN if name in wide]].rename(index={primary(study): f"{primary(study)} *"})
    print(wide.rename_axis(None).to_string())
    print(f"* primary model, declared in the study file; patients: share with a score, under {ENOUGH_SCORED:.0%} last")


def primary(study: StudyConfig) -> str:
    return study.candidates[0]


def print_literature(table: pd.DataFrame) -> None:
    """Set the literature's figures beside ours, mean of cohorts and mean weighted by patients."""
    ours = table.pivot_table(index="model", columns="cohort", values="estimate")
    print(f"\nLiterature, mean of cohorts / mean weighted by patients: {SOURCE}.")
    print(f"{RIDGE}: the same recipe on the same files. Ours leave out whole studies: 2 of the 16 cohorts are one.")
    for one in LITERATURE:
        line = f"{one.name:>26}  {one.mean:.3f} / {one.weighted:<9}"
        print(line.rstrip() if one.ours is None else f"{line}  {reproduced(one, ours)}")


def reproduced(one: Published, ours: pd.DataFrame) -> str:
    if one.ours not in ours.index:
        return f"{one.ours} is not among the results"
    mean, weighted = ours.loc[one.ours, "mean_of_cohorts"], ours.loc[one.ours, "weighted_mean"]
    off = max(abs(round(mean, 3) - one.mean), abs(round(weighted, 3) - float(one.weighted)))
    verdict = "within" if round(off, 3) <= one.tolerance else "NOT within"
    return f"ours {mean:.3f} / {weighted:.3f}, {verdict} {one.tolerance}: {one.ours}"


def print_differences(table: pd.DataFrame, comparisons: pd.DataFrame, study: StudyConfig) -> None:
    """Print the primary model's paired differences to the reference and to the best single biomarker."""
    best = best_single_biomarker(table, [name for name in table["model"].unique() if "." in name])
    rivals = {study.reference: "reference", best: "best single biomarker, with hindsight"}
    lead = primary(study)
    print(f"\n{lead} minus another, same patients, bootstrap within cohorts (random effects: Hartung-Knapp)")
    rows = comparisons[comparisons["model"].eq(lead) & comparisons["metric"].eq("auroc")].set_index("cohort")
    for rival, why in rivals.items():
        if rival is None:
            continue
        print(f"{rival} ({why})")
        against = rows[rows["comparator"].eq(rival)]
        for mean in MEANS:
            row = against.loc[mean]
            print(
                f"{mean:>18}  {row['model_value']:.3f} against {row['comparator_value']:.3f}: "
                f"{row['difference']:+.3f} ({row['low']:+.3f} to {row['high']:+.3f}), n = {row['n']}"
            )


if __name__ == "__main__":
    main()

"""`benchmarks/icb_loso.py` on results whose numbers are known."""

import runpy
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from stratify.artifacts.evaluate import COMPARISONS, METRICS
from stratify.artifacts.layout import Layout
from stratify.artifacts.store import write_table

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "icb_loso.py"
STUDY = "icb-transcriptome-loso"
TEFF = "avgabd.Fehrenbacher_Teff"
AUROC = {
    "grouped_ridge": (0.68, 0.71),
    "plain_ridge": (0.63, 0.665),
    f"logistic({TEFF})": (0.611, 0.628),
    TEFF: (0.611, 0.628),
    "logistic(avgabd.CD8Tcell_sc)": (0.592, 0.617),
    "clin.tmb_per_mb": (0.75, 0.74),
}
"""Mean of cohorts and weighted by patients; CD8 is off by 0.003, and TMB exists in a quarter of the patients."""


def write_results(folder: Path) -> None:
    kept = {"study": STUDY, "role": "external", "subgroup": "all", "n": 100, "n_events": 30}
    rows = []
    for model, (mean, weighted) in AUROC.items():
        values = {"itrp_gide": mean, "mean_of_cohorts": mean, "weighted_mean": weighted, "random_effects": weighted}
        auroc = kept | {"model": model, "metric": "auroc", "low": 0.4, "high": 0.9}
        rows += [auroc | {"cohort": cohort, "estimate": value} for cohort, value in values.items()]
        scored = 0.25 if model == "clin.tmb_per_mb" else 1.0
        rows.append(
            auroc | {"cohort": "itrp_gide", "metric": "coverage", "estimate": scored, "low": None, "high": None}
        )
    write_table(pd.DataFrame(rows), METRICS, Layout(folder).metrics(STUDY))
    compared = [
        {
            "study": STUDY,
            "model": "grouped_ridge",
            "comparator": comparator,
            "cohort": cohort,
            "role": "external",
            "subgroup": "all",
            "metric": "auroc",
            "model_value": 0.71,
            "comparator_value": 0.71 - difference,
            "difference": difference,
            "low": difference - 0.02,
            "high": difference + 0.02,
            "p_value": np.nan,
            "method": "by hand",
            "n": 100,
        }
        for comparator, difference in {"plain_ridge": 0.045, TEFF: 0.082, "clin.tmb_per_mb": -0.03}.items()
        for cohort in ("mean_of_cohorts", "weighted_mean", "random_effects")
    ]
    write_table(pd.DataFrame(compared), COMPARISONS, Layout(folder).comparisons(STUDY))


def printed(monkeypatch, capsys, folder: Path) -> str:
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), "--results", str(folder)])
    runpy.run_path(str(SCRIPT), run_name="__main__")
    return capsys.readouterr().out


def test_the_table_the_literature_and_the_differences(tmp_path, monkeypatch, capsys):
    write_results(tmp_path)
    lines = printed(monkeypatch, capsys, tmp_path).splitlines()
    first = [line.split()[0] for line in lines[2 : 2 + len(AUROC)]]
    assert (first[0], first[1], first[-1]) == ("grouped_ridge", "plain_ridge", "clin.tmb_per_mb")
    assert lines[2].split()[1] == "*"
    found = {
        name: next(line for line in lines if line.strip().startswith(name)) for name in ("effector T", "CD8", "NetBio")
    }
    assert "ours 0.611 / 0.628, within 0.002" in found["effector T"]
    assert "ours 0.592 / 0.617, NOT within 0.002" in found["CD8"]
    assert found["NetBio"].split() == ["NetBio", "0.614", "/", "0.632"]
    ridge = next(line for line in lines if "ours 0.630" in line)
    assert "0.638 / 0.662" in ridge
    assert ", within 0.01: plain_ridge" in ridge
    assert "logistic(avgabd.CytotoxTcell_Jiang) is not among the results" in "\n".join(lines)


def test_the_best_single_biomarker_is_not_the_one_few_patients_have(tmp_path, monkeypatch, capsys):
    write_results(tmp_path)
    text = printed(monkeypatch, capsys, tmp_path).split("grouped_ridge minus another")[1]
    assert f"{TEFF} (best single biomarker, with hindsight)" in text
    assert "+0.082 (+0.062 to +0.102), n = 100" in text
    assert "plain_ridge (reference)" in text
    assert "clin.tmb_per_mb" not in text


def test_a_folder_without_results_is_said_and_not_filled(tmp_path, monkeypatch, capsys):
    with pytest.raises(SystemExit, match=r"metrics\.parquet is missing"):
        printed(monkeypatch, capsys, tmp_path)
    assert not list(tmp_path.iterdir())

"""Make a small model of every kind, or score with each; a script, so that it also runs under other versions.

``python tests/score/kinds.py make <folder>`` writes ``<folder>/<kind>`` and ``<folder>/patients.csv``;
``python tests/score/kinds.py score <folder> <output>`` writes ``<output>/<kind>.csv``, or the error to ``<kind>.txt``.
"""

import contextlib
import io
import logging
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from stratify import __version__
from stratify.assemble.signatures import Signature, score_signatures
from stratify.cli import main
from stratify.fit.models import MODELS
from stratify.score import ModelCard, PatientModel, feature_ranges

SIGNATURE = Signature(
    title="Cytolytic activity", method="mean", genes=["GZMA", "PRF1"], higher_means_response=True, citation="a test"
)
FEATURES = ["clin.age_years", "clin.sex", "clin.cancer_type", "clin.tmb_per_mb", "sig.cyt", "gene.CD8A"]
DIRECTIONS = {"sig.cyt": "increasing"}
N = 60


def patients() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    y = np.arange(N) % 2
    frame = pd.DataFrame(
        {
            "clin.age_years": rng.normal(60, 10, N).round(1),
            "clin.sex": pd.array(rng.choice(["female", "male"], N), dtype="str"),
            "clin.cancer_type": pd.array(rng.choice(["lung", "skin"], N), dtype="str"),
            "clin.tmb_per_mb": rng.lognormal(1, 1, N).round(2),
            "gene.CD8A": (rng.normal(5, 1, N) + y).round(3),
            "gene.GZMA": (rng.normal(5, 1, N) + y).round(3),
            "gene.PRF1": rng.normal(5, 1, N).round(3),
        },
        index=pd.Index([f"toy:{number:03d}" for number in range(N)], name="patient_id", dtype="str"),
    )
    frame.loc[frame.index[::7], "clin.sex"] = None
    frame.loc[frame.index[::9], "clin.age_years"] = np.nan
    return frame.join(score_signatures(frame, {"cyt": SIGNATURE}, "log2_tpm")).assign(y=y)


def model(kind: str, frame: pd.DataFrame) -> PatientModel:
    features = frame[FEATURES]
    card = ModelCard(
        study="toy",
        model=kind,
        title="Toy study",
        question="Who responds?",
        positive="response",
        endpoint={"rule": "as_published"},
        features=feature_ranges(features),
        signatures={"cyt": SIGNATURE},
        expression_unit="log2_tpm",
        cut_offs=[0.3, 0.6],
        strata=["low", "intermediate", "high"],
        n_patients=N,
        n_positive=N // 2,
        cohorts=["toy"],
        package_version=__version__,
    )
    return PatientModel(MODELS[kind](features, 0, DIRECTIONS).fit(features, frame["y"]), card)


def make(folder: Path) -> None:
    frame = patients()
    folder.mkdir(parents=True, exist_ok=True)
    frame.drop(columns="y").to_csv(folder / "patients.csv")
    for kind in MODELS:
        model(kind, frame).save(folder / kind)


def score(folder: Path, output: Path) -> None:
    output.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")  # notes go to the script's own stderr
    for kind in MODELS:
        arguments = ["--model", folder / kind, "--input", folder / "patients.csv", "--output", output / f"{kind}.csv"]
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            status = main(["score", *map(str, arguments)])
        if status:
            (output / f"{kind}.txt").write_text(f"{status} {said.getvalue()}")


if __name__ == "__main__":
    {"make": make, "score": score}[sys.argv[1]](*map(Path, sys.argv[2:]))

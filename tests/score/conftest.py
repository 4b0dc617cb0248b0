"""A small model of each kind, trained on synthetic patients with a number, a category and a signature."""

import numpy as np
import pandas as pd
import pytest

from stratify.assemble.signatures import Signature, score_signatures
from stratify.fit.models import MODELS
from stratify.score import ModelCard, PatientModel, feature_ranges

FEATURES = ["clin.age_years", "clin.sex", "sig.cyt", "gene.CD8A"]


@pytest.fixture(scope="session")
def patients(signatures: dict[str, Signature]) -> pd.DataFrame:
    """60 patients: features, the genes of the signature, some values missing, and `y`."""
    rng = np.random.default_rng(1)
    n = 60
    y = np.arange(n) % 2
    frame = pd.DataFrame(
        {
            "clin.age_years": rng.normal(60, 10, n).round(1),
            "clin.sex": pd.array(rng.choice(["female", "male"], n), dtype="str"),
            "gene.CD8A": rng.normal(5, 1, n) + y,
            "gene.GZMA": rng.normal(5, 1, n) + y,
            "gene.PRF1": rng.normal(5, 1, n),
        },
        index=pd.Index([f"toy:{number:03d}" for number in range(n)], name="patient_id", dtype="str"),
    )
    frame.loc[frame.index[::7], "clin.sex"] = None
    frame.loc[frame.index[::9], "clin.age_years"] = np.nan
    return frame.join(score_signatures(frame, signatures, "log2_tpm")).assign(y=y)


@pytest.fixture(scope="session", params=["elastic_net", "lightgbm", "ensemble"])
def model(request: pytest.FixtureRequest, patients: pd.DataFrame, signatures: dict[str, Signature]) -> PatientModel:
    features = patients[FEATURES]
    pipeline = MODELS[request.param](features, 0).fit(features, patients["y"])
    card = ModelCard(
        study="toy",
        model=request.param,
        title="Toy study",
        question="Who responds?",
        positive="response",
        endpoint={"rule": "as_published", "field": "response"},
        features=feature_ranges(features),
        signatures=signatures,
        expression_unit="log2_tpm",
        cut_offs=[0.3, 0.6],
        strata=["low", "intermediate", "high"],
        parameters={"C": 0.1},
        n_patients=len(patients),
        n_positive=int(patients["y"].sum()),
        cohorts=["toy"],
        package_version="0.0.1",
    )
    return PatientModel(pipeline, card)


@pytest.fixture(scope="session")
def model_folder(model: PatientModel, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("models") / model.card.model
    model.save(folder)
    return folder

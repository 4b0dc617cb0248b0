"""A registered model outlives the version of this package that registered it."""

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from stratify.score import PatientModel
from stratify.score.example import synthetic_patients
from stratify.score.patients import write_rows

STUDY = "toy-study"
BY_PYFUNC = """
import sys, mlflow, pandas as pd, stratify
mlflow.set_tracking_uri(sys.argv[1])
model = mlflow.pyfunc.load_model(f"models:/{sys.argv[2]}@champion")
model.predict(pd.read_csv(sys.argv[3])).to_csv(sys.argv[4], index=False)
print(stratify.__version__)
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", ["0.2.0", "1.0.0"])
def test_another_version_scores_with_a_registered_model(toy, another_version, number):
    toy.track()
    model = PatientModel.load(toy.layout.model(STUDY, "elastic_net"))
    patients = synthetic_patients(model.card, 20, 1)
    expected = model.predict(patients)["probability"]
    given = toy.folder / "patients.csv"
    write_rows(patients, given)
    environment = os.environ | {"PYTHONPATH": str(another_version(number)), "MLFLOW_LOGGING_LEVEL": "ERROR"}

    def run(*command: object) -> subprocess.CompletedProcess[str]:
        whole = [sys.executable, *map(str, command)]
        return subprocess.run(whole, capture_output=True, text=True, check=True, env=environment)

    outputs = [toy.folder / name for name in ("cli.csv", "pyfunc.csv")]
    reference = ["--model", f"models:/{STUDY}@champion", "--tracking-uri", toy.uri]
    by_cli = run("-m", "stratify", "score", *reference, "--input", given, "--output", outputs[0])
    assert f"is {number} here; 8 reference patients get the same probabilities" in by_cli.stderr
    by_pyfunc = run("-c", BY_PYFUNC, toy.uri, STUDY, given, outputs[1])
    assert by_pyfunc.stdout.split() == [number]
    for output in outputs:
        found = pd.read_csv(output, index_col="patient_id")["probability"]
        assert found.index.tolist() == expected.index.tolist()
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)

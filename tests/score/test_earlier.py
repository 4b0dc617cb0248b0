"""Models of every format so far, of every kind, load and give the scores they gave."""

import tarfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from stratify.cli import main
from stratify.fit.models import MODELS
from stratify.score import ModelCard, PatientModel
from stratify.score.patients import read_patients
from stratify.score.record import FORMAT, UNPROVED_FORMAT

EARLIER = Path(__file__).parent / "earlier"
FORMATS = [UNPROVED_FORMAT, FORMAT]


@pytest.fixture(scope="module", params=FORMATS)
def earlier(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp(f"format_{request.param}")
    with tarfile.open(EARLIER / f"format_{request.param}.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return folder


def test_there_is_an_archive_of_every_format():
    assert {path.name for path in EARLIER.glob("*.tar.xz")} == {f"format_{number}.tar.xz" for number in FORMATS}


@pytest.mark.parametrize("kind", MODELS)
def test_an_earlier_model_gives_the_scores_it_gave(earlier, kind):
    patients = read_patients(earlier / "patients.csv")
    expected = pd.read_csv(earlier / "scores" / f"{kind}.csv", index_col="patient_id")
    found = PatientModel.load(earlier / kind).predict(patients)
    assert found.index.equals(expected.index.astype("str"))
    np.testing.assert_allclose(found["probability"], expected["probability"], rtol=0, atol=1e-9)
    assert found["stratum"].tolist() == expected["stratum"].tolist()


def test_a_model_without_records_says_that_nothing_proves_it(tmp_path, capsys, caplog):
    with tarfile.open(EARLIER / "format_1.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    arguments = ["--input", tmp_path / "patients.csv", "--output", tmp_path / "scores.csv"]
    assert main(["score", "--model", str(tmp_path / "elastic_net"), *map(str, arguments)]) == 0
    said = [record.getMessage() for record in caplog.records if "proves" in record.getMessage()]
    assert len(said) == 1
    assert "made by version 0.1.0, before models recorded their versions; it scores, but nothing proves" in said[0]


CARD_KEYS = """caveats cohorts cut_offs endpoint expression_unit features features.high features.kind features.levels
    features.low features.median features.name features.share_missing features.whole gene_universe model n_patients
    n_positive package_version parameters positive question research_use_only signatures signatures.citation
    signatures.genes signatures.higher_means_response signatures.method signatures.pairs signatures.pmid
    signatures.reference_genes signatures.title signatures.weights strata study title transductive_reason"""


def keys(schema: dict, node: dict, above: str = "") -> set[str]:
    """Every key that a JSON schema allows, nested ones with those above them."""
    if "$ref" in node:
        node = schema["$defs"][node["$ref"].removeprefix("#/$defs/")]
    found = set()
    for name, value in node.get("properties", {}).items():
        found |= {above + name} | keys(schema, value, f"{above}{name}.")
    below = [node.get("items"), node.get("additionalProperties"), *node.get("anyOf", [])]
    return found.union(*(keys(schema, part, above) for part in below if isinstance(part, dict)))


def test_a_card_with_other_keys_is_of_another_format():
    """An earlier version refuses a key it does not know: a new one needs a new format, then this list changes."""
    schema = ModelCard.model_json_schema()
    assert FORMAT == 2
    assert keys(schema, schema) == set(CARD_KEYS.split())

"""Many clients at once: every request is answered, and with its own patient's score."""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

CLIENTS, REQUESTS = 20, 100


def record(patient_id: str, values: pd.Series) -> dict:
    return {"patient_id": patient_id, **{name: None if pd.isna(value) else value for name, value in values.items()}}


@pytest.mark.slow
def test_twenty_clients_get_every_answer_right(server, served_patients, served_model):
    patients = pd.concat([served_patients, _older(served_patients)])
    expected = served_model.predict(patients)["probability"]
    assert len(patients) == CLIENTS * REQUESTS

    def client(number: int) -> list[tuple[str, int, str]]:
        own = patients.iloc[number::CLIENTS]
        bodies = [(name, json.dumps({"dataframe_records": [record(name, row)]})) for name, row in own.iterrows()]
        return [(name, *server.post(body)) for name, body in bodies]

    with ThreadPoolExecutor(CLIENTS) as clients:
        answers = [answer for own in clients.map(client, range(CLIENTS)) for answer in own]
    assert {status for _, status, _ in answers} == {200}
    found = {name: json.loads(text)["predictions"] for name, _, text in answers}
    assert sorted(found) == sorted(patients.index)
    assert all([row["patient_id"] for row in rows] == [name] for name, rows in found.items())
    scores = [found[name][0]["probability"] for name in patients.index]
    np.testing.assert_allclose(scores, expected, rtol=0, atol=1e-12)


def _older(patients: pd.DataFrame) -> pd.DataFrame:
    return patients.assign(**{"clin.age_years": patients["clin.age_years"] + 7}).rename(
        index=lambda name: f"older-{name}"
    )

"""Log a model folder to MLflow: signature, synthetic example, pinned requirements, no code."""

from importlib.metadata import version
from pathlib import Path
from typing import Any

from stratify.assemble.signatures import required_genes
from stratify.score.card import ModelCard
from stratify.score.example import synthetic_patients
from stratify.score.model import OUTPUT_COLUMNS, PATIENT_ID
from stratify.score.persistence import PYFUNC_MODULE
from stratify.score.record import read_record
from stratify.score.versions import LIBRARIES, installed
from stratify.track.locate import MODEL_NAME

READERS = ["pydantic", "pyyaml"]
"""What reads a model and does not decide its numbers; pinned in its requirements as installed."""

EXAMPLE_PATIENTS = 3
OUTPUT_TYPES = {"probability": "double", "feature_coverage": "double", "outside_training_range": "boolean"}


def log_model(run_id: str, card: ModelCard, folder: Path, digest: str) -> str:
    """Log one model into a run of the current tracking store.

    Parameters
    ----------
    run_id
        The run.
    card
        The model's card.
    folder
        Its folder, as `PatientModel.save` writes it.
    digest
        Of the run's inputs; becomes a tag of the model.

    Returns
    -------
    str
        MLflow's identifier of the logged model.
    """
    import mlflow  # noqa: PLC0415 - heavy

    with mlflow.start_run(run_id=run_id):
        logged = mlflow.pyfunc.log_model(
            name=MODEL_NAME,
            loader_module=PYFUNC_MODULE,
            data_path=str(folder),
            signature=model_signature(card),
            input_example=synthetic_patients(card, EXAMPLE_PATIENTS).reset_index(),
            pip_requirements=_requirements(folder),
            metadata={"research_use_only": card.research_use_only, "study": card.study, "model": card.model},
            tags={"input_digest": digest, "study": card.study, "model": card.model},
            model_type=card.model,
        )
    return str(logged.model_id)


def _requirements(folder: Path) -> list[str]:
    """Pin what the model was made with, which need not be what is installed; this package itself stands beside it."""
    made_with = read_record(folder).made_with or installed()
    pins = {name: made_with[name] for name in LIBRARIES} | {name: version(name) for name in READERS}
    return [f"{name}=={pins[name]}" for name in sorted(pins)]


def model_signature(card: ModelCard) -> Any:
    """Describe a model's input and output to MLflow.

    Every input column is optional and of any type: MLflow would otherwise refuse a patient whose values are all
    missing (a column without values has no type), and whole numbers in a number column. The model checks types
    itself, and its messages name the patient.

    Parameters
    ----------
    card
        The model's card.

    Returns
    -------
    mlflow.models.ModelSignature
    """
    from mlflow.models import ModelSignature  # noqa: PLC0415 - heavy
    from mlflow.types import ColSpec, Schema  # noqa: PLC0415
    from mlflow.types.schema import AnyType  # noqa: PLC0415

    needed = required_genes(card.signatures.values(), card.gene_universe)
    genes = [gene for gene in needed if gene not in card.feature_names]
    inputs = [ColSpec(AnyType(), name, required=False) for name in [PATIENT_ID, *card.feature_names, *genes]]
    outputs = [ColSpec(OUTPUT_TYPES.get(name, "string"), name) for name in [PATIENT_ID, *OUTPUT_COLUMNS]]
    return ModelSignature(inputs=Schema(inputs), outputs=Schema(outputs))

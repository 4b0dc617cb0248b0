"""Save and load models without executing code: skops with a fixed list of types, and a JSON card."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import skops.io

from stratify.artifacts.store import atomic
from stratify.config.load import read_yaml
from stratify.errors import StratifyError
from stratify.score.boosters import check_boosters
from stratify.score.card import ModelCard
from stratify.score.record import CARD_FILE, ModelRecord, read_record, write_record
from stratify.score.versions import naming_versions

PYFUNC_MODULE = "stratify.score.pyfunc"
PIPELINE_FILE = "pipeline.skops"
SUBFOLDER = "model"
TRUSTED_TYPES = [
    "collections.OrderedDict",
    "lightgbm.basic.Booster",
    "lightgbm.sklearn.LGBMClassifier",
    "lightgbm.sklearn.LGBMRanker",
    "numpy.dtype",
    "stratify.fit.models.elastic_net.ElasticNetLogistic",
    "stratify.fit.models.encoding.FillIfComplete",
    "stratify.fit.models.ensemble.CalibratedEnsemble",
    "stratify.fit.models.burden.ReferencedBurden",
    "stratify.fit.models.grouped_ridge.GroupedRidge",
    "stratify.fit.models.invariant_ridge.InvariantRidge",
    "stratify.fit.models.extra_trees.RandomisedTrees",
    "stratify.fit.models.ridge_and_trees.RidgeAndTrees",
    "stratify.fit.models.rank_lightgbm.RankedTrees",
    "stratify.fit.models.biomarker_stack.BiomarkerStack",
    "stratify.fit.models.recalibrated.Recalibrated",
    "stratify.fit.models.spline_logistic.AdditiveLogistic",
]
"""Types a model may hold besides scikit-learn's own, which skops trusts. None of them runs code on loading."""


def save_model(pipeline: Any, card: ModelCard, folder: Path, reference: Mapping[str, Any]) -> None:
    """Write a model folder.

    Parameters
    ----------
    pipeline
        Fitted pipeline made of scikit-learn's estimators and `TRUSTED_TYPES`.
    card
        Its card.
    folder
        Target; made if needed. The card is written last: a folder without it holds no model.
    reference
        Synthetic patients and their probabilities, by which a load proves the model.

    Raises
    ------
    StratifyError
        The pipeline holds a type that `load_model` would refuse.
    """
    content = skops.io.dumps(pipeline)
    _refuse_strangers(content, str(folder))
    check_boosters(content, str(folder))
    (folder / CARD_FILE).unlink(missing_ok=True)
    with atomic(folder / PIPELINE_FILE) as temporary:
        temporary.write_bytes(content)
    write_record(folder, card, content, reference)


def load_model(folder: Path) -> tuple[Any, ModelRecord]:
    """Read a model folder.

    Parameters
    ----------
    folder
        Written by `save_model`.

    Returns
    -------
    tuple
        The pipeline, not yet proved, and what stands beside it.

    Raises
    ------
    StratifyError
        A file is missing or damaged, the format is of another version, or the pipeline holds a type that is not
        on the fixed list.
    """
    record = read_record(folder)
    path = folder / PIPELINE_FILE
    if not path.is_file():
        raise StratifyError(f"{folder}: holds no {PIPELINE_FILE}, so it is not a whole model folder")
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != record.pipeline_sha256:
        raise StratifyError(
            f"{path}: sha256 is {found}, {CARD_FILE} says {record.pipeline_sha256}; the file was changed or damaged"
        )
    with naming_versions(record.made_with):
        return _unpack(content, str(path)), record


def _unpack(content: bytes, where: str) -> Any:
    _refuse_strangers(content, where)
    check_boosters(content, where)
    try:
        return skops.io.loads(content, trusted=TRUSTED_TYPES)
    except Exception as error:
        raise StratifyError(f"{where}: not a readable model: {type(error).__name__}: {error}") from error


def _refuse_strangers(content: bytes, where: str) -> None:
    try:
        found = skops.io.get_untrusted_types(data=content)
    except Exception as error:
        raise StratifyError(f"{where}: not a readable model: {type(error).__name__}: {error}") from error
    strangers = sorted(set(found) - set(TRUSTED_TYPES))
    if strangers:
        raise StratifyError(
            f"{where}: holds the type {strangers[0]!r}, which is not trusted; a model may hold scikit-learn's "
            f"estimators and {', '.join(TRUSTED_TYPES)}"
        )


def find_model_folder(folder: Path) -> Path:
    """Find the model folder in what a user points at.

    Parameters
    ----------
    folder
        A model folder, one whose subfolder `model` is one (``results/fit/<study>/<model>``), or a model as MLflow
        stores it (with a file `MLmodel`).

    Returns
    -------
    pathlib.Path
        The folder with `card.json`.

    Raises
    ------
    StratifyError
        The folder is none of these, or an MLflow model of another kind; names the model folders just below it.
    """
    for candidate in (folder, folder / SUBFOLDER):
        if (candidate / CARD_FILE).is_file():
            return candidate
    description = folder / "MLmodel"
    if not description.is_file():
        below = sorted(card.parent.as_posix() for card in folder.glob(f"*/{SUBFOLDER}/{CARD_FILE}"))
        hint = f"; there are models in it: {', '.join(below)}" if below else ""
        raise StratifyError(f"{folder}: holds neither {CARD_FILE} nor MLmodel, so it is not a model folder{hint}")
    flavor = read_yaml(description).get("flavors", {}).get("python_function", {})
    if flavor.get("loader_module") != PYFUNC_MODULE:
        raise StratifyError(f"{description}: not a model of this package: loader {flavor.get('loader_module')!r}")
    return folder / str(flavor.get("data", ""))

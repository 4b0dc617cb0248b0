"""Save and load models without executing code: skops with a closed list of types, and a JSON card."""

import hashlib
import json
from pathlib import Path
from typing import Any

import skops.io

from stratify.artifacts.atomic import atomic
from stratify.artifacts.store import read_json
from stratify.config.load import read_yaml, validate
from stratify.errors import StratifyError
from stratify.score.boosters import check_boosters
from stratify.score.card import ModelCard
from stratify.score.skops_file import MAX_BYTES, TRUSTED, checked_copy

FORMAT = 1
PYFUNC_MODULE = "stratify.score.pyfunc"
PIPELINE_FILE = "pipeline.skops"
CARD_FILE = "card.json"
SUBFOLDER = "model"


def save_model(pipeline: Any, card: ModelCard, folder: Path) -> None:
    """Write a model folder.

    Parameters
    ----------
    pipeline
        Fitted pipeline made of `stratify.score.skops_file.ESTIMATORS`.
    card
        Its card.
    folder
        Target; made if needed. The card is written last: a folder without it holds no model.

    Raises
    ------
    StratifyError
        The pipeline holds a type that `load_model` would refuse.
    """
    content = skops.io.dumps(pipeline)
    check_boosters(checked_copy(content, str(folder)), str(folder))
    (folder / CARD_FILE).unlink(missing_ok=True)
    with atomic(folder / PIPELINE_FILE) as temporary:
        temporary.write_bytes(content)
    record = {
        "format": FORMAT,
        "pipeline_sha256": hashlib.sha256(content).hexdigest(),
        "card": card.model_dump(mode="json"),
    }
    with atomic(folder / CARD_FILE) as temporary:
        temporary.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def load_model(folder: Path) -> tuple[Any, ModelCard]:
    """Read a model folder.

    Parameters
    ----------
    folder
        Written by `save_model`.

    Returns
    -------
    tuple
        The pipeline and its card.

    Raises
    ------
    StratifyError
        A file is missing or damaged, the format is of another version, or the pipeline holds a type that is not
        on the fixed list.
    """
    card, expected = _read_card(folder / CARD_FILE)
    path = folder / PIPELINE_FILE
    if not path.is_file():
        raise StratifyError(f"{folder}: holds no {PIPELINE_FILE}, so it is not a whole model folder")
    content = _read(path)
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise StratifyError(f"{path}: sha256 is {found}, {CARD_FILE} says {expected}; the file was changed or damaged")
    copy = checked_copy(content, str(path))
    check_boosters(copy, str(path))
    try:
        pipeline = skops.io.loads(copy, trusted=TRUSTED)
    except Exception as error:
        raise StratifyError(f"{path}: not a readable model: {type(error).__name__}: {error}") from error
    _check_fits(pipeline, card, str(path))
    return pipeline, card


def _check_fits(pipeline: Any, card: ModelCard, where: str) -> None:
    """Raise an error where what was read is no classifier of the card's features."""
    if not hasattr(pipeline, "predict_proba"):
        raise StratifyError(f"{where}: expected a classifier with predict_proba, found {type(pipeline).__name__}")
    expected = getattr(pipeline, "feature_names_in_", None)
    if expected is not None and list(expected) != card.feature_names:
        raise StratifyError(
            f"{where}: reads {len(expected)} features, such as {expected[0]!r}, but {CARD_FILE} lists "
            f"{len(card.features)}, such as {card.features[0].name!r}; the two files are not of one model"
        )


def _read_card(path: Path) -> tuple[ModelCard, str]:
    if not path.is_file():
        raise StratifyError(f"{path.parent}: holds no {CARD_FILE}, so it is not a model folder")
    record = read_json(path)
    if record.get("format") != FORMAT:
        raise StratifyError(f"{path}: format {record.get('format')!r}, this version reads format {FORMAT}")
    return validate(ModelCard, record.get("card"), str(path)), str(record.get("pipeline_sha256"))


def _read(path: Path) -> bytes:
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise StratifyError(f"{path}: has {size:,} bytes; a model has at most {MAX_BYTES:,}")
    return path.read_bytes()


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
    return _described_folder(description)


def _described_folder(description: Path) -> Path:
    """Find the folder that an MLflow model keeps this package's files in; nothing else it names is read."""
    flavors = read_yaml(description).get("flavors")
    flavor = flavors.get("python_function") if isinstance(flavors, dict) else None
    if not isinstance(flavor, dict):
        raise StratifyError(f"{description}: expected flavors.python_function, a mapping of keys; found {flavor!r:.80}")
    if flavor.get("loader_module") != PYFUNC_MODULE:
        raise StratifyError(f"{description}: not a model of this package: loader {flavor.get('loader_module')!r}")
    data, top = flavor.get("data"), description.parent.resolve()
    if not isinstance(data, str) or not (top / data).resolve().is_relative_to(top):
        raise StratifyError(f"{description}: 'data' is {data!r}; expected the path of a folder beside it")
    return description.parent / data

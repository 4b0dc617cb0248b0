"""What stands beside a pipeline in a model folder: its card, the versions it was made with, and its proof."""

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stratify import __version__
from stratify.artifacts.atomic import atomic
from stratify.artifacts.store import read_json
from stratify.config.load import validate
from stratify.errors import StratifyError
from stratify.score.card import ModelCard
from stratify.score.proof import Scorer, check_reference, make_reference
from stratify.score.versions import check_made_with, differences, installed, is_later, naming_versions
from stratify.wording import counted

FORMAT = 2
"""Raised with every change that an earlier version of this package could not read, of the folder or of the card."""

UNPROVED_FORMAT = 1
"""Read besides: it records neither versions nor reference patients."""

CARD_FILE = "card.json"
REFERENCE_FILE = "reference.json"
NO_VERSION_DIFFERS = (
    "no recorded version differs, so its files, this package's code or the machine do: fit the study again"
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ModelRecord:
    """What `card.json` and `reference.json` say; the last two are none for a model of the unproved format."""

    card: ModelCard
    pipeline_sha256: str
    made_with: Mapping[str, str] | None
    reference: Mapping[str, Any] | None

    def prove(self, model: Scorer, where: str) -> None:
        """Score the reference patients again; say in one line under which other versions, or that none were kept.

        Parameters
        ----------
        model
            The model as it was loaded.
        where
            Folder, for the message.

        Raises
        ------
        StratifyError
            They cannot be scored, or get other probabilities than when the model was saved.
        """
        if self.made_with is None or self.reference is None:
            self._try(model, where)
            return
        changed = differences(self.made_with)
        with naming_versions(self.made_with):
            try:
                check_reference(model, self.reference, where)
            except StratifyError as error:
                if changed:
                    raise
                raise StratifyError(f"{error}; {NO_VERSION_DIFFERS}") from error
        if changed:
            patients = counted(len(self.reference["probability"]), "reference patient")
            logger.info("%s: %s; %s get the same probabilities", where, "; ".join(changed), patients)

    def _try(self, model: Scorer, where: str) -> None:
        """See that a model without reference patients can score some at all."""
        made_by = f"made by version {self.card.package_version}, before models recorded their versions"
        try:
            make_reference(model)
        except Exception as error:
            said = f"{type(error).__name__}: {' '.join(str(error).split())}"
            raise StratifyError(f"{where}: {made_by}, and cannot score here ({said}); fit the study again") from error
        logger.warning(
            "%s: %s; it scores, but nothing proves that it gives the numbers it gave then (a new fit will)",
            where,
            made_by,
        )


def write_record(folder: Path, card: ModelCard, pipeline: bytes, reference: Mapping[str, Any]) -> None:
    """Write `reference.json`, then `card.json`.

    Parameters
    ----------
    folder
        The model folder.
    card
        The model's card.
    pipeline
        Content of the pipeline's file.
    reference
        As `stratify.score.proof.make_reference` gives it.
    """
    patients = (json.dumps(reference, ensure_ascii=False, allow_nan=False) + "\n").encode()
    with atomic(folder / REFERENCE_FILE) as temporary:
        temporary.write_bytes(patients)
    record = {
        "format": FORMAT,
        "pipeline_sha256": hashlib.sha256(pipeline).hexdigest(),
        "reference_sha256": hashlib.sha256(patients).hexdigest(),
        "made_with": installed(),
        "card": card.model_dump(mode="json"),
    }
    with atomic(folder / CARD_FILE) as temporary:
        temporary.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read_record(folder: Path) -> ModelRecord:
    """Read `card.json` and, where the format has it, `reference.json`.

    Parameters
    ----------
    folder
        The model folder.

    Returns
    -------
    ModelRecord

    Raises
    ------
    StratifyError
        A file is missing or not what it should be, or the model is of a later version of this package.
    """
    path = folder / CARD_FILE
    if not path.is_file():
        raise StratifyError(f"{folder}: holds no {CARD_FILE}, so it is not a model folder")
    content = read_json(path)
    form = _format(content, str(path))
    made_with = None if form == UNPROVED_FORMAT else check_made_with(content.get("made_with"), str(path))
    return ModelRecord(
        card=_card(content, str(path)),
        pipeline_sha256=str(content.get("pipeline_sha256")),
        made_with=made_with,
        reference=None if made_with is None else _reference(folder, content.get("reference_sha256")),
    )


def _format(content: Mapping[str, Any], where: str) -> int:
    form = content.get("format")
    if type(form) is int and form > FORMAT:
        raise StratifyError(f"{where}: format {form}, {_later(content)}")
    if type(form) is not int or form not in (UNPROVED_FORMAT, FORMAT):
        raise StratifyError(f"{where}: format {form!r:.40}, this version reads formats {UNPROVED_FORMAT} and {FORMAT}")
    return form


def _later(content: Mapping[str, Any]) -> str:
    """Say that a later version of this package is needed, and which, as far as the file tells."""
    maker = _maker(content)
    made_by, wanted = (f"version {maker}", f"version {maker} or later") if maker else ("a later version", "a later one")
    return (
        f"made by {made_by} of this package; this is version {__version__}, which reads formats {UNPROVED_FORMAT} "
        f"and {FORMAT}: install {wanted} to use the model"
    )


def _maker(content: Mapping[str, Any]) -> str | None:
    """Give the version that made a model, where it is later than this one."""
    card = content.get("card")
    found = card.get("package_version") if isinstance(card, dict) else None
    return found if isinstance(found, str) and is_later(found) else None


def _card(content: Mapping[str, Any], where: str) -> ModelCard:
    try:
        return validate(ModelCard, content.get("card"), where)
    except StratifyError as error:
        if _maker(content) is None:
            raise
        raise StratifyError(f"{where}: {_later(content)} ({error})") from error


def _reference(folder: Path, expected: object) -> dict[str, Any]:
    path = folder / REFERENCE_FILE
    if not path.is_file():
        raise StratifyError(f"{folder}: holds no {REFERENCE_FILE}, so it is not a whole model folder")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != expected:
        raise StratifyError(f"{path}: sha256 is {found}, {CARD_FILE} says {expected}; the file was changed or damaged")
    return read_json(path)

"""Compare the columns of a file with what a model needs, and find the column that was meant."""

import difflib
import re
from collections.abc import Mapping, Sequence

from stratify.errors import StratifyError
from stratify.score.model import PatientModel
from stratify.wording import counted

SHOWN = 5
EXAMPLES = 3
CLINICAL = "clin."


def check_columns(model: PatientModel, columns: Sequence[str], where: str = "the file") -> str | None:
    """Say which features of a model a file lacks.

    Parameters
    ----------
    model
        The model.
    columns
        Columns of the file, without the identifiers.
    where
        What holds the columns, for the message.

    Returns
    -------
    str or None
        The first few features that no column gives, with the ignored columns whose names are near; none where
        the file has every feature.

    Raises
    ------
    StratifyError
        No column gives any feature, so nobody could be scored (names the nearest columns).
    """
    lacking = model.lacking_features(columns)
    if not lacking:
        return None
    ignored = model.unknown_columns(columns)
    total = counted(len(model.card.features), "feature")
    if len(lacking) == len(model.card.features):
        raise StratifyError(f"{where} has none of the model's {total}; {_examples(model, lacking, ignored)}")
    near = _nearest_columns(model, lacking, ignored)
    first = sorted(lacking, key=lambda feature: feature not in near)[:SHOWN]
    described = [_described(feature, *near.get(feature, ())) for feature in first]
    more = f" and {len(lacking) - SHOWN} more" if len(lacking) > SHOWN else ""
    return f"{where} lacks {len(lacking)} of the model's {total}: {', '.join(described)}{more}"


def _examples(model: PatientModel, lacking: Sequence[str], ignored: Sequence[str]) -> str:
    """Pair ignored columns with what they may have meant, or show what the model would have known."""
    meant = dict(_nearest_columns(model, lacking, ignored).values())
    if meant:
        shown = [f"{column!r}: did you mean {name!r}?" for column, name in list(meant.items())[:EXAMPLES]]
        return f"for example {' '.join(shown)}"
    names = ", ".join(lacking[:SHOWN]) + (", …" if len(lacking) > SHOWN else "")
    return f"it needs {names}; `stratify example` writes a file with all of them"


def _described(feature: str, column: str | None = None, name: str | None = None) -> str:
    return feature if column is None else f"{feature} (is column {column!r} meant as {name!r}?)"


def _nearest_columns(model: PatientModel, lacking: Sequence[str], ignored: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Find, by feature, an ignored column that may have been meant and the name it would have needed."""
    spelled = _by_spelling(ignored)
    found: dict[str, tuple[str, str]] = {}
    for feature in lacking:
        for name in _sources(model, feature):
            column = nearest_column(name, ignored, spelled)
            if column is not None:
                found[feature] = (column, name)
                break
    return found


def _sources(model: PatientModel, feature: str) -> list[str]:
    """List the columns a feature can come from: itself, and for a signature its genes."""
    signature = model.card.signatures.get(feature.removeprefix("sig."))
    genes = [f"gene.{symbol}" for symbol in signature.genes] if signature and feature.startswith("sig.") else []
    return [feature, *genes]


def nearest_column(name: str, columns: Sequence[str], spelled: Mapping[str, str] | None = None) -> str | None:
    """Find the column that is probably meant by a feature's name.

    Parameters
    ----------
    name
        Feature, such as `clin.age_years`.
    columns
        Columns to choose from.
    spelled
        The columns by spelling, where they were asked before.

    Returns
    -------
    str or None
        A column of the same spelling, but for the namespace, case and punctuation; for clinical features also a
        misspelling. Genes and probes one character apart are different ones, and are never offered.
    """
    spelled = _by_spelling(columns) if spelled is None else spelled
    same = next((spelled[word] for word in _spellings(name) if word in spelled), None)
    if same is not None or not name.startswith(CLINICAL):
        return same
    bare = {column.casefold().removeprefix(CLINICAL): column for column in reversed(columns)}
    close = difflib.get_close_matches(name.removeprefix(CLINICAL).casefold(), bare, n=1, cutoff=0.75)
    return bare[close[0]] if close else None


def _by_spelling(columns: Sequence[str]) -> dict[str, str]:
    return {word: column for column in reversed(columns) for word in _spellings(column)}


def _spellings(name: str) -> list[str]:
    """Spell a name with and without its namespace, without case, punctuation and R's X before a digit."""
    flat = [re.sub(r"[\W_]", "", part).casefold() for part in (name, name.partition(".")[2])]
    return [re.sub(r"^x(?=\d)", "", word) for word in flat if word]

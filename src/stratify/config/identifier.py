"""Names of studies, datasets, sources and models: they become parts of paths, of rules and of command lines."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import Field

from stratify.errors import StratifyError

IDENTIFIER_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"
IDENTIFIER_WORDS = "a name of letters, digits, '_', '.' and '-' that starts with a letter or digit"

Identifier = Annotated[str, Field(pattern=IDENTIFIER_PATTERN)]


def check_file_name(path: Path) -> None:
    """Raise an error where the name of a configuration file cannot be the name of what it describes.

    Parameters
    ----------
    path
        The file of a study, dataset or source; its name without `.yaml` is the identifier.

    Raises
    ------
    StratifyError
        The name has other characters; results would be written to other places than meant.
    """
    if not re.fullmatch(IDENTIFIER_PATTERN, path.stem):
        raise StratifyError(
            f"{str(path)!r}: the file's name gives what it describes its name: expected {IDENTIFIER_WORDS}, "
            f"found {path.stem!r}; rename the file"
        )

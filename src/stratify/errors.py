"""The one exception that means: the input, not the program, has to change."""

import difflib
from collections.abc import Iterable


class StratifyError(ValueError):
    """An input, a configuration or a result is not what the step needs.

    The message says what was found, what was expected, where, and what to do. The command line prints it
    as one line and exits with status 2.
    """


def nearest(name: str, valid: Iterable[str]) -> str:
    """Say which valid name is meant, or list the valid names.

    Parameters
    ----------
    name
        What was written.
    valid
        What could have been written.

    Returns
    -------
    str
        A clause to end an error message with.

    Examples
    --------
    >>> nearest("elastic_nett", ["elastic_net", "lightgbm"])
    "did you mean 'elastic_net'?"
    >>> nearest("tree", ["elastic_net", "lightgbm"])
    'valid names: elastic_net, lightgbm'
    """
    valid = sorted(valid)
    folded = {word.casefold(): word for word in reversed(valid)}
    match = difflib.get_close_matches(name.casefold(), folded, n=1)
    if match:
        return f"did you mean {folded[match[0]]!r}?"
    shown = ", ".join(valid[:12]) + (", …" if len(valid) > 12 else "")
    return f"valid names: {shown}" if valid else "there are no valid names here"

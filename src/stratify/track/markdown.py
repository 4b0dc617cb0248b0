"""Texts of configuration files inside the Markdown that MLflow's pages show."""

import re


def as_plain(text: str) -> str:
    r"""Write a text so that Markdown shows it as it stands: no links, pictures, markup, headings or HTML.

    Parameters
    ----------
    text
        Title, caveat or citation, as written by its author.

    Returns
    -------
    str
        One line, with a backslash before signs that mean something and with `<`, `>` and `&` as entities.

    Examples
    --------
    >>> as_plain("[x](javascript:y) <b>")
    '\\[x\\](javascript:y) &lt;b&gt;'
    """
    line = " ".join(text.split())
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"[\\`*_\[\]|~]|^[#+=-]", r"\\\g<0>", line)

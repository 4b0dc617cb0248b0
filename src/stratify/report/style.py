"""The look that all figures share, and how a figure becomes inline SVG."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

ACCENT = "#0b6170"
INK = "#1c2530"
SOFT = "#5b6773"
FAINT = "#9aa5af"
RULE = "#dde2e6"
PALE = "#e4eef0"
PAPER = "#ffffff"

SETTINGS: dict[str, Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib: the layout is the same on every machine
    "font.size": 8.5,
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.labelsize": 8.5,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.axisbelow": True,
    "figure.facecolor": PAPER,
    "axes.facecolor": PAPER,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "lines.linewidth": 1.8,
    "lines.solid_capstyle": "round",
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": SOFT,
    "ytick.labelcolor": SOFT,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "svg.fonttype": "none",
    "svg.hashsalt": "stratify",
}
"""Matplotlib settings of every figure. Text stays text in SVG, so that the page's font, search and screen readers
apply; it is laid out with a wide font, and a narrower one therefore always fits."""


@contextmanager
def styled() -> Iterator[None]:
    """Apply the shared look inside a `with` block, whatever the user's own settings are."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(SETTINGS)  # type: ignore[arg-type]
        yield


def new_figure(width: float, height: float) -> Figure:
    """Make an empty figure that no window manager knows of.

    Parameters
    ----------
    width, height
        Size in inches; the page scales the figure to its column.
    """
    return Figure(figsize=(width, height), layout="constrained")


def quiet_grid(axes: Axes, axis: Literal["x", "y", "both"] = "both") -> None:
    """Draw a light grid and no tick marks along `axis`."""
    axes.grid(visible=True, axis=axis)
    axes.tick_params(axis=axis, length=0)


def say_empty(axes: Axes, message: str) -> None:
    """Write why there is nothing to draw."""
    axes.set_axis_off()
    axes.text(0.5, 0.5, message, ha="center", va="center", color=SOFT, transform=axes.transAxes)


def to_svg(figure: Figure, name: str, alternative: str) -> str:
    """Turn a figure into an `<svg>` element to stand inside a page.

    The bytes depend on the figure alone: no date, no program version, no random identifiers. Identifiers start with
    `name`, so that several figures can share a page.

    Parameters
    ----------
    figure
        What to draw.
    name
        Unique within the page; letters, digits and hyphens.
    alternative
        What the figure shows, in words, for readers who do not see it.

    Returns
    -------
    str
        Markup.
    """
    buffer = io.StringIO()
    with styled():
        figure.savefig(buffer, format="svg", metadata=dict.fromkeys(["Creator", "Date", "Format", "Type"]))
    markup = buffer.getvalue()
    markup = markup[markup.index("<svg") :]
    markup = re.sub(r"<metadata>.*?</metadata>\s*", "", markup, flags=re.DOTALL)
    identifier = re.compile(r'(\bid="|xlink:href="#|url\(#)')  # in tags only: a label may hold such text
    markup = re.sub(r"<[a-z][^>]*>", lambda tag: identifier.sub(rf"\g<1>{name}-", tag.group()), markup)
    box = re.search(r'viewBox="[^"]*"', markup)
    opening = f'<svg xmlns:xlink="http://www.w3.org/1999/xlink" {box.group() if box else ""} role="img"'
    return re.sub(r"<svg\b[^>]*>", f'{opening} aria-label="{escape(alternative)}">', markup, count=1)

"""A figure and the words that stand for it."""

from dataclasses import dataclass

from matplotlib.figure import Figure


@dataclass(frozen=True)
class Illustration:
    """A figure and what it shows, in words, for readers who do not see it."""

    figure: Figure
    alternative: str

"""The figures of a study, one idea a file; each takes tables and returns a matplotlib figure."""

from stratify.report.figures.calibration import calibration_figure
from stratify.report.figures.cohort_forest import ForestLine, Mark, Series, cohort_forest_figure
from stratify.report.figures.decision import decision_figure
from stratify.report.figures.effects import effects_figure, feature_label
from stratify.report.figures.forest import forest_figure
from stratify.report.figures.grids import Panel, calibration_grid, decision_grid
from stratify.report.figures.heat_map import HeatColumn, HeatRow, heat_map_figure
from stratify.report.figures.roc import roc_figure
from stratify.report.figures.strata import strata_figure

__all__ = [
    "ForestLine",
    "HeatColumn",
    "HeatRow",
    "Mark",
    "Panel",
    "Series",
    "calibration_figure",
    "calibration_grid",
    "cohort_forest_figure",
    "decision_figure",
    "decision_grid",
    "effects_figure",
    "feature_label",
    "forest_figure",
    "heat_map_figure",
    "roc_figure",
    "strata_figure",
]

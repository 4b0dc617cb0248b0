"""Bioconductor containers as tables and matrices: SummarizedExperiment, MultiAssayExperiment, ExpressionSet."""

from dataclasses import dataclass
from typing import Protocol

import pandas as pd
from rdata.parser import RObjectType

from stratify.errors import StratifyError, nearest
from stratify.harmonize.readers.r_matrices import Matrix, is_matrix, matrix_of
from stratify.harmonize.readers.r_objects import RValue
from stratify.harmonize.readers.r_vectors import is_table, table_of, unique_names

Names = list[str | None] | None


class Container(Protocol):
    """Assays with a table of their samples and one of their features."""

    def assay(self, name: str | None) -> tuple[Matrix, str]:
        """Read one assay, the only one where no name is given; say where it is."""
        ...

    def sample_table(self) -> pd.DataFrame:
        """Read the table of samples as text."""
        ...

    def feature_table(self) -> pd.DataFrame:
        """Read the table of features as text."""
        ...

    def sample_names(self) -> Names:
        """Return the container's names of samples."""
        ...

    def feature_names(self) -> Names:
        """Return the container's names of features."""
        ...


def is_container(value: RValue) -> bool:
    """Tell whether an object is one of the containers."""
    return _is_experiment(value) or _is_expression_set(value) or _is_multi_assay(value)


def _is_experiment(value: RValue) -> bool:
    return {"assays", "colData"} <= set(value.attributes)


def _is_expression_set(value: RValue) -> bool:
    return {"assayData", "phenoData"} <= set(value.attributes)


def _is_multi_assay(value: RValue) -> bool:
    return {"ExperimentList", "sampleMap"} <= set(value.attributes)


def container_of(value: RValue, experiment: str | None, where: str) -> Container:
    """Look into a container.

    Parameters
    ----------
    value
        For which `is_container` holds.
    experiment
        Which experiment of a MultiAssayExperiment.
    where
        File and object, for messages.

    Raises
    ------
    StratifyError
        There is no such experiment, or the container has no experiments.
    """
    if _is_multi_assay(value):
        return MultiAssay(value, experiment, where)
    if experiment is not None:
        raise StratifyError(f"{where}: a {value.described()} has no experiments; leave `experiment` out")
    return ExpressionSet(value, where) if _is_expression_set(value) else Experiment(value, where)


def one_of(found: dict[str, RValue], name: str | None, key: str, where: str) -> tuple[str, RValue]:
    """Choose by name, or the only one there is."""
    if name is None and len(found) == 1:
        return next(iter(found.items()))
    if name is None:
        shown = ", ".join(found) or "none"
        raise StratifyError(f"{where}: choose with `{key}:` among: {shown}")
    if name not in found:
        raise StratifyError(f"{where}: no {key} {name!r}; {nearest(name, found)}")
    return name, found[name]


def _named(elements: list[tuple[str, RValue]]) -> dict[str, RValue]:
    return {name or f"assay_{number}": value for number, (name, value) in enumerate(elements, start=1)}


@dataclass(frozen=True)
class Experiment:
    """A SummarizedExperiment or what derives from it."""

    value: RValue
    where: str

    def assay(self, name: str | None) -> tuple[Matrix, str]:
        """Read one assay, the only one where no name is given; say where it is."""
        held = self.value.attributes["assays"]
        # Older versions keep the list in a reference class, that is, in an environment.
        inner = held.attributes.get("data") or _environment(held).get("data") or held
        found = _named(inner.attributes["listData"].elements() if "listData" in inner.attributes else inner.elements())
        chosen, value = one_of(found, name, "assay", self.where)
        where = f"{self.where}: assay {chosen!r}"
        return matrix_of(value, where), where

    def sample_table(self) -> pd.DataFrame:
        """Read colData."""
        return table_of(self.value.attributes["colData"], f"{self.where}: colData")

    def feature_table(self) -> pd.DataFrame:
        """Read rowData."""
        ranges = self.value.attributes.get("rowRanges")
        holder = self.value if ranges is None else ranges
        table = holder.attributes.get("elementMetadata")
        if table is None or not is_table(table):
            return pd.DataFrame()
        return table_of(table, f"{self.where}: rowData")

    def sample_names(self) -> Names:
        """Return the row names of colData."""
        return self.value.attributes["colData"].attribute_strings("rownames")

    def feature_names(self) -> Names:
        """Return NAMES, or the names of the genomic ranges."""
        names = self.value.attribute_strings("NAMES")
        ranges = self.value.attributes.get("rowRanges")
        for slot in ("ranges", "partitioning"):
            if names is None and ranges is not None and slot in ranges.attributes:
                names = ranges.attributes[slot].attribute_strings("NAMES")
        return names


def _environment(value: RValue) -> dict[str, RValue]:
    held = value.attributes.get(".xData", value)
    return held.variables() if held.kind is RObjectType.ENV else {}


@dataclass(frozen=True)
class ExpressionSet:
    """An ExpressionSet of Biobase."""

    value: RValue
    where: str

    def assay(self, name: str | None) -> tuple[Matrix, str]:
        """Read one matrix of assayData: `exprs` where no name is given and it is there."""
        held = self.value.attributes["assayData"]
        found = _environment(held) or _named(held.elements())
        wanted = "exprs" if name is None and "exprs" in found else name
        chosen, value = one_of(found, wanted, "assay", self.where)
        where = f"{self.where}: assay {chosen!r}"
        return matrix_of(value, where), where

    def sample_table(self) -> pd.DataFrame:
        """Read phenoData."""
        return self._annotations("phenoData")

    def feature_table(self) -> pd.DataFrame:
        """Read featureData."""
        return self._annotations("featureData")

    def sample_names(self) -> Names:
        """Return the row names of phenoData."""
        return self._annotation("phenoData").attribute_strings("row.names")

    def feature_names(self) -> Names:
        """Return none: the matrix carries them."""
        return None

    def _annotation(self, slot: str) -> RValue:
        return self.value.attributes[slot].attributes["data"]

    def _annotations(self, slot: str) -> pd.DataFrame:
        return table_of(self._annotation(slot), f"{self.where}: {slot}")


class MultiAssay:
    """A MultiAssayExperiment: experiments on the same patients.

    Parameters
    ----------
    value
        The object.
    experiment
        Which experiment; without one, only the table of patients can be read (unless there is one experiment).
    where
        File and object, for messages.
    """

    def __init__(self, value: RValue, experiment: str | None, where: str) -> None:
        self.value, self.experiment, self.where = value, experiment, where

    def _chosen(self) -> tuple[str, RValue]:
        held = self.value.attributes["ExperimentList"]
        return one_of(_named(held.attributes["listData"].elements()), self.experiment, "experiment", self.where)

    def _inner(self) -> Container | None:
        name, value = self._chosen()
        where = f"{self.where}: {name}"
        if is_container(value):
            return container_of(value, None, where)
        if is_matrix(value):
            return None
        raise StratifyError(f"{where}: a {value.described()} cannot be read as an experiment")

    def assay(self, name: str | None) -> tuple[Matrix, str]:
        """Read one assay of the experiment."""
        inner = self._inner()
        if inner is not None:
            return inner.assay(name)
        chosen, value = self._chosen()
        return matrix_of(value, f"{self.where}: {chosen}"), f"{self.where}: {chosen}"

    def sample_table(self) -> pd.DataFrame:
        """Read the patients, or with an experiment its samples with their patients' columns."""
        patients = table_of(self.value.attributes["colData"], f"{self.where}: colData")
        if self.experiment is None:
            return patients
        chosen, _ = self._chosen()
        links = table_of(self.value.attributes["sampleMap"], f"{self.where}: sampleMap")
        links = links[links["assay"] == chosen]
        samples = unique_names(list(links["colname"]), "sample", f"{self.where}: sampleMap of {chosen}")
        joined = patients.reindex(links["primary"]).set_axis(samples, axis="index")
        inner = self._inner()
        own = inner.sample_table().reindex(samples) if inner is not None else pd.DataFrame(index=samples)
        own = own.loc[:, [name not in joined.columns and name != "primary" for name in own.columns]]
        primary = pd.Series(links["primary"].to_numpy(), index=samples, name="primary", dtype="str")
        return pd.concat([primary, joined.loc[:, joined.columns != "primary"], own], axis="columns")

    def feature_table(self) -> pd.DataFrame:
        """Read the experiment's table of features."""
        inner = self._inner()
        return pd.DataFrame() if inner is None else inner.feature_table()

    def sample_names(self) -> Names:
        """Return the experiment's names of samples."""
        inner = self._inner()
        return None if inner is None else inner.sample_names()

    def feature_names(self) -> Names:
        """Return the experiment's names of features."""
        inner = self._inner()
        return None if inner is None else inner.feature_names()

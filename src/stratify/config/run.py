"""`config/config.yaml`: which studies a run of the workflow answers."""

from pydantic import Field

from stratify.config.closed import Closed
from stratify.config.identifier import Identifier


class RunConfig(Closed):
    """One run of the workflow."""

    studies: list[Identifier] = Field(min_length=1)
    """Studies to run: names of files in `config/studies`, without `.yaml`."""

    tracking_uri: str = "sqlite:///mlflow.db"
    """The MLflow tracking store. The environment variable `MLFLOW_TRACKING_URI` goes before it."""

    mirror: str | None = None
    """A folder that holds files of sources as `<mirror>/<source>/<file>`; it is asked before the network, and its files
    are verified like any other. The environment variable `STRATIFY_MIRROR` goes before it."""

"""Options that many commands share."""

from pathlib import Path
from typing import Annotated

import typer

DataOption = Annotated[Path, typer.Option("--data", help="The data folder of `up`.", envvar="AIDE_DATA")]
PlanOption = Annotated[str | None, typer.Option("--plan", help="Id of the plan, if there are several.", metavar="ID")]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON, errors too.")]

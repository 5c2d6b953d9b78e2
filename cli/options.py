"""Options that many commands share."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

DataOption = Annotated[Path, typer.Option("--data", help="The data folder of `up`.", envvar="AIDE_DATA")]
PlanOption = Annotated[str | None, typer.Option("--plan", help="Id of the plan, if there are several.", metavar="ID")]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON, errors too.")]

# Options for launching a plan.
ContactsOption = Annotated[
    Path | None, typer.Option("--contacts", help="The contacts file (default: x.contacts.yaml beside x.yaml).")
]
AsOfOption = Annotated[
    datetime | None,
    typer.Option(
        "--as-of", formats=["%Y-%m-%d"], help="Windows that ended before this day enter as unknown (default: today)."
    ),
]
HistoryOption = Annotated[
    Path | None,
    typer.Option(
        "--history", help="A CSV file that says what became of past sessions (docs/plan-files.md).", exists=True
    ),
]

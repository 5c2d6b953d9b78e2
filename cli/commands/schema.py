"""`schema`: prints the JSON schemas with which editors check plan and contacts files."""

import sys
from typing import Annotated

import typer

from cli.files.schema import SchemaOf, schema_text
from cli.options import JsonOption


def schema(
    kind: Annotated[SchemaOf, typer.Argument(help="The kind of file.")],
    as_json: JsonOption = False,  # a schema is always JSON; with --json, an error is too
) -> None:
    """Print the JSON schema of plan files, parts or contacts files. Editors check files with it. Needs no server.

    schema plan > plan.json
    """
    sys.stdout.write(schema_text(kind))

"""`schema`: what editors check plan and contacts files by."""

import sys
from typing import Annotated

import typer

from cli.files.schema import SchemaOf, schema_text
from cli.options import JsonOption


def schema(
    kind: Annotated[SchemaOf, typer.Argument(help="Of which file.")],
    as_json: JsonOption = False,  # it is JSON either way; an error is not
) -> None:
    """The JSON schema of plan files, of their parts or of contacts files: editors check by it. Needs no server.

    schema plan > plan.json
    """
    sys.stdout.write(schema_text(kind))

"""`register`: lists every provision and obligation, and marks the values that the text does not state."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from adapters.program_folders import DEFAULT_PLAN_FILE
from cli.display.register import register_document
from cli.errors import BadUsage
from cli.files.plan_file import load_plan
from cli.json_text import json_text
from cli.names import check_known
from cli.options import DataOption, JsonOption, PlanOption
from models.plan.kinds import Kind
from models.plan.parties import all_offices


def register(
    plan_file: Annotated[Path, typer.Option("--file", help="The plan file.")] = DEFAULT_PLAN_FILE,
    ref: Annotated[str | None, typer.Option("--ref", help="One provision: 16.3.")] = None,
    kind: Annotated[Kind | None, typer.Option("--kind", help="One kind of obligation.")] = None,
    office: Annotated[str | None, typer.Option("--office", help="One office or institution.")] = None,
    in_force: Annotated[
        bool, typer.Option("--in-force", help="The plan in force, as amended and settled, instead of the plan file.")
    ] = False,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="With --in-force: as it read at the end of that day.", metavar="DAY")
    ] = None,
    diff: Annotated[
        bool, typer.Option("--diff", help="Only what reads otherwise: the plan file -> the plan in force.")
    ] = False,
    data: DataOption = Path("var"),
    plan_name: PlanOption = None,
    as_json: JsonOption = False,
) -> None:
    """List every provision and obligation of the plan file: what the text says, and what is assumed. Needs no server.

    register --in-force --as-of 2026-06-30      the plan as it read at the end of that day

    register --diff                             what the sides have agreed since, and what the file says otherwise
    """
    if diff:
        from cli.plan_diff import diff_document, diff_text  # a plan file needs no server and no client

        found = diff_document(load_plan(plan_file), data, plan_name)
        sys.stdout.write((json_text(found) if as_json else diff_text(found)) + "\n")
        return
    if as_of is not None and not in_force:
        raise BadUsage("missing-option", "--as-of needs --in-force: a plan file has no earlier versions")
    if in_force:
        from cli.in_force import plan_in_force  # imported here, because a plan file needs no server and no client

        plan = plan_in_force(as_of, data, plan_name)
    else:
        plan = load_plan(plan_file)
    check_known("provision", ref, (each.ref for each in plan.provisions), "`register` lists them")
    check_known("office", office, all_offices(plan), "`register` lists the institutions")
    if as_json:
        document = register_document(plan, ref, kind, office)
        sys.stdout.write(json_text(document) + "\n")
        return
    from cli.display.register_table import print_register  # tables are drawn for people only

    print_register(plan, ref, kind, office)

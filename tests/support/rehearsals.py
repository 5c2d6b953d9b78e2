"""Rehearsals of the shipped plan."""

from datetime import UTC, datetime
from functools import cache

from adapters.files.contacts_file import read_contacts
from adapters.program_folders import PLANS
from adapters.working_time import rehearsed_hours
from cli.files.plan_file import load_plan
from cli.launching import launch_at
from models.plan.windows import end_of_validity
from models.rehearsal.assumptions import assumption_of
from models.rehearsal.world import World
from tests.support.builders import DAY

ACTION_PLAN = load_plan(PLANS / "lao-cambodia-2023-2027.yaml")
SIGNED = datetime(2023, 2, 12, 17, tzinfo=UTC)
END = end_of_validity(ACTION_PLAN)


@cache
def whole(assume: str) -> World:
    """The rehearsal of the shipped plan under this assumption. All tests of a process share it: read it only."""
    return rehearsed(assume)


def rehearsed(assume: str) -> World:
    """Rehearses the shipped plan over its five years, with office hours. Each call rehearses again."""
    assert END is not None
    hours = rehearsed_hours(read_contacts(PLANS / "lao-cambodia-2023-2027.contacts.yaml"), END + DAY)
    return World(launch_at(ACTION_PLAN, SIGNED, SIGNED, None), assumption_of(assume), hours).run(END + DAY)

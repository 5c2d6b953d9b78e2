"""The activity that tells office hours."""

from datetime import date
from pathlib import Path
from typing import Any

import yaml
from temporalio.testing import ActivityEnvironment

from activities.hours import HoursActivities
from adapters.settings import Settings
from adapters.working_time import hours_of
from models.post.office_hours import Hours
from tests.support.office_hours import NEW_YEAR, WEEK, contacts, opened, wanted


async def test_the_activity_reads_the_file_anew_and_a_broken_file_leaves_the_default_hours(tmp_path: Path) -> None:
    file = tmp_path / "contacts.yaml"
    activity = HoursActivities(Settings(contacts=file)).hours

    async def ask() -> Hours:
        return await ActivityEnvironment().run(activity, wanted())

    def write(**office: Any) -> None:
        file.write_text(yaml.safe_dump(contacts(**office).model_dump(mode="json", include={"organizer"})))
        data = yaml.safe_load(file.read_text())
        file.write_text(yaml.safe_dump({**data, "offices": {"lao-moc": {"address": "moc@lao.example", **office}}}))

    write(closed={date(2027, 4, 12): "by decree"})
    assert opened(await ask())[0] == "13 08:00-16:00"
    write()
    assert opened(await ask())[0] == "12 08:00-16:00"
    file.write_text("organizer: [")
    assert await ask() == hours_of(None, wanted())
    everything = await ActivityEnvironment().run(HoursActivities(Settings(office_hours=False)).hours, wanted())
    assert everything.is_open(NEW_YEAR) and everything.is_open(everything.renew + WEEK)

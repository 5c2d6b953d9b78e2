"""The whole as its users meet it: the command line as processes, on the real dev server, calendar and mail spool."""

import asyncio
import contextlib
import email
import email.policy
import inspect
import itertools
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
import vobject
import yaml

from adapters.program_folders import ROOT
from cli.commands.up import up
from servers.datafolder import RunFile, process_exists, read_run
from servers.ports import LOOPBACK
from tests.support.builders import obligation, plan_of
from tests.support.commands import UMASK, Ended, forked, fresh
from tests.support.mail_client import answer, send
from tests.support.paths import MAILS
from tests.support.processes import Listener, listeners
from tests.support.rig import eventually, write_contacts
from tests.support.wire import hook

ITEM = "review/1"
NEW_YEAR = "new-year/1"


def open_to_others(root: Path) -> list[str]:
    """Everything at and below a folder that group or others may do anything with."""
    return [str(path) for path in (root, *root.rglob("*")) if path.lstat().st_mode & 0o077]


class Desk:
    """A data folder, and the commands that people type, with the mask that most machines set: everybody may read."""

    def __init__(self, root: Path) -> None:
        self.data = root / "data"
        self.plan_file = root / "plan.yaml"
        self.contacts = root / "plan.contacts.yaml"
        self.up: asyncio.subprocess.Process | None = None
        self.said: list[str] = []
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(("TEMPORAL_", "AIDE_"))}
        self.environment["AIDE_OFFICE_HOURS"] = "off"  # tests run at night too

    async def run(self, *words: str) -> Ended:
        """Exit code, standard output and standard error of one command."""
        return await forked(words, self.environment)

    async def verb(self, verb: str, item: str, *words: str) -> tuple[int, dict[str, Any]]:
        """An acting or reading verb in JSON."""
        code, out, err = await self.run(verb, item, *words, "--data", str(self.data), "--json")
        assert out.strip(), err
        return code, json.loads(out)

    async def status(self) -> dict[str, Any]:
        code, out, err = await self.run("status", "--data", str(self.data), "--json")
        assert code == 0, err
        return {item["id"]: item for item in json.loads(out)["items"]}

    async def opened(self, *items: str) -> None:
        """Waits until the plan has opened these items. `up` says ready when the plan is launched, a moment before."""

        async def there() -> bool:
            return {f"t/{item}" for item in items} <= (await self.status()).keys()

        await eventually(there)

    async def start(self, *more: str) -> None:
        """`up` on free ports, until it says ready."""
        self.up = await asyncio.create_subprocess_exec(
            sys.executable,
            "starter.py",
            "up",
            *("--data", str(self.data), "--plan-file", str(self.plan_file)),
            *("--temporal-port", "0", "--ui-port", "0", "--caldav-port", "0", "--smtp-port", "0"),
            *more,
            cwd=ROOT,
            env=self.environment,
            umask=UMASK,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        assert self.up.stdout is not None
        async with asyncio.timeout(120):
            async for line in self.up.stdout:
                self.said.append(line.decode().rstrip())
                if line == b"ready\n":
                    break
            else:
                raise AssertionError("\n".join(self.said))
        self.reader = asyncio.create_task(self._read(self.up.stdout))

    async def _read(self, stream: asyncio.StreamReader) -> None:
        async for line in stream:
            self.said.append(line.decode().rstrip())

    async def end(self, number: signal.Signals) -> int:
        assert self.up is not None
        self.up.send_signal(number)
        code = await asyncio.wait_for(self.up.wait(), 30)
        await self.reader
        self.up = None
        assert open_to_others(self.data) == []
        return code

    def mails(self, office: str) -> list[email.message.EmailMessage]:
        files = sorted((self.data / "mail" / office).glob("*.eml"))
        return [email.message_from_bytes(f.read_bytes(), policy=email.policy.default) for f in files]  # type: ignore[misc]

    async def events(self, calendar: str) -> list[Any]:
        """The calendar as an independent client and parser read it."""
        run = read_run(self.data)
        assert run is not None
        auth = (calendar, run.calendar_logins[calendar].get_secret_value())
        async with httpx.AsyncClient(auth=auth, trust_env=False) as http:
            answer = await http.get(f"{run.caldav_url}/aide-memoire/{calendar}/")
        return list(vobject.readOne(answer.text).vevent_list) if "VEVENT" in answer.text else []


def yearly(name: str, **more: Any) -> dict[str, Any]:
    """A meeting whose first session is asked for at once."""
    window = {"by": "offset", "opens": "PT0S", "length": "P200D", "every": "P300D", "count": 2}
    return obligation(name, kind="meeting_series", cadence="annual", window=window, **more)


@contextlib.asynccontextmanager
async def desk_of(root: Path, *obligations: dict[str, Any]) -> AsyncIterator[Desk]:
    """A desk with the files of a plan. What runs at the end is killed."""
    found = Desk(root)
    plan = plan_of(*obligations)
    found.plan_file.write_text(yaml.safe_dump(json.loads(plan.model_dump_json(exclude_defaults=True))))
    write_contacts(plan, found.contacts)
    yield found
    if found.up is not None and found.up.returncode is None:
        await found.end(signal.SIGKILL)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_of(tmp_path, yearly("review")) as found:
        yield found


@pytest.fixture(scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """One `up` for all tests that only read, or act on an item and write to offices of their own.

    The offices of `review` are written to once, when its date is asked for. `new-year` has other offices.
    """
    folder = tmp_path_factory.mktemp("running")
    mine = {"LAO": "lao-mfa", "KHM": "khm-mfa"}
    async with desk_of(folder, yearly("review"), yearly("new-year", offices=mine)) as found:
        await found.start()
        await found.opened(ITEM, NEW_YEAR)
        yield found
    hook.judge_folder(folder)
    assert list(hook.faults()) == []


SHARED = pytest.mark.xdist_group("end-to-end")
"""Tests that use `running`: one process runs them all, so that one `up` starts."""


def soon(seconds: int = 20) -> tuple[str, ...]:
    start = datetime.now(ZoneInfo("Asia/Vientiane")) + timedelta(seconds=seconds)
    return (
        "--start",
        f"{start:%Y-%m-%dT%H:%M:%S}",
        "--zone",
        "Asia/Vientiane",
        "--for",
        "PT1S",
        "--place",
        "Vientiane",
    )


def documented_listeners() -> dict[str, tuple[str, str]]:
    """Address and port of each part under "What listens" in docs/operations.md."""
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    table = page.partition("### What listens")[2].partition("| --- |")[2].partition("\n\n")[0]
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in table.splitlines()[1:]]
    return {part: (address.replace("`", ""), port) for part, address, port, _ in rows}


def part_of(listener: Listener, run: RunFile, temporal: list[str]) -> str:
    """What listens there, as docs/operations.md names it; a listener of another part is called by its own words."""
    owner = {pid: name for name, pid in run.children.items()}.get(listener.pid, "up")
    given = dict(itertools.pairwise(temporal))
    known = {
        ("up", run.smtp_port): "the mail spool (SMTP)",
        ("up", int((run.ui or ":0").rpartition(":")[2])): "the Temporal UI",
        ("radicale", int(run.caldav_url.rpartition(":")[2])): "the calendar server",
        ("temporal", int(run.temporal_address.rpartition(":")[2])): "Temporal (gRPC)",
        ("temporal", int(given["--http-port"])): "Temporal's HTTP API",
        ("temporal", int(given["--metrics-port"])): "Temporal's metrics",
        ("temporal", int(given["--ui-port"])): "the real Temporal UI",
    }
    inner = "Temporal's inner services" if owner == "temporal" and listener.protocol == "tcp" else str(listener)
    return known.get((owner, listener.port), inner)


def only_what_is_documented_listens(desk: Desk) -> None:
    run = read_run(desk.data)
    assert run is not None
    temporal = Path(f"/proc/{run.children['temporal']}/cmdline").read_text().split("\0")
    documented, found = documented_listeners(), {}
    for each in listeners(run.pid):
        found.setdefault(part_of(each, run, temporal), []).append(each)
        assert each.protocol == "tcp" and ip_address(each.host).is_loopback, each
    assert found.keys() == documented.keys()
    for part, (address, port) in documented.items():
        assert len(found[part]) == (3 if port == "three at random" else 1), found[part]
        hidden = address == "127.x.x.x at random"
        assert all((each.host != LOOPBACK) if hidden else (each.host == address) for each in found[part]), found[part]
    usual = {name: option.default for name, option in inspect.signature(up).parameters.items()}
    ports = {part: port for part, (_, port) in documented.items() if "random" not in port}
    for part, name in PORTS.items():
        assert ports.pop(part) == f"{usual[name]}, or `--{name.replace('_', '-')}`"
    assert ports == {}


PORTS = {
    "the Temporal UI": "ui_port",
    "the calendar server": "caldav_port",
    "the mail spool (SMTP)": "smtp_port",
    "Temporal (gRPC)": "temporal_port",
}


async def test_from_a_plan_file_to_a_closed_out_meeting(desk: Desk) -> None:
    await desk.start()
    if sys.platform.startswith("linux"):
        only_what_is_documented_listens(desk)

    async def asked() -> bool:
        return len(desk.mails("lao-moc")) == 1 and len(desk.mails("khm-moc")) == 1

    await eventually(asked)
    assert "propose a date" in desk.mails("lao-moc")[0]["Subject"]
    code, receipt = await desk.verb("propose", ITEM, "date", *soon(), "--as", "lao-moc")
    assert (code, receipt.get("proposal")) == (0, 1), receipt
    code, refused = await desk.verb("held", ITEM, "--as", "lao-moc")
    assert (code, refused["error"]["code"]) == (1, "no-date")
    assert refused["error"]["awaiting"] == [
        row for row in refused["error"]["awaiting"] if (row["office"], row["act"]) == ("khm-moc", "answer")
    ]
    code, receipt = await desk.verb("accept", ITEM, "--proposal", "1", "--as", "khm-moc")
    assert (code, receipt.get("status")) == (0, "scheduled"), receipt

    async def invited() -> bool:
        return any("date agreed" in mail["Subject"] for mail in desk.mails("khm-moc"))

    await eventually(invited)
    invitation = desk.mails("khm-moc")[-1]
    part = next(part for part in invitation.walk() if part.get_content_type() == "text/calendar")
    in_mail = vobject.readOne(part.get_content())
    assert part.get_param("method") == in_mail.method.value == "REQUEST"

    async def published() -> bool:
        return [event.status.value for event in await desk.events("t")] == ["CONFIRMED"]

    await eventually(published)
    [in_calendar] = await desk.events("t")
    assert in_calendar.uid.value == in_mail.vevent.uid.value
    assert in_calendar.status.value == in_mail.vevent.status.value == "CONFIRMED"
    assert in_calendar.dtstart.value == in_mail.vevent.dtstart.value

    async def over() -> bool:
        return bool((await desk.status())[f"t/{ITEM}"]["status"] == "mark-awaited")

    await eventually(over)
    minutes = desk.plan_file.with_name("minutes.txt")
    minutes.write_text("agreed")
    linked = minutes.with_name("linked.txt")
    linked.symlink_to(minutes)
    code, refused = await desk.verb("outcome", ITEM, "--file", str(linked), "--as", "lao-moc")
    assert (code, refused["error"]["code"]) == (2, "bad-file") and "this is a link" in refused["error"]["message"]
    assert not (desk.data / "record" / "t" / "documents").exists()
    for verb, *words in (("held", "--format", "physical"), ("outcome", "--file", str(minutes))):
        code, receipt = await desk.verb(verb, ITEM, *words, "--as", "lao-moc")
        assert code == 0, receipt
    code, refused = await desk.verb("close", ITEM, "--as", "lao-moc")
    assert (code, refused["error"]["code"]) == (1, "under-silence"), "no side closes it alone"
    code, receipt = await desk.verb("agree", ITEM, "--as", "khm-moc")
    assert code == 0, receipt

    async def closed() -> bool:
        return bool((await desk.status())[f"t/{ITEM}"]["status"] == "closed")

    await eventually(closed)

    def lines() -> list[dict[str, Any]]:
        record = desk.data / "record" / "t" / f"{ITEM}.jsonl"
        return [json.loads(line) for line in record.read_text().splitlines()]

    async def recorded() -> bool:  # `status` tells the close-out before the last line of the record is written
        return bool(lines()[-1]["verb"] == "view")

    await eventually(recorded)
    assert [line["n"] for line in lines()] == list(range(1, len(lines()) + 1))
    assert lines()[-1]["data"]["view"]["outcome"]["document"]["name"] == "minutes.txt"
    code, view = await desk.verb("show", ITEM)
    assert (code, view["status"], view["sequence"]) == (0, "closed", 1)
    code, refused = await desk.verb("close", ITEM, "--as", "lao-moc")
    assert (code, refused["error"]["code"]) == (1, "closed")
    assert await desk.end(signal.SIGINT) == 0
    run = read_run(desk.data)
    assert run is not None and run.state == "stopped"
    code, refused = await desk.verb("show", "review/2")
    assert code == 3, "nobody answers once it is stopped"
    kept = {path.relative_to(desk.data).parts[0] for path in desk.data.rglob("*") if path.is_file()}
    assert kept >= {"run.json", "temporal.db", "logs", "mail", "record", "calendars", "worker.ready", "lock"}
    assert any((desk.data / "record" / "t" / "documents").rglob("minutes.txt")) and open_to_others(desk.data) == []


async def test_killed_midway_it_resumes_with_nothing_lost_and_nothing_sent_twice(desk: Desk) -> None:
    await desk.start()

    async def asked() -> bool:
        return len(desk.mails("lao-moc")) == 1

    await eventually(asked)
    code, _ = await desk.verb("propose", ITEM, "date", *soon(3600), "--as", "lao-moc")
    assert code == 0
    # At once, with the tentative invitations on their way or not yet.
    children = read_run(desk.data)
    assert children is not None
    await desk.end(signal.SIGKILL)

    async def gone() -> bool:
        return not any(process_exists(pid) for pid in children.children.values())

    await eventually(gone)
    await desk.start()
    assert any("in force already" in line for line in desk.said)

    async def invited() -> bool:
        return all(any("date proposed" in m["Subject"] for m in desk.mails(o)) for o in ("lao-moc", "khm-moc"))

    await eventually(invited)
    code, receipt = await desk.verb("accept", ITEM, "--proposal", "1", "--as", "khm-moc")
    assert (code, receipt.get("status")) == (0, "scheduled"), receipt

    async def agreed() -> bool:
        return all(any("date agreed" in m["Subject"] for m in desk.mails(o)) for o in ("lao-moc", "khm-moc"))

    await eventually(agreed)
    for office in ("lao-moc", "khm-moc"):
        subjects = [str(mail["Subject"]) for mail in desk.mails(office)]
        assert len(subjects) == len(set(subjects)) == 3, subjects

    async def published() -> bool:
        # The calendar is written beside the letters; what the killed worker had begun is first given up.
        return [event.sequence.value for event in await desk.events("t")] == ["1"]

    await eventually(published, 60)
    assert await desk.end(signal.SIGTERM) == 0


@SHARED
async def test_a_date_on_a_holiday_is_shown_and_not_silently_taken(running: Desk) -> None:
    year = datetime.now(ZoneInfo("Asia/Vientiane")).year + 1
    new_year = ("--start", f"{year}-01-01T09:00", "--zone", "Asia/Vientiane", "--for", "PT3H")
    words = ("propose", NEW_YEAR, "date", *new_year, "--as", "lao-mfa", "--data", str(running.data))
    code, _, err = await running.run(*words, "--dry-run")
    assert code == 0 and f"1 January {year} is New Year's Day (LAO) and International New Year Day (KHM)" in err
    code, receipt = await running.verb(*words[:-2])
    assert code == 0
    assert [(each["side"], each["day"], each["kind"]) for each in receipt["clashes"]] == [
        (side, f"{year}-01-01", "holiday") for side in ("LAO", "KHM")
    ]
    assert "New Year's Day (LAO)" in receipt["text"]

    async def told() -> bool:
        invitations = [mail for mail in running.mails("khm-mfa") if "date proposed" in mail["Subject"]]
        return any("International New Year Day for the Cambodian side" in _plain(mail) for mail in invitations)

    await eventually(told)
    code, out, _ = await running.run(
        "days", NEW_YEAR, "--around", f"{year}-01-01", "--data", str(running.data), "--json"
    )
    found = json.loads(out)
    assert code == 0 and found["sides"] == ["LAO", "KHM"] and f"{year}-01-01" not in found["days"]
    assert {"day": f"{year}-01-01", "side": "LAO", "kind": "holiday", "name": "New Year's Day"} in found["closed"]
    assert all(date.fromisoformat(day).weekday() < 5 for day in found["days"]) and len(found["days"]) >= 8
    window = ("days", NEW_YEAR, "--from", f"{year}-01-01", "--to", f"{year}-01-02", "--data", str(running.data))
    code, out, _ = await running.run(*window)
    assert (code == 0 and "none" in out.splitlines()[1]) or date(year, 1, 2).weekday() < 5
    code, out = await running.verb("propose", "new-year/9", "date", *new_year, "--as", "lao-mfa")
    assert (code, out["error"]["code"]) == (1, "no-such-item")


@SHARED
async def test_why_tells_what_was_sent_with_its_message_id_and_what_was_not(running: Desk) -> None:
    async def asked() -> bool:
        return len(running.mails("lao-moc")) == 1

    await eventually(asked)

    async def recorded() -> bool:
        code, found = await running.verb("why", "lao-moc")
        return code == 0 and [each["fate"] for each in found["notices"]] == ["sent"]

    await eventually(recorded)
    _, office = await running.verb("why", "lao-moc")
    [notice] = office["notices"]
    assert notice["message_id"] == running.mails("lao-moc")[0]["Message-ID"]
    assert (notice["item"], notice["act"], notice["rung"], notice["awaited"]) == (f"t/{ITEM}", "propose-date", 1, True)
    assert office["not_sent"] == [] and office["post_room"]["next_mail"] is not None
    code, item = await running.verb("why", ITEM)
    assert code == 0 and {each["office"] for each in item["notices"]} == {"lao-moc", "khm-moc"}
    waiting = {each["office"]: (each["code"], each["rung"]) for each in item["not_sent"]}
    assert waiting["khm-moc-minister"] == ("not-yet-due", 4) and len(waiting) == 6
    code, higher = await running.verb("why", "lao-moc-dg")
    assert code == 0 and [(each["code"], each["item"]) for each in higher["not_sent"]] == [("not-yet-due", f"t/{ITEM}")]
    code, out, _ = await running.run("why", "lao-moc", "--data", str(running.data))
    assert code == 0 and notice["message_id"] in out and "sent, awaited" in out
    code, refused = await running.verb("why", "nothing")
    assert (code, refused["error"]["code"]) == (1, "no-such-item")


def _plain(mail: email.message.EmailMessage) -> str:
    part = mail.get_body(("plain",))
    return " ".join(str(part.get_content()).split()) if part else ""


async def test_answers_by_mail_count_once_across_a_kill_and_what_needs_a_person_is_listed(
    desk: Desk, tmp_path: Path
) -> None:
    await desk.start()

    async def open_() -> bool:
        return (await desk.status()).get(f"t/{ITEM}", {}).get("status") == "date-awaited"

    await eventually(open_)
    code, _ = await desk.verb("propose", ITEM, "date", *soon(36000), "--as", "lao-moc")
    assert code == 0

    def requests() -> list[email.message.EmailMessage]:
        return [mail for mail in desk.mails("khm-moc") if "date proposed" in mail["Subject"]]

    async def invited() -> bool:
        return bool(requests())

    await eventually(invited)
    accept = answer(requests()[0], "khm-moc@office.example", "ACCEPTED")
    run = read_run(desk.data)
    assert run is not None
    await send(accept, run.smtp_port)
    # At once, with the answer on its way into the item or not yet; and once more while nothing runs.
    await desk.end(signal.SIGKILL)
    new = desk.data / "mail" / "organizer" / "new"
    (new / "1.again.example").write_bytes(accept.as_bytes())
    await desk.start()

    async def agreed() -> bool:
        return (await desk.status())[f"t/{ITEM}"]["status"] == "scheduled" and not list(new.iterdir())

    await eventually(agreed, 60)
    code, view = await desk.verb("show", ITEM)
    assert [line["verb"] for line in view["ledger"]].count("accept") == 1
    assert [(each["office"], each["partstat"]) for each in view["answers"]] == [("khm-moc", "ACCEPTED")]
    letter = tmp_path / "letter.eml"
    letter.write_bytes((MAILS / "letter.eml").read_bytes())
    for _ in range(2):
        code, out, err = await desk.run("ingest", str(letter), "--data", str(desk.data), "--json")
        assert code == 0, err
        [message] = json.loads(out)["messages"]
        assert (message["kind"], message["n"], message["why"]) == ("letter", 2, "a letter")
        assert message["offices"] == ["khm-moc"]
    maildir = tmp_path / "Maildir"
    for name in ("cur", "new", "tmp"):
        (maildir / name).mkdir(parents=True)
    (maildir / "new" / "1.a.example").write_bytes((MAILS / "out-of-office-exchange.eml").read_bytes())
    code, out, err = await desk.run("ingest", str(maildir), str(tmp_path), "--data", str(desk.data), "--json")
    assert code == 0, err
    kinds = [(message["n"], message["kind"]) for message in json.loads(out)["messages"]]
    assert kinds == [(3, "automatic"), (2, "letter")] and list((maildir / "cur").iterdir())
    code, out, _ = await desk.run("status", "--data", str(desk.data))
    assert out.endswith("inbox: 1 message needs a person; `inbox` lists them\n")
    code, _, err = await desk.run("ingest", str(tmp_path / "none.eml"), "--data", str(desk.data))
    assert code == 2 and "none.eml" in err
    await desk.end(signal.SIGTERM)
    # The inbox is read without a server.
    code, out, _ = await desk.run("inbox", "--data", str(desk.data))
    assert code == 0 and "needs a person: a letter" in out and "Joint Trade Commission" in out
    code, out, _ = await desk.run("inbox", "show", "2", "--data", str(desk.data))
    assert code == 0 and "Dear Secretariat" in out
    code, out, _ = await desk.run("inbox", "show", "1", "--data", str(desk.data))
    assert code == 0 and "ACCEPTED (REPLY) of khm-moc@office.example, SEQUENCE 0" in out
    code, _, err = await desk.run("inbox", "show", "7", "--data", str(desk.data))
    assert code == 1 and "no message 7" in err
    code, _, _ = await desk.run("inbox", "done", "2", "--note", "answered by telephone", "--data", str(desk.data))
    code, out, _ = await desk.run("inbox", "--data", str(desk.data), "--json")
    assert (code, json.loads(out)) == (0, {"messages": [], "floods": []})
    _, out, _ = await desk.run("inbox", "--all", "--data", str(desk.data), "--json")
    assert [each["seen_to"] and each["seen_to"]["note"] for each in json.loads(out)["messages"]] == [
        None,
        "answered by telephone",
        None,
    ]


async def on_a_terminal(desk: Desk) -> str:
    """What `up` shows on a terminal until its live view is there."""
    master, slave = os.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "starter.py", "up", "--data", str(desk.data), "--plan-file", str(desk.plan_file)),
        *("--temporal-port", "0", "--ui-port", "0", "--caldav-port", "0", "--smtp-port", "0"),
        cwd=ROOT,
        env={**desk.environment, "TERM": "xterm", "COLUMNS": "200"},
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    shown = ""
    try:
        async with asyncio.timeout(120):
            while not any(heading in shown for heading in ("AWAITED", "NEXT", "nothing to show")):
                shown += (await asyncio.to_thread(os.read, master, 65536)).decode(errors="replace")
    finally:
        process.send_signal(signal.SIGTERM)
        while process.returncode is None:
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(0.1):
                    await process.wait()
                await asyncio.to_thread(os.read, master, 65536)
        os.close(master)
    return shown


async def test_passwords_are_shown_once_on_a_terminal_and_stand_in_no_log(desk: Desk) -> None:
    first = await on_a_terminal(desk)
    run = read_run(desk.data)
    assert run is not None and set(run.calendar_logins) == {
        "organizer",
        "t",
        "lao-moc",
        "khm-moc",
        "lao-mfa",
        "khm-mfa",
    }
    secrets = [password.get_secret_value() for password in run.calendar_logins.values()]
    assert all(first.count(secret) == 1 for secret in secrets), first
    assert "run.json keeps it" in first and "calendar_logins" in first
    second = await on_a_terminal(desk)
    assert not any(secret in second for secret in secrets) and "calendar_logins" in second
    # What is no terminal is mostly a log.
    (desk.data / "run.json").unlink()
    await desk.start()
    run = read_run(desk.data)
    assert run is not None
    secrets = [password.get_secret_value() for password in run.calendar_logins.values()]
    said = "\n".join(desk.said)
    commands = [Path(f"/proc/{pid}/cmdline").read_text() for pid in (run.pid, *run.children.values())]
    logs = [path.read_text() for path in (desk.data / "logs").iterdir()]
    assert len(logs) == 3 and "calendar_logins" in said
    assert not any(secret in text for secret in secrets for text in (said, *commands, *logs))


async def test_a_folder_that_others_may_enter_is_refused_and_an_older_one_is_closed(desk: Desk, tmp_path: Path) -> None:
    words = ("up", "--plan-file", str(desk.plan_file), "--data")
    desk.data.mkdir(mode=0o755)
    desk.data.chmod(0o755)
    for command in (words, ("status", "--data"), ("demo", "--data")):
        code, _, err = await desk.run(*command, str(desk.data))
        assert code == 2 and f"chmod -R go= {desk.data}" in err, err
    assert list(desk.data.iterdir()) == [], "nothing is started"
    (tmp_path / "link").symlink_to(desk.data)
    code, _, err = await desk.run(*words, str(tmp_path / "link"))
    assert code == 2 and "is a link" in err
    record = tmp_path / "record"
    record.mkdir()
    record.chmod(0o770)
    desk.environment["AIDE_RECORD"] = str(record)
    code, _, err = await desk.run("report", "--data", str(tmp_path), "--format", "json")
    assert code == 2 and f"chmod -R go= {record}" in err
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "worker.py"), cwd=ROOT, env=desk.environment, stderr=asyncio.subprocess.PIPE
    )
    _, said = await worker.communicate()
    assert worker.returncode == 2 and f"AIDE_RECORD: other accounts may read or write {record}" in said.decode()
    del desk.environment["AIDE_RECORD"]
    # Releases that closed the folder itself alone left open what lies in it.
    desk.data.chmod(0o700)
    (desk.data / "logs").mkdir()
    (desk.data / "logs").chmod(0o755)
    await desk.start()
    assert "closed 1 files and folders of an older release to other accounts" in desk.said
    assert open_to_others(desk.data) == []


@SHARED
async def test_what_cannot_start_says_why(desk: Desk, running: Desk, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(desk.plan_file.read_text().replace("cadence: annual", "cadence: yearly"))
    code, _, err = await desk.run(
        "up", "--data", str(desk.data), "--plan-file", str(bad), "--contacts", str(desk.contacts)
    )
    assert code == 2 and "bad.yaml:" in err and "cadence" in err and "annual" in err
    assert not desk.data.exists(), "nothing is started"
    code, out, _ = await desk.run("status", "--data", str(desk.data), "--json")
    assert code == 3 and json.loads(out)["error"]["code"] == "unreachable"
    code, _, err = await running.run("up", "--data", str(running.data), "--plan-file", str(running.plan_file))
    assert code != 0 and str(running.data) in err
    changed = tmp_path / "changed.yaml"
    changed.write_text(running.plan_file.read_text().replace("Title review", "Another title"))
    words = (str(changed), "--contacts", str(running.contacts), "--data", str(running.data))
    code, _, err = await running.run("launch", *words)
    assert code == 1 and "review" in err and "consent" in err
    assert (await running.status())[f"t/{ITEM}"]["status"] == "date-awaited"


@SHARED
async def test_exit_codes_are_true_on_every_call(running: Desk) -> None:
    """Short scripts on the SDK can die at interpreter exit; ours leave without it."""
    for _ in range(8):
        code, _, _ = await fresh(("status", "--data", str(running.data)), running.environment)
        assert code == 0
        code, _, _ = await fresh(("show", "nothing", "--data", str(running.data)), running.environment)
        assert code == 1


def write_midway_plan(desk: Desk) -> int:
    """A rotating yearly meeting whose first host nobody states, and a standing commitment; the year that runs now."""
    year = datetime.now(ZoneInfo("Asia/Vientiane")).year
    item = obligation(
        "review",
        kind="meeting_series",
        cadence="annual",
        host_rule="rotating",
        window={"by": "year", "first": year - 2, "last": year + 2},
        readings={"first_host": {"chosen": None, "others": ["LAO", "KHM"]}},
    )
    promise = obligation("promise", kind="standing", cadence="continuous", window=None)
    plan = plan_of(item, promise, round={"by": "offset", "opens": "PT0S", "every": "P300D", "count": 1})
    document = json.loads(plan.model_dump_json(exclude_defaults=True))
    desk.plan_file.write_text(yaml.safe_dump(document, sort_keys=False))
    write_contacts(plan, desk.contacts)
    return year


async def test_a_plan_is_taken_over_midway(desk: Desk, tmp_path: Path) -> None:
    year = write_midway_plan(desk)
    history = tmp_path / "history.csv"
    header = "obligation,session,state,date,place,host,note\n"
    launch = ("launch", str(desk.plan_file), "--contacts", str(desk.contacts), "--data", str(desk.data))
    history.write_text(f"{header}review,{year - 1},held,{year - 1}-13-01,,LAO,\n")
    code, _, err = await desk.run(*launch, "--history", str(history))
    assert code == 2 and "history.csv:2: date:" in err, "a bad row is named by its line, before any server is asked"
    history.write_text(f"{header}review,{year - 1},held,{year - 1}-05-03,Pakse,LAO,\n")
    code, out, err = await desk.run(*launch, "--history", str(history), "--dry-run", "--json")
    assert code == 0, err
    preview = json.loads(out)
    assert [each["session"] for each in preview["adopted"]] == [str(year - 1)]
    first = {letter["office"]: {n["act"] for n in letter["notices"]} for letter in preview["first"][:2]}
    assert first["khm-moc"] >= {"propose-date", "settle", "progress"}, "the host's turn, the questions, the round"
    await desk.start("--history", str(history))
    await desk.opened(f"review/{year}")
    code, turns = await desk.verb("turns", "review")
    assert (code, turns["next"]["host"]) == (0, "LAO"), "KHM has the session of this year"
    assert [(t["session"], t["planned"], t["state"]) for t in turns["turns"]] == [
        (str(year - 2), None, "unknown"),
        (str(year - 1), "LAO", "served"),
        (str(year), "KHM", "owed"),
    ]
    assert all(str(year - 1) not in str(mail["Subject"]) for mail in desk.mails("lao-moc"))
    code, out, _ = await desk.run(*launch, "--history", str(history))
    assert code == 0 and "in force already" in out, "twice changes nothing"


async def test_an_amendment_a_question_and_a_round_at_the_command_line(desk: Desk, tmp_path: Path) -> None:
    year = write_midway_plan(desk)
    await desk.start()
    questions = "questions/lao-moc.khm-moc"
    await desk.opened(questions, f"review/{year}", "promise")
    answer = ("answer", "review/first_host", "KHM", "--as", "lao-moc")
    code, receipt = await desk.verb("propose", questions, *answer)
    assert code == 0, receipt
    assert (await desk.verb("accept", questions, "--proposal", "1", "--as", "khm-moc"))[0] == 0

    async def hosted() -> bool:
        return bool((await desk.status())[f"t/review/{year}"]["host"] == "KHM")

    await eventually(hosted)
    code, refused = await desk.verb("propose", "plan", "drop", "promise", "--as", "lao-moc")
    assert (code, refused["error"]["code"]) == (1, "not-a-party"), "a plan is amended by its signatories' focal points"
    assert (await desk.verb("propose", "plan", "cadence", "review", "biennial", "--as", "lao-mfa"))[0] == 0
    code, before, _ = await desk.run("amendments", "--data", str(desk.data), "--json")
    assert json.loads(before)["in_force"] == [] and json.loads(before)["open"][0]["awaited"] == ["KHM"]
    assert (await desk.verb("accept", "plan", "--proposal", "1", "--as", "khm-mfa"))[0] == 0
    _, after, _ = await desk.run("amendments", "--data", str(desk.data), "--json")
    [amendment] = json.loads(after)["in_force"]
    assert amendment["earlier"]["text"]["cadence"] == "annual" and amendment["earlier"]["until"] == amendment["since"]
    answers = tmp_path / "answers.csv"
    answers.write_text("item,state,note\npromise,substantial,two exchanges\n")
    code, _, err = await desk.run("round", "--answer", str(answers), "--as", "lao-moc", "--data", str(desk.data))
    assert code == 0, err

    async def answered() -> bool:
        _, out, _ = await desk.run("round", "--data", str(desk.data), "--json")
        return bool(json.loads(out)["answered"] == {"LAO": 1, "KHM": 0})

    await eventually(answered)
    # What was told survives a kill of everything.
    await desk.end(signal.SIGTERM)
    await desk.start()
    _, out, _ = await desk.run("amendments", "--data", str(desk.data), "--json")
    assert json.loads(out) == json.loads(after)

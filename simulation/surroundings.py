"""What surrounds the program in one life: the server, the worker, the edges and the people, and the faults that meet
them."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx

from activities.collect import CollectingActivities
from activities.despatch import PostActivities
from activities.enter import RecordActivities
from activities.hours import HoursActivities
from activities.look_for_objections import ObjectionActivities
from activities.publish import CalendarActivities
from activities.windows import windows
from adapters.settings import Settings
from simulation.attempts import Attempted, ProcessDied, process
from simulation.auditor.evidence import Evidence, Office, SentMail
from simulation.calendars import Calendars
from simulation.client import client_of
from simulation.disk import Disk
from simulation.engine import Engine
from simulation.faults import Fault, Trouble
from simulation.loop import VirtualLoop
from simulation.people import People
from simulation.relay import Relay
from simulation.story import Story, plan_of
from simulation.worker import Worker

ORGANIZER = "secretariat@aide-memoire.example"
_ON_DISK = ("contacts-broken", "office-closed", "stand-in", "wrong-address")

FLOOD = 40
"""More mails than this to one address on one day are a fault of the program, and the life ends there."""


class Surroundings:
    """Wires one life together, and lets its faults happen."""

    def __init__(self, story: Story, folder: Path) -> None:
        self.story, self.folder = story, folder
        self.loop = VirtualLoop(story.start)
        self.plan = plan_of(story)
        self.trouble = Trouble(story.faults)
        self.chance = random.Random(f"life/{story.seed}")
        self.evidence = self._evidence()
        self._mails_of_day: Counter[tuple[str, date]] = Counter()
        self.engine = Engine(self.loop)
        self.worker = Worker(self.engine, self._functions)
        self.client = client_of(self.engine, self.worker.alive)
        self.maildir = folder / "maildir"
        self.calendars = Calendars(self.loop, self.trouble)
        self.evidence.calendar = self.calendars.writes
        self.relay = Relay(self.loop, self.trouble, self._taken)
        self.disk = Disk(self.loop, self.trouble, lambda incarnation: incarnation == self.worker.incarnation)
        self.people = People(
            story, self.loop, self.engine, self.client, self.evidence, self.maildir, self.worker.unpark
        )
        self._settings = Settings(
            _env_file=None,
            smtp_host="relay.example",
            caldav_url="http://calendars.example",
            caldav_home="home",
            maildir=self.maildir,
            mail_poll=60.0,
            contacts=folder / "contacts.yaml",
            office_hours=story.office_hours,
            record=folder / "record",
        )
        self._wire()

    def _evidence(self) -> Evidence:
        offices = {}
        for name, office in self.plan.offices.items():
            zone = self.plan.sides[office.side].zone
            for rank, suffix in ((1, ""), (2, "-dg"), (3, "-dm"), (4, "-minister")):
                full = f"{name}{suffix}"
                offices[full] = Office(full, office.side, rank, f"{full}@office.example", zone)
        return Evidence(
            seed=self.story.seed,
            began=self.story.start,
            ended=self.story.start + timedelta(days=self.story.days),
            plan=self.plan.plan,
            record=self.folder / "record",
            period=timedelta(days=7),
            silence=timedelta(days=14),
            offices=offices,
            hours_kept=self.story.office_hours,
        )

    def _functions(self) -> dict[str, Callable[..., Any]]:
        """The activities of a new process, as worker.py makes them."""
        http = httpx.AsyncClient(transport=self.calendars)
        post = PostActivities(self._settings, self.client)
        return {
            "despatch": post.despatch,
            "publish": CalendarActivities(self._settings, http).publish,
            "enter": RecordActivities(self._settings).enter,
            "collect": CollectingActivities(self._settings, self.client).collect,
            "look_for_objections": ObjectionActivities(self._settings).look_for_objections,
            "hours": HoursActivities(self._settings).hours,
            "windows": windows,
        }

    def _wire(self) -> None:
        self.loop.connector = self._connect
        self.engine.on_fault = lambda what, detail: self.evidence.told.append((what, detail))
        self.engine.suggested_from = self.story.suggested_from
        self.engine.latency = self._latency
        self.engine.lost = self._lost
        self.engine.behind = self._behind
        self.worker.parks = self._parks
        self.worker.on_crash = self._restart
        self.relay.before = lambda: self._crash("crash-before", "mail")
        self.relay.after = lambda: self._crash("crash-after", "mail")
        self.calendars.before = lambda: self._crash("crash-before", "calendar")
        self.calendars.after = lambda: self._crash("crash-after", "calendar")
        self.disk.crash = self._crash
        self.relay.alive = self.calendars.alive = self.worker.alive

    # Faults

    def _connect(self, factory: Callable[[], asyncio.BaseProtocol], host: str, port: int) -> asyncio.Transport:
        return self.relay.connect(factory, host, port)

    def _latency(self, what: str) -> float:
        if what == "signal" and self.trouble.during("signals-slow", self.loop.seconds):
            self.evidence.slow = True
            return self.chance.uniform(0, 7200)
        if what == "think":
            found = self.trouble.meets("task-slow", self.trouble.number("slow"))
            return found.length if found else 0.0
        return self.chance.choice((0.001, 0.01, 0.05))

    def _lost(self, what: str) -> bool:
        lost = self.trouble.meets(f"{what}-lost", self.trouble.number(f"{what}-lost")) is not None
        self.evidence.crashed |= lost
        return lost

    def _behind(self) -> float:
        return self.chance.uniform(0, 5) if self.trouble.during("clock-behind", self.loop.seconds) else 0.0

    def _crash(self, when: str, effect: str) -> None:
        """The process dies here if the story says so. Raises ProcessDied."""
        if not process.get():
            return
        if process.get() != self.worker.incarnation:
            raise ProcessDied
        dies = when == "torn" or self.trouble.meets(when, self.trouble.number(f"{when}/{effect}"), effect)
        if dies:
            self.evidence.crashed = True
            self._restart()
            raise ProcessDied

    def _restart(self, down: float = 30.0) -> None:
        if self.worker.up:
            self.worker.die()
            self.loop.later(down, self._rise)

    def _rise(self) -> None:
        if not self.worker.up:
            self.worker.rise()

    def _plan_faults(self) -> None:
        for fault in self.story.faults:
            if fault.kind == "crash":
                self.loop.call_at(fault.at, self._crash_at, fault)
            elif fault.kind == "evict":
                self.loop.call_at(fault.at, self._evict_all)
            elif fault.lasts:
                begins, ends = fault.at, fault.at + fault.length
                start = self.story.start
                span = (start + timedelta(seconds=begins), start + timedelta(seconds=ends))
                self.evidence.troubled.append(span)
                if fault.kind == "mailbox-gone":
                    self.loop.call_at(begins, self._mailbox_goes)
                    self.loop.call_at(ends, self._mailbox_returns)
                if fault.kind in _ON_DISK:
                    self.loop.call_at(begins, self._write_contacts)
                    self.loop.call_at(ends, self._write_contacts)

    def _crash_at(self, fault: Fault) -> None:
        self.trouble.injected["crash"] += 1
        self.evidence.crashed = True
        self._restart(fault.length)

    def _evict_all(self) -> None:
        self.trouble.injected["evict"] += 1
        for run in self.engine.runs.values():
            if not run.thinking:
                self.worker.evict(run)

    def _mailbox_goes(self) -> None:
        self.trouble.during("mailbox-gone", self.loop.seconds)
        if self.maildir.is_dir():
            self.maildir.rename(self.folder / "away")
        self.worker.unpark()

    def _mailbox_returns(self) -> None:
        if self.trouble.during("mailbox-gone", self.loop.seconds) is None and not self.maildir.is_dir():
            (self.folder / "away").rename(self.maildir)
        self.worker.unpark()

    def _parks(self, task: Attempted) -> bool:
        """A watch of an empty mailbox finds nothing before a mail comes, the mailbox fails, or somebody looks."""
        if task.kind == "look_for_objections":
            self.loop.soon(self.worker.unpark)
            return False
        new = self.maildir / "new"
        return task.kind == "collect" and new.is_dir() and not any(new.iterdir())

    # Mail

    def _taken(self, mail: SentMail, number: int) -> None:
        self.evidence.mails.append(mail)
        self._mails_of_day[(mail.to, mail.at.date())] += 1
        if self._mails_of_day[(mail.to, mail.at.date())] > FLOOD:
            self.evidence.told.append(("flood", f"{mail.to} got more than {FLOOD} mails on {mail.at:%d %B %Y}"))
            self.loop.stop()
        meets = self.trouble.meets
        if meets("lost", number):
            return
        if meets("bounced", number):
            mail.bounced = True
            self._unreached(mail.to)
            self.loop.later(self.chance.uniform(60, 86400), self.people.put, bounce_of(mail, number))
            return
        delayed = meets("delayed", number)
        self.loop.later(delayed.length if delayed else 30.0, self._arrives, mail)
        if meets("doubled", number):
            self.loop.later(self.chance.uniform(60, 3600), self._arrives, mail)

    def _unreached(self, address: str) -> None:
        name = address.partition("@")[0].removeprefix("deputy.")
        self.evidence.unreachable.add(name)

    def _arrives(self, mail: SentMail) -> None:
        mail.delivered.append(self.loop.now())
        self.people.receive(mail)

    def _write_contacts(self) -> None:
        """Writes the contacts file as the operator would have it now."""
        path, seconds = self._settings.contacts, self.loop.seconds
        if self.trouble.during("contacts-broken", seconds):
            path.write_text("organizer: [")
            return
        offices: dict[str, dict[str, Any]] = {
            name: {"address": office.address} for name, office in self.evidence.offices.items()
        }
        names = sorted(name for name, office in self.evidence.offices.items() if office.rank == 1)
        today = self.loop.now().date()
        if fault := self.trouble.during("office-closed", seconds):
            days = int(fault.length // 86400) + 1
            closed = {(today + timedelta(days=n)).isoformat(): "a feast" for n in range(days)}
            offices[names[int(fault.what) % len(names)]]["closed"] = closed
        if fault := self.trouble.during("stand-in", seconds):
            name = names[int(fault.what) % len(names)]
            last = today + timedelta(days=int(fault.length // 86400) + 1)
            stand_in = {"address": f"deputy.{name}@office.example", "first": str(today), "last": str(last)}
            offices[name]["stand_ins"] = [stand_in]
        if fault := self.trouble.during("wrong-address", seconds):
            name = names[int(fault.what) % len(names)]
            offices[name]["address"] = "nobody@nowhere.example"
            self.evidence.unreachable.add(name)
        organizer = {"name": "Secretariat", "address": ORGANIZER}
        draft = path.with_suffix(".new")
        draft.write_text(json.dumps({"organizer": organizer, "offices": offices}))
        draft.rename(path)


def bounce_of(mail: SentMail, number: int) -> bytes:
    """Returns the delivery status notification of a mail that did not arrive (RFC 3464)."""
    head = mail.data.partition(b"\r\n\r\n")[0].decode("ascii", "replace")
    lines = [
        "From: MAILER-DAEMON@relay.example",
        f"To: {ORGANIZER}",
        "Subject: Undelivered Mail Returned to Sender",
        f"Message-ID: <bounce.{number}@relay.example>",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="edge"',
        "",
        "--edge",
        "Content-Type: text/plain; charset=utf-8",
        "",
        "Your message could not be delivered.",
        "",
        "--edge",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; relay.example",
        "",
        f"Final-Recipient: rfc822; {mail.to}",
        "Action: failed",
        "Status: 5.1.1",
        "Diagnostic-Code: smtp; 550 5.1.1 no such mailbox",
        "",
        "--edge",
        "Content-Type: text/rfc822-headers",
        "",
        head,
        "",
        "--edge--",
        "",
    ]
    return "\r\n".join(lines).encode()

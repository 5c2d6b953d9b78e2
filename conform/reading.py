"""Reads the calendars of a server with the `caldav` client library, as a calendar program does.

It runs in the Python environment of the judges, and imports no module of ours. The expected events come on stdin, in
the form that `conform/publishing.py` prints. It lists each calendar, and also lets the server search it by time.
"""

import json
import sys
from datetime import UTC, datetime, timedelta

import caldav


def found(event: caldav.Event) -> tuple[str, dict[str, object]]:
    component = event.icalendar_component
    people = component.get("ATTENDEE", [])
    return str(component["UID"]), {
        "summary": str(component["SUMMARY"]),
        "status": str(component["STATUS"]),
        "sequence": int(component["SEQUENCE"]),
        "start": component["DTSTART"].dt.astimezone(UTC).isoformat(),
        "end": component["DTEND"].dt.astimezone(UTC).isoformat(),
        "attendees": len(people) if isinstance(people, list) else 1,
    }


def main(url: str) -> int:
    told = json.load(sys.stdin)
    faults = []
    client = caldav.DAVClient(url=url)
    for name in told["calendars"]:
        calendar = caldav.Calendar(client=client, url=f"{url}{told['home']}{name}/")
        listed = dict(found(event) for event in calendar.events())
        if listed != told["events"]:
            faults.append(f"{name}: {json.dumps(listed, ensure_ascii=False)}\nnot {json.dumps(told['events'])}")
        for uid, expected in told["events"].items():
            start = datetime.fromisoformat(expected["start"])
            near = calendar.search(event=True, start=start - timedelta(minutes=1), end=start + timedelta(minutes=1))
            if uid not in {str(event.icalendar_component["UID"]) for event in near}:
                faults.append(f"{name}: a search around {start} does not find {uid}")
        if calendar.search(event=True, start=datetime(2020, 1, 1, tzinfo=UTC), end=datetime(2020, 2, 1, tzinfo=UTC)):
            faults.append(f"{name}: a search in another year finds something")
    print("\n".join(faults) or f"{len(told['events'])} events in {len(told['calendars'])} calendars read back")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

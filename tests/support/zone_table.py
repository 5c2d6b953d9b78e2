"""Prints models/common/zone_offsets.py from the zone tables of the pinned tzdata package.

Run it with `.venv/bin/python -m tests.support.zone_table`, and write what it prints into that file.
"""

import zoneinfo
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from textwrap import wrap

YEARS = range(2020, 2046)

HEAD = '''"""The offsets from UTC that each IANA zone has in the years 2020 to 2045, in minutes.

Decisions must not look up the zone tables of a machine, because they differ between machines and change over the years.
This table changes only with a release. It is enough to refuse a zone that does not exist, and a wall time that does not
fit its instant. `python -m tests.support.zone_table` prints this file. A test compares it with the pinned tzdata.
"""

_TABLE = """
'''

TAIL = '''"""

OFFSETS: dict[str, frozenset[int]] = {
    name: frozenset(map(int, offsets.split(",")))
    for offsets, _, names in (line.partition(": ") for line in _TABLE.strip().splitlines())
    for name in names.split()
}
'''


def offsets_of(name: str) -> tuple[int, ...]:
    """The offsets from UTC in minutes: at every hour of the first day of each month, and at every change between
    them."""
    found, zone = set(), zoneinfo.ZoneInfo.no_cache(name)
    at, end = datetime(YEARS.start, 1, 1, tzinfo=UTC), datetime(YEARS.stop, 1, 1, tzinfo=UTC)
    while at < end:
        found.add(int(at.astimezone(zone).utcoffset().total_seconds() // 60))
        at += timedelta(days=3)
    return tuple(sorted(found))


def table() -> dict[tuple[int, ...], list[str]]:
    zoneinfo.reset_tzpath(to=())  # the pinned package, not the machine's own tables
    by = defaultdict(list)
    for name in sorted(zoneinfo.available_timezones()):
        by[offsets_of(name)].append(name)
    return dict(by)


def main() -> None:
    lines = []
    for offsets, names in sorted(table().items()):
        text = f"{','.join(map(str, offsets))}: {' '.join(names)}"
        lines.append(" \\\n".join(wrap(text, 110, break_long_words=False, break_on_hyphens=False)))
    print(HEAD + "\n".join(lines) + "\n" + TAIL, end="")


if __name__ == "__main__":
    main()

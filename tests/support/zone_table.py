"""Prints models/common/zone_offsets.py anew from the zone tables of the pinned tzdata package: `make zones`."""

import zoneinfo
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from textwrap import wrap

YEARS = range(2020, 2046)

HEAD = '''"""The offsets from UTC that each IANA zone has or may have in the years of a plan, in minutes.

Decisions must not look zone tables up: they differ between machines and years. This table changes with the program
alone, and says enough to refuse a zone that does not exist and a wall time that cannot be that instant. `make zones`
prints it anew; a test compares it with the pinned tzdata package.
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
    """In minutes, at every hour of the first day of each month and at every change between."""
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

"""One cycle of `make bench` on real servers: each lane comes to its end, and does what it claims to do."""

from pathlib import Path

import pytest

from bench.cycle import Bench, running


async def test_a_cycle_of_each_lane_ends_and_the_bare_lane_issues_our_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE"):
        monkeypatch.setenv(name, "-")  # the bench sets them, and they are taken back after the test
    async with running(tmp_path) as servers:
        bench = Bench(servers, slack=8)  # seconds: other tests keep the machine busy
        await bench.open()
        lanes = await bench.round(0)
    ours, same, own = (lanes[name].tally.commands for name in "abc")
    for kind in ("activities", "signals", "updates", "timers", "mails"):
        assert ours[kind] == same[kind] > 0, kind
    assert own["mails"] == ours["mails"] and own["signals"] == 0
    for log in ("worker-b", "worker-c"):
        assert "ERROR" not in (tmp_path / "logs" / f"{log}.log").read_text()

"""`python -m simulation.sabotage`: puts faults into copies of the program, and says what catches each.

The list is simulation/sabotages.toml. A sabotage counts as caught if the simulator finds a violation in a few lives, or
if the narrow test fails that the list names. What neither catches survives, and is named.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
LIST = Path(__file__).with_name("sabotages.toml")
_LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "var", "build", ".*_cache", ".hypothesis")


def sabotages() -> list[dict[str, str]]:
    """Returns the list: for each sabotage its name, file, the text before and after, and the narrow test."""
    found: list[dict[str, str]] = tomllib.loads(LIST.read_text(encoding="utf-8"))["sabotage"]
    return found


def apply(tree: Path, sabotage: dict[str, str]) -> None:
    """Changes one file of a tree. Raises ValueError if the text does not stand there exactly once."""
    path = tree / sabotage["file"]
    text = path.read_text(encoding="utf-8")
    if text.count(sabotage["old"]) != 1:
        raise ValueError(
            f"{sabotage['name']}: {sabotage['file']} does not hold its text exactly once; correct the list"
        )
    path.write_text(text.replace(sabotage["old"], sabotage["new"]), encoding="utf-8")


def caught_by(tree: Path, test: str, by: str, bounds: list[str]) -> str:
    """Returns what catches the sabotage in this tree: the simulator with its seed and rules, or the test. Empty if
    nothing does.

    `by` is simulation, test or both. `bounds` are options of `python -m simulation`.
    """
    ended = _run(tree, "-m", "simulation", "--first", *bounds) if by != "test" else None
    if ended is not None and ended.returncode == 1:
        first = next((line for line in ended.stdout.splitlines() if line.startswith("seed ")), "")
        return f"simulator: {first}" if first else f"simulator, which broke: {ended.stderr.strip()[-150:]}"
    if by == "simulation":
        return ""
    if _run(tree, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", test).returncode == 1:
        return f"test: {test}"
    return ""


def _run(tree: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run([sys.executable, *words], cwd=tree, env=environment, capture_output=True, text=True)


def main() -> int:
    """Runs the command. Returns 1 if a sabotage survives."""
    parser = argparse.ArgumentParser(prog="python -m simulation.sabotage", description=__doc__)
    parser.add_argument("--only", default="", help="only sabotages whose name holds this text")
    parser.add_argument("--numbers", default="", help="only sabotages with these numbers: 3,7,12")
    parser.add_argument("--by", choices=("both", "simulation", "test"), default="both", help="what is to catch them")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lives", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=60.0, help="seconds of the processor for each sabotage")
    asked = parser.parse_args()
    bounds = [f"--seed={asked.seed}", f"--lives={asked.lives}", f"--seconds={asked.seconds}"]
    wanted = {int(each) for each in asked.numbers.split(",") if each}
    survivors = []
    for number, sabotage in enumerate(sabotages(), start=1):
        if asked.only not in sabotage["name"] or (wanted and number not in wanted):
            continue
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="aide-sabotage-") as folder:
            tree = Path(folder) / "tree"
            shutil.copytree(ROOT, tree, ignore=_LEFT_OUT)
            apply(tree, sabotage)
            caught = caught_by(tree, sabotage["test"], asked.by, bounds)
        if not caught:
            survivors.append(sabotage["name"])
        print(f"{number:2} {sabotage['name']}: {caught or 'SURVIVES'} ({time.monotonic() - began:.0f} s)", flush=True)
    print(f"{len(survivors)} survive: {'; '.join(survivors) or 'none'}")
    return bool(survivors)


if __name__ == "__main__":
    sys.exit(main())

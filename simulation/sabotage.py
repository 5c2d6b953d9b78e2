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
_LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "var", "build", "__pycache__", ".*_cache", ".hypothesis")


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


def caught_by(tree: Path, test: str, seed: int, lives: int, seconds: float) -> str:
    """Returns what catches the sabotage in this tree: the simulator with its seed and rules, or the test. Empty if
    nothing does."""
    ended = _run(tree, "-m", "simulation", "--first", f"--seed={seed}", f"--lives={lives}", f"--seconds={seconds}")
    if ended.returncode == 1:
        first = next((line for line in ended.stdout.splitlines() if line.startswith("seed ")), "")
        return f"simulator: {first}" if first else f"simulator: {ended.stderr.strip().splitlines()[-1][:150]}"
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
    parser.add_argument("--from", dest="first", type=int, default=1, help="the number of the first sabotage")
    parser.add_argument("--to", dest="last", type=int, default=10_000, help="the number of the last sabotage")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lives", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=60.0, help="seconds of the processor for each sabotage")
    asked = parser.parse_args()
    survivors = []
    for number, sabotage in enumerate(sabotages(), start=1):
        if asked.only not in sabotage["name"] or not asked.first <= number <= asked.last:
            continue
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="aide-sabotage-") as folder:
            tree = Path(folder) / "tree"
            shutil.copytree(ROOT, tree, ignore=_LEFT_OUT)
            apply(tree, sabotage)
            caught = caught_by(tree, sabotage["test"], asked.seed, asked.lives, asked.seconds)
        if not caught:
            survivors.append(sabotage["name"])
        print(f"{number:2} {sabotage['name']}: {caught or 'SURVIVES'} ({time.monotonic() - began:.0f} s)", flush=True)
    print(f"{len(survivors)} survive: {'; '.join(survivors) or 'none'}")
    return bool(survivors)


if __name__ == "__main__":
    sys.exit(main())

"""The folders of files that come with the program, in a checkout and in an installed wheel."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The folder that contains `worker.py` and `starter.py`."""

PLANS = ROOT / "plans"
"""The folder of the plan files that come with the program."""
DEFAULT_PLAN_FILE = PLANS / "lao-cambodia-2023-2027.yaml"
DEMONSTRATION_PLAN_FILE = PLANS / "a-year-in-a-minute.yaml"
TEMPLATES = ROOT / "templates"
"""The folder of the letter templates that come with the program."""

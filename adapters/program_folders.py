"""The folders that come with the program, in a checkout and where a wheel has put them."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""Where `worker.py` and `starter.py` lie."""

PLANS = ROOT / "plans"
DEFAULT_PLAN_FILE = PLANS / "lao-cambodia-2023-2027.yaml"
DEMONSTRATION_PLAN_FILE = PLANS / "a-year-in-a-minute.yaml"
TEMPLATES = ROOT / "templates"

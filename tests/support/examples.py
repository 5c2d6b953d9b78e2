"""How many examples a property is tried with."""

from hypothesis import settings


def examples(share: float) -> settings:
    """A share of the examples of the profile, for a property whose examples are dear. `make soak` multiplies them as
    it does all others."""
    return settings(max_examples=int(settings().max_examples * share))

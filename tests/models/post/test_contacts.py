"""Whose address it is: offices, and whoever stands in for them."""

import pytest

from tests.support.mail_samples import away


def test_an_answer_of_a_stand_in_counts_for_the_office() -> None:
    who = away(address="Focal-Point@moc-khm.example")
    assert who.offices_of("focal-point@MOC-KHM.example") == ("khm-moc", "lao-moic"), "its own office first"
    assert away().office_of("deputy@moic-lao.example") == "lao-moic"
    assert away().office_of("nobody@moic-lao.example") is None
    with pytest.raises(ValueError, match="before it begins"):
        away(last="2026-03-01")

"""Signals that carry no facts."""

from models.common.values import Value


class GoOn(Value):
    """With the signal `go_on`: every workflow of a plan that is opened from the record has started, so the receiver may
    begin. With the signal `renew`: the receiver goes on as a new run of this release."""

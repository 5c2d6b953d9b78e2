"""Random steps for histories of a meeting: acts of offices, and time that passes."""

from typing import Any

from hypothesis import strategies as st

from models.messages import acts
from models.messages.acts import Terms, Topic
from tests.support.builders import DAY, Player, date_terms

OFFICES = ["lao-moc", "khm-moc", "lao-moc-dg", "vnm-moc", "lao-mfa"]
TOPICS = [Topic.DATE, Topic.HOST, Topic.POSTPONE, Topic.EXTEND, Topic.DROP, Topic.EXCUSE]

moves = st.one_of(
    st.tuples(st.just("wait"), st.integers(0, 60)),
    st.tuples(
        st.sampled_from(list(acts.VERBS)),
        st.tuples(
            st.sampled_from(OFFICES),
            st.integers(1, 6),
            st.sampled_from(TOPICS),
            st.integers(-2, 40),
            st.sampled_from(["LAO", "KHM", "VNM", "XXX"]),
        ),
    ),
)


def terms(player: Player, topic: Topic, days: int, host: str) -> Terms:
    if topic is Topic.DATE:
        return date_terms(player.now + days * DAY)
    until = player.now + days * DAY if topic in (Topic.POSTPONE, Topic.EXTEND) else None
    return Terms(topic=topic, host=host, until=until, reason="x")


def play(player: Player, move: tuple[str, Any]) -> Any:
    verb, rest = move
    if verb == "wait":
        player.tick(player.now + rest * DAY)
        return None
    office, proposal, topic, days, host = rest
    fields: dict[str, Any] = {"reason": "x", "text": "x", "state": "limited"}
    if verb in ("accept", "reject", "counter", "withdraw"):
        fields["proposal"] = proposal
    if verb in ("propose", "counter"):
        fields["terms"] = terms(player, topic, days, host)
    if verb == "rectify":
        fields["fact"] = {"item": player.state.setup.id, "what": "outcome", "before": "x", "text": "y"}
    return player.act(acts.VERBS[verb], office, **fields)


PREAMBLE: list[tuple[str, Any]] = [
    ("propose", ("lao-moc", 0, Topic.DATE, 5, "LAO")),
    ("accept", ("khm-moc", 1, Topic.DATE, 0, "LAO")),
    ("accept", ("vnm-moc", 1, Topic.DATE, 0, "LAO")),
    ("wait", 7),
    ("held", ("lao-moc", 0, Topic.DATE, 0, "LAO")),
    ("outcome", ("lao-moc", 0, Topic.DATE, 0, "LAO")),
]
"""The steps of a meeting without trouble. A random history starts after some of them, so that late states are tested as
often as early ones."""

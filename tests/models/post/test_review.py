"""The review list: a flood is one row, and buries no mail of an office."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from models.post import review
from models.post.incoming import MessageKind, TakenIn
from models.post.review import of, rows

OFFICE = "khm-moc@office.example"


def taken(n: int, sender: str = "x@evil.example", **more: object) -> TakenIn:
    offices = ("khm-moc",) if sender == OFFICE else ()
    values = {"n": n, "at": datetime(2026, 1, 1, tzinfo=UTC), "digest": str(n), "kind": MessageKind.LETTER}
    return TakenIn.model_validate(
        values | {"sender": sender, "from_line": sender, "offices": offices, "why": "x"} | more
    )


def numbers(messages: list[TakenIn]) -> list[tuple[str, list[int]]]:
    return [(row.name, [each.n for each in row.messages]) for row in rows(messages)]


def test_up_to_the_limit_each_message_has_its_row_and_beyond_it_all_share_one() -> None:
    few = [taken(n) for n in range(review.OF_A_STRANGER)]
    assert [len(row.messages) for row in rows(few)] == [1] * review.OF_A_STRANGER
    many = [taken(n) for n in range(1000)]
    assert numbers(many) == [("x@evil.example", list(range(1000)))]


def test_a_flood_stands_where_its_first_message_came_and_hides_no_other() -> None:
    messages = [taken(1, "a@b.example"), taken(2), taken(3, OFFICE), *(taken(n) for n in range(4, 99))]
    messages.append(taken(99, "c@d.example"))
    assert [name for name, _ in numbers(messages)] == ["a@b.example", "x@evil.example", OFFICE, "c@d.example"]


def test_an_office_has_more_rows_before_its_mail_is_a_flood() -> None:
    messages = [taken(n, OFFICE) for n in range(review.OF_AN_OFFICE)]
    assert len(rows(messages)) == review.OF_AN_OFFICE
    assert len(rows([*messages, taken(99, OFFICE)])) == 1


def test_a_flood_that_is_forged_in_the_name_of_an_office_does_not_hide_its_mail() -> None:
    forged = [taken(n, OFFICE, unauthentic=True) for n in range(50)]
    [flood, own] = rows([*forged, taken(50, OFFICE)])
    assert (flood.name, len(flood.messages)) == (f"{OFFICE} (forged)", 50)
    assert (own.name, own.messages[0].n) == (OFFICE, 50)


def test_many_senders_of_one_domain_share_a_row() -> None:
    messages = [taken(n, f"x{n}@evil.example") for n in range(50)]
    assert numbers(messages) == [("@evil.example", list(range(50)))]
    assert len(rows(messages[: review.OF_A_DOMAIN])) == review.OF_A_DOMAIN


def test_the_messages_of_a_shared_row_stand_in_their_order() -> None:
    messages = [taken(n, f"x{n if n % 3 else ''}@evil.example") for n in range(50)]
    assert numbers(messages) == [("@evil.example", list(range(50)))]


def test_senders_in_disguise_share_the_row_of_their_domain() -> None:
    messages = [taken(n, "", from_line=f"{n} <@a.example:x@evil.example>") for n in range(50)]
    assert numbers(messages) == [("@evil.example", list(range(50)))]


def test_the_list_is_short_even_if_every_sender_is_another() -> None:
    messages = [taken(n, f"x@evil{n}.example") for n in range(200)] + [taken(200, OFFICE)]
    assert [row.name for row in rows(messages)] == [review.STRANGERS, OFFICE]


def test_offices_never_share_a_row_with_others() -> None:
    messages = [taken(n, f"x{n}@office.example") for n in range(50)] + [taken(50, OFFICE)]
    assert [row.name for row in rows(messages)] == ["@office.example", OFFICE]


senders = st.sampled_from([OFFICE, "", *(f"x{n}@evil{n % 3}.example" for n in range(12))])


@given(st.lists(st.tuples(senders, st.booleans()), max_size=120))
def test_every_message_is_in_one_row_and_the_name_of_the_row_finds_it(mails: list[tuple[str, bool]]) -> None:
    messages = [taken(n, sender, unauthentic=forged) for n, (sender, forged) in enumerate(mails)]
    found = rows(messages)
    assert sorted(each.n for row in found for each in row.messages) == list(range(len(messages)))
    assert [row.messages[0].n for row in found] == sorted(row.messages[0].n for row in found)
    for row in found:
        assert set(row.messages) <= set(of(row.name.upper(), messages))
        assert [each.n for each in row.messages] == sorted(each.n for each in row.messages)

"""What a person wrote in a letter, in the styles in which mail programs quote the mail that it answers."""

import pytest

from adapters.inbound.unquoted import unquoted

OURS = "Title n [n, proposal 2] is awaited of your office."
HEAD = {
    "outlook": "________________________________\nFrom: Secretariat <s@x.example>\nSent: Thursday\nTo: you",
    "outlook fr": "De : Secretariat\nEnvoyé : jeudi 1 janvier 2026\nObjet : letter",
    "outlook bold": "*From:* Secretariat\n\n*Sent:* Thursday",
    "original": "-----Original Message-----",
    "vietnamese": "-----Thư gốc-----",
    "yahoo": "On Thursday, January 1, 2026 at 07:00:00 AM GMT+7, Secretariat <s@x.example> wrote:",
    "german": "Am 1. Januar 2026 schrieb Secretariat <s@x.example>:",
    "khmer": "នៅថ្ងៃ 1 មករា 2026 Secretariat បានសរសេរ៖",
}


@pytest.mark.parametrize("style", HEAD)
def test_what_stands_below_the_head_of_a_quote_is_left_out(style: str) -> None:
    assert unquoted(f"We agree to [m].\nDara\n\n{HEAD[style]}\n\n{OURS}") == ["We agree to [m].", "Dara"]


@pytest.mark.parametrize("above", ["On Monday, S wrote:", "On 1 January 2026, S wrote:"])
def test_marked_lines_are_left_out_with_the_line_above_them(above: str) -> None:
    assert [line for line in unquoted(f"Yes.\n\n{above}\n> {OURS}\n\nSok") if line] == ["Yes.", "Sok"]


def test_an_answer_below_a_quote_is_kept() -> None:
    assert unquoted(f"{HEAD['original']}\n{OURS}\nWe agree.")[-1] == "We agree."


@pytest.mark.parametrize("text", ["To: all offices\nWe agree.", "Subject to approval:\nwe agree.", "Date: 3 March", ""])
def test_a_letter_without_a_quote_is_kept(text: str) -> None:
    assert unquoted(text) == ([] if not text else text.split("\n"))

"""Finds the words that a sender wrote of its own beside a button (Accept, Decline, Propose new time).

A body may also hold our own mail sent back, sentences of the mail program, a signature and a legal notice. This module
takes away what it recognises. What is left are the sender's own words: so text that is not recognised counts as words.
A quote is not trusted because it looks like one. Only the text that we have sent is taken out of it.

Every step takes linear time, and adapters/inbound/bodies.py bounds the text.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property

from adapters.inbound import client_phrases as phrases
from adapters.inbound.added_text import belongs_to_notice, is_footer, is_notice
from adapters.inbound.tokens import Grams, Phrases, Token, cleaned, tokens, words_of
from adapters.text import line_of_mail
from models.messages.acts import ReplyMethod
from models.messages.calendar_event import PartStat

MOST = 1000
"""The most characters of words that travel with an act. The message itself keeps all of them."""
MORE = " […]"


@dataclass(frozen=True)
class Known:
    """What the program knows of the mail that was answered, and of those who wrote and received it."""

    texts: tuple[str, ...] = ()
    """Texts that we have sent to the office: bodies and subjects of mails, descriptions of events."""
    names: tuple[str, ...] = ()
    """Names and addresses of the sender, of the organizer and of the offices; title and place of the event."""
    people: tuple[str, ...] = ()
    """Those of the names that name the sender. A line that holds only such a name begins a signature."""
    given: frozenset[str] = frozenset()
    """The words of the sender's name. A line of only such words is a signature, too: "Dara"."""
    dates: frozenset[int] = frozenset()
    """Numbers in the dates and times of the event that was answered."""

    @cached_property
    def grams(self) -> Grams:
        return Grams(self.texts, QUOTED)

    @cached_property
    def phrases(self) -> Phrases:
        return Phrases(self.names)

    @cached_property
    def signers(self) -> Phrases:
        return Phrases(self.people)

    @cached_property
    def foreign_names(self) -> tuple[str, ...]:
        """The names in scripts that put no space between a name and the next word."""
        return tuple(
            sorted((cleaned(each) for each in self.names if each and not each.isascii()), key=len, reverse=True)
        )


QUOTED = 4
"""So many words in a row must stand in a mail of ours, to count as our own text in a quote."""
UNQUOTED = 8
"""So many outside a quote, where the sender may have written the same words."""
UNQUOTED_CHARACTERS = 60
"""Or so many characters. Khmer and Lao have few spaces."""


def own_words(bodies: Iterable[str], known: Known, method: ReplyMethod, partstat: PartStat | None) -> str:
    """Returns the sender's own words in the bodies of an answer, on one line. Empty if there are none.

    The HTML counts only if the plain text has no words. The answer itself matters, because "has declined this
    invitation" beside an Accept is no sentence of a mail program.
    """
    for body in bodies:
        if found := " ".join(_words(body, known, _client(method, partstat))):
            return shortened(found)
    return ""


def words_of_name(name: str) -> frozenset[str]:
    """Returns the words of a person's name that mean nothing else in an answer. Initials are left out."""
    return frozenset(word for word in words_of(name) if len(word) >= 3 and word.isalpha() and word not in _NO_NAMES)


def shortened(text: str) -> str:
    """Returns words on one line, cut to the most characters that travel with an act."""
    line = line_of_mail(text, len(text))
    return line if len(line) <= MOST else line[: MOST - len(MORE)].rstrip() + MORE


def joined(*words: str) -> str:
    """Returns words from several places of a message as one text. Words that are part of others stand once."""
    kept: list[str] = []
    for each in sorted(filter(None, words), key=len, reverse=True):
        if not any(each in other for other in kept):
            kept.append(each)
    return shortened(" ".join(each for each in words if each in kept))


# --- what programs write --------------------------------------------------------------------------------------------


class _Client:
    """The sentences that a mail program may write beside one button."""

    def __init__(self, kinds: Sequence[str]) -> None:
        text = "\n".join(getattr(phrases, kind) for kind in (*kinds, "ALWAYS"))
        self.sentences = Phrases(text.splitlines())
        short = "\n".join(phrases.SHORT[kind] for kind in kinds if kind in phrases.SHORT)
        self.short = Phrases(short.splitlines())


@cache
def _client(method: ReplyMethod, partstat: PartStat | None) -> _Client:
    if method is ReplyMethod.COUNTER:
        return _Client(("COUNTERED", "TENTATIVE", "DECLINED", "ACCEPTED"))
    if partstat is PartStat.ACCEPTED:
        return _Client(("ACCEPTED",))
    if partstat is PartStat.DECLINED:
        return _Client(("DECLINED",))
    return _Client(("TENTATIVE", "ACCEPTED"))  # Thunderbird writes "has accepted" for Tentative too


def _set(text: str) -> frozenset[str]:
    return frozenset(words_of(text))


_SEPARATORS = Phrases(phrases.SEPARATORS.splitlines())
_CLOSINGS = Phrases(phrases.CLOSINGS.splitlines())
_LABELS, _DATES, _TITLES = _set(phrases.LABELS), _set(phrases.DATES), _set(phrases.TITLES)
_WROTE = Phrases(
    " ".join(w for w in words_of(line) if w not in _DATES | _LABELS) for line in phrases.WROTE.splitlines()
)
_HEADERS, _SENT = _set(phrases.HEADERS), _set(phrases.SENT)
_CONTACT, _PLACES = _set(phrases.CONTACT), _set(phrases.PLACES)
_DISCLAIMERS = Grams([phrases.DISCLAIMERS], 3)
_NOTICES = Phrases(phrases.DISCLAIMERS.splitlines())
_ENDS = frozenset(".:;!។")
_NO_NAMES = _set(
    "if only subject not no but except provided please with without when unless after before we i our you yes ok okay "
    "agree agreed accept maybe perhaps however under condition conditions conditional pending approval approved "
    "confirm confirmed reserve reservation provisional tentative reject decline refuse object objection change "
    "postpone later earlier wait until must should will shall can cannot need needs and or"
)
"""Words that are no part of a person's name."""

# --- lines ------------------------------------------------------------------------------------------------------------


@dataclass
class _Line:
    text: str
    quoted: bool
    tokens: list[Token]
    gone: list[bool] = field(default_factory=list)
    """For each word: whether it was recognised."""
    signed: bool = False
    """True: the line holds a name of the sender."""

    @property
    def left(self) -> list[str]:
        return [token.word for token, gone in zip(self.tokens, self.gone, strict=True) if not gone]

    def forget(self) -> None:
        self.gone = [True] * len(self.gone)


_QUOTE = re.compile(r"(?:[ \t]*>)+")
_LINK = re.compile(r"<?\b(?:https?://|mailto:|tel:)([^\s<>\"]*)>?", re.IGNORECASE)
_PICTURE = re.compile(
    r"\[cid:[^\[\]\s]{1,300}\]|\[https?://[^\[\]\s]{1,300}\.(?:png|jpe?g|gif|svg)\]"
    r"|\[[^\[\]]{0,150}(?:description automatically generated|description générée automatiquement"
    r"|automatisch generierte beschreibung)\]",
    re.IGNORECASE,
)
"""What Outlook writes into plain text in place of a picture, mostly of a signature."""
_SITE = re.compile(r"\bwww\.[\w.-]+/?", re.IGNORECASE)
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,255}")


def _words(body: str, known: Known, client: _Client) -> Iterator[str]:
    lines = _lines(body, known)
    _take_ours(lines, known)
    _take_phrases(lines, known.phrases)
    for paragraph in _paragraphs(lines):
        _take_phrases(paragraph, client.sentences)
        _take_attribution(paragraph)
        _take_notices(paragraph)
    _take_lines(lines, known, client)
    return filter(None, map(_said, lines))


def _lines(body: str, known: Known) -> list[_Line]:
    found, below = [], False
    domains = {address.rpartition("@")[2].casefold() for name in known.people for address in _ADDRESS.findall(name)}
    for raw in cleaned(body).split("\n"):
        quote = _QUOTE.match(raw)
        text = raw[quote.end() :] if quote else raw
        text = _PICTURE.sub(" ", text)
        text = _LINK.sub(lambda link: " " if _harmless(link[1], domains) else link[0], text)
        text = _SITE.sub(lambda site: " " if _harmless(site[0], domains) else site[0], text)
        signed = False
        for name in known.foreign_names:
            if name in text:
                signed, text = signed or name in known.people, text.replace(name, " ")
        cut = tokens(text)
        below = below or _begins_quote(text, [token.word for token in cut])
        found.append(_Line(text, bool(quote) or below, cut, [False] * len(cut), signed))
    return found


def _harmless(link: str, domains: set[str]) -> bool:
    """Whether a link only shows an address again, or leads to the mail program's host or to the sender's own."""
    host = link.partition("/")[0].partition("?")[0].rpartition("@")[2].casefold()
    if host in phrases.HOSTS:
        return True
    page = link.partition("/")[2].strip("/")
    return ("@" in link and "?" not in link) or (
        not page and any(host == each or host.endswith(f".{each}") for each in domains)
    )


def _begins_quote(text: str, words: list[str]) -> bool:
    return len(words) <= 4 and ("--" in text or "__" in text) and words in _SEPARATORS


def _paragraphs(lines: list[_Line]) -> Iterator[list[_Line]]:
    """Lines without an empty line between them. Programs fold their sentences."""
    paragraph: list[_Line] = []
    for line in lines:
        if line.tokens or line.signed:
            paragraph.append(line)
        elif paragraph:
            yield paragraph
            paragraph = []
    if paragraph:
        yield paragraph


def _take_ours(lines: list[_Line], known: Known) -> None:
    """Takes away the text that we have sent: in a quote every run of a few words, elsewhere only long runs."""
    places = [(line, n) for line in lines for n in range(len(line.tokens))]
    covered = known.grams.covers([line.tokens[n].word for line, n in places])
    begins = 0
    while begins < len(places):
        if not covered[begins]:
            begins += 1
            continue
        ends = begins
        while ends < len(places) and covered[ends] and places[ends][0].quoted is places[begins][0].quoted:
            ends += 1
        run = places[begins:ends]
        length = sum(len(line.tokens[n].word) for line, n in run)
        if run[0][0].quoted or len(run) >= UNQUOTED or length >= UNQUOTED_CHARACTERS:
            for line, n in run:
                line.gone[n] = True
        begins = ends


def _take_phrases(lines: list[_Line], known: Phrases) -> None:
    """Takes away every known phrase. A phrase may go over the end of a line."""
    places = [(line, n) for line in lines for n in range(len(line.tokens)) if not line.gone[n]]
    words = [line.tokens[n].word for line, n in places]
    at = 0
    while at < len(places):
        length = known.at(words, at)
        if length == 0:
            at += 1
            continue
        for line, n in places[at : at + length]:
            line.gone[n] = True
        at += length


def _take_attribution(paragraph: list[_Line]) -> None:
    """Takes away "On such a day, somebody wrote:", which may be folded."""
    for n, line in enumerate(paragraph):
        if not line.text.rstrip().endswith((":", "：", "៖", "：", "-")):
            continue
        for begins in sorted({max(0, n - 2), max(0, n - 1), n}):
            group = paragraph[begins : n + 1]
            words = [word for each in group for word in each.left]
            rest = [word for word in words if not _is_number(word) and word not in _DATES | _LABELS]
            if rest in _WROTE and any(map(_is_number, words)):
                for each in group:
                    each.forget()
                break


def _take_notices(paragraph: list[_Line]) -> None:
    """Takes away the sentences of a paragraph that a legal notice is made of, and the footer of a mailing list."""
    text = "\n".join(line.text for line in paragraph)
    if is_footer(text):
        for line in paragraph:
            line.forget()
        return
    legal = is_notice(text)
    sentence: list[tuple[_Line, int]] = []
    for line in paragraph:
        for n, token in enumerate(line.tokens):
            if not line.gone[n]:
                sentence.append((line, n))
            if line.text[token.end : token.end + 1] in _ENDS or (line is paragraph[-1] and n == len(line.tokens) - 1):
                words = [each.tokens[place].word for each, place in sentence]
                if (
                    words in _NOTICES
                    or (len(words) >= 4 and all(_DISCLAIMERS.covers(words)))
                    or (legal and belongs_to_notice(_between(sentence)))
                ):
                    for each, place in sentence:
                        each.gone[place] = True
                sentence = []


def _between(places: Sequence[tuple[_Line, int]]) -> str:
    """The text from the first of some words to the last one, which may stand on several lines."""
    by_line: dict[int, list[tuple[_Line, int]]] = {}
    for line, n in places:
        by_line.setdefault(id(line), []).append((line, n))
    pieces = []
    for (line, first), *_, (_, last) in (each if len(each) > 1 else each * 2 for each in by_line.values()):
        pieces.append(line.text[line.tokens[first].start : line.tokens[last].end])
    return " ".join(pieces)


def _take_lines(lines: list[_Line], known: Known, client: _Client) -> None:
    """Takes away the lines that are recognised as a whole."""
    signature, named = False, False
    shown = [line for line in lines if line.tokens or line.signed or line.text.strip()]
    for n, line in enumerate(shown):
        left = line.left
        if not line.tokens and set(line.text.strip()) <= set("-_–—*= ") and len(line.text.strip()) >= 2:
            signature = True
        elif not left:
            signature = signature or _is_signed(line, known)
        elif left in _CLOSINGS:
            line.forget()
            signature, named = True, False
        elif known.given.issuperset(left):
            line.forget()
            signature, named = True, True
        elif _is_clients(line, left, known, client) or _is_heading(shown, n) or (signature and _is_contact(line, left)):
            line.forget()
        elif _is_name(line, left) and not named and (signature or _is_title(shown, n + 1)):
            line.forget()
            signature, named = True, True
        elif signature and all(word in _TITLES for word in left):
            line.forget()


def _is_signed(line: _Line, known: Known) -> bool:
    """Whether a line holds a name of the sender, and no words but names."""
    words = [token.word for token in line.tokens]
    at, signed = 0, line.signed
    while at < len(words):
        length = known.phrases.at(words, at)
        if length == 0:
            return False
        signed = signed or known.signers.at(words, at) > 0
        at += length
    return signed


def _is_clients(line: _Line, left: list[str], known: Known, client: _Client) -> bool:
    if left in client.short or left in _SEPARATORS:
        return True
    if "?" in line.text:
        return False
    rest = [word for word in left if word not in _LABELS]
    if not rest:
        return len(left) <= 4
    numbers = [number for word in rest for number in _numbers(word)]
    return (
        bool(numbers)
        and len(left) > 1
        and set(numbers) <= known.dates
        and all(_is_number(word) or word in _DATES for word in rest)
    )


_HEADING = re.compile(r"[^:：៖]{1,40}[:：៖]")


def _is_heading(lines: list[_Line], n: int) -> bool:
    """Whether a line is one of several headers of a quoted mail: `Sent:` and its date. The other headers hold names."""

    def label(line: _Line) -> tuple[str, ...]:
        match = _HEADING.match(line.text.strip(" *"))
        return words_of(match[0]) if match else ()

    found = label(lines[n])
    beside = [label(each) for each in (*lines[max(0, n - 1) : n], *lines[n + 1 : n + 2])]
    if not found or not _SENT.issuperset(found) or not any(each and _HEADERS.issuperset(each) for each in beside):
        return False
    rest = [word for word in lines[n].left if word not in _LABELS]
    return all(_is_number(word) or word in _DATES for word in rest)


def _is_contact(line: _Line, left: list[str]) -> bool:
    """Whether a line says how to reach a person: a label and numbers or addresses, or a postal address."""
    rest = [token for token in tokens(_ADDRESS.sub(" ", line.text)) if token.word in left]
    words = [token.word for token in rest if token.word not in _CONTACT and not token.word.isdigit()]
    if not words:
        digits = sum(len(token.word) for token in rest if token.word.isdigit())
        return digits >= 5 or len(rest) < len(left)
    capitals = all(line.text[t.start].isupper() or t.word in _TITLES | _PLACES or t.word.isdigit() for t in line.tokens)
    known = any(word in _PLACES for word in words) or any(word.isdigit() for word in left)
    return capitals and known and not any(word in _NO_NAMES - _PLACES for word in words)


def _is_name(line: _Line, left: list[str]) -> bool:
    """Whether a line may be the name of a person: a few words in capitals, and titles."""
    unknown = [token for token in line.tokens if token.word in left and token.word not in _TITLES]
    if not 1 <= len(unknown) <= 4 or len(line.tokens) > 12:
        return False
    return all(
        line.text[token.start].isupper() and token.word.isalpha() and token.word not in _NO_NAMES for token in unknown
    )


def _is_title(lines: list[_Line], n: int) -> bool:
    if n >= len(lines):
        return False
    left = lines[n].left
    return len(left) >= 2 and all(word in _TITLES for word in left)


_NUMBER = re.compile(r"(\d+)([a-z]{0,2})(\d*)([a-z]{0,2})")


def _is_number(word: str) -> bool:
    return _NUMBER.fullmatch(word) is not None


def _numbers(word: str) -> list[int]:
    match = _NUMBER.fullmatch(word)
    return [int(each) for each in (match[1], match[3]) if each] if match else []


AROUND = 4
"""So many words of ours are shown on each side of a change in a quote."""


def _said(line: _Line) -> str:
    """The words of a line: all of it, or, in a quote, the part that is not ours and a few words around it."""
    left = [n for n, gone in enumerate(line.gone) if not gone]
    if not left or not line.quoted:
        return line.text.strip() if left else ""
    begins, ends = max(0, left[0] - AROUND), min(len(line.tokens) - 1, left[-1] + AROUND)
    return line.text[line.tokens[begins].start : line.tokens[ends].end]

"""Adds elements to an SVG drawing, and estimates the width of texts. All lengths are millimetres.

A drawing is a tree of elements, and not text. So the text of a title cannot become markup.
"""

import unicodedata
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from documents.xml_text import clean

INK = "#1f2a44"

_ADVANCES = {
    **dict.fromkeys("iIjl.,;:'|!", 0.27),
    **dict.fromkeys("ftr()[] -/", 0.35),
    **dict.fromkeys("ckJsvxyz", 0.52),
    **dict.fromkeys("mMwW@%", 0.88),
}
"""The widths of characters in Arial, as fractions of the type size. `_advance` has the widths of other characters."""


def group(parent: ET.Element, name: str) -> ET.Element:
    """Adds a group of elements with a class name to the drawing. Returns the group."""
    return ET.SubElement(parent, "g", {"class": name})


def title(parent: ET.Element, words: str) -> None:
    """Adds a title to an element. A browser shows it when the mouse is over the element."""
    ET.SubElement(parent, "title").text = clean(words)


def write(
    parent: ET.Element,
    x: float,
    y: float,
    words: str,
    size: float,
    *,
    anchor: str = "start",
    weight: str = "normal",
    fill: str = INK,
) -> None:
    """Adds a text. Its base line is at `y`. `anchor` says which part of the text is at `x`: start, middle or end."""
    attributes = {"x": mm(x), "y": mm(y), "font-size": mm(size), "fill": fill}
    attributes |= {"text-anchor": anchor} if anchor != "start" else {}
    attributes |= {"font-weight": weight} if weight != "normal" else {}
    ET.SubElement(parent, "text", attributes).text = clean(words)


def rect(parent: ET.Element, x: float, y: float, width: float, height: float, **attributes: str) -> None:
    """Adds a rectangle. `x` and `y` are its upper left corner."""
    place = {"x": mm(x), "y": mm(y), "width": mm(width), "height": mm(height)}
    ET.SubElement(parent, "rect", place | attributes)


def line(
    parent: ET.Element,
    x1: float,
    y1: float,
    x2: float,
    y2: float,
    stroke: str,
    width: float,
    **attributes: str,
) -> None:
    """Adds a line from (x1, y1) to (x2, y2)."""
    place = {"x1": mm(x1), "y1": mm(y1), "x2": mm(x2), "y2": mm(y2)}
    ET.SubElement(parent, "line", place | {"stroke": stroke, "stroke-width": mm(width)} | attributes)


def polygon(parent: ET.Element, points: Sequence[tuple[float, float]], *, fill: str, stroke: str, width: float) -> None:
    """Adds a polygon with these corners. `width` is the width of its outline."""
    place = " ".join(f"{mm(x)},{mm(y)}" for x, y in points)
    ET.SubElement(parent, "polygon", {"points": place, "fill": fill, "stroke": stroke, "stroke-width": mm(width)})


def measure(words: str, size: float, *, bold: bool = False) -> float:
    """Returns an estimate of the width of a text. The estimate is more often too wide than too narrow. A mark above or
    below a letter has no width."""
    return sum(map(_advance, words)) * size * (1.08 if bold else 1.0)


def _advance(letter: str) -> float:
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0.0
    if letter in _ADVANCES:
        return _ADVANCES[letter]
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.0
    if letter.isascii():
        return 0.72 if letter.isupper() else 0.57
    return 0.68


def shorten(words: str, width: float, size: float, *, bold: bool = False) -> str:
    """Returns the text if it fits the width, or else the beginning of the text and an ellipsis. The cut never
    separates a letter from its marks. Several spaces become one."""
    words = " ".join(clean(words).split())
    if measure(words, size, bold=bold) <= width:
        return words
    kept = words
    while kept and (measure(f"{kept}…", size, bold=bold) > width or _cuts(words, len(kept))):
        kept = kept[:-1]
    return f"{kept.rstrip(' ,;:-')}…"


def wrap(words: str, width: float, size: float, most: int) -> list[str]:
    """Returns the text as at most `most` lines, broken between words. If the text is too long for them, the last line
    is shortened."""
    lines: list[str] = []
    rest = " ".join(clean(words).split())
    while len(lines) < most - 1 and measure(rest, size) > width:
        parts = rest.split(" ")
        fits = [n for n in range(1, len(parts)) if measure(" ".join(parts[:n]), size) <= width]
        if not fits:
            break
        lines.append(" ".join(parts[: fits[-1]]))
        rest = " ".join(parts[fits[-1] :])
    return [*lines, shorten(rest, width, size)]


def _cuts(words: str, at: int) -> bool:
    """Whether a cut at this position would separate a letter from its mark, or a Khmer subscript from its sign."""
    return at < len(words) and (unicodedata.category(words[at])[0] == "M" or words[at - 1] == "\u17d2")


def mm(length: float) -> str:
    """Returns a length as text, with at most three decimals."""
    return f"{length:.3f}".rstrip("0").rstrip(".")

"""Checks what Word is strict about in a DOCX: the order of elements, and references to names.

LibreOffice and python-docx accept faults in both. The orders are those of WordprocessingML (ISO/IEC 29500-1, annex A).
Only the elements that the report uses are listed. An element that is not listed is a fault, so that a person who adds
one looks up its place.
"""

import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from posixpath import dirname, join, normpath
from xml.etree import ElementTree as ET

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"

_BORDERS = "top left start bottom right end insideH insideV tl2br tr2bl"
ORDERS = {
    name: tuple(order.split())
    for name, order in {
        "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs "
        "suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd "
        "snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment "
        "textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange",
        "rPr": "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof "
        "snapToGrid vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText "
        "vertAlign rtl cs em lang eastAsianLayout specVanish oMath",
        "pBdr": "top left bottom right between bar",
        "tbl": "bookmarkStart bookmarkEnd tblPr tblGrid tr",
        "tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing "
        "tblInd tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription",
        "tblBorders": _BORDERS,
        "tcBorders": _BORDERS,
        "tblCellMar": "top left start bottom right end",
        "tr": "tblPrEx trPr tc",
        "tc": "tcPr p",
        "tcPr": "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign "
        "hideMark",
        "sectPr": "headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders lnNumType "
        "pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter docGrid printerSettings",
        "style": "name aliases basedOn next link autoRedefine hidden uiPriority semiHidden unhideWhenUsed qFormat "
        "locked personal personalCompose personalReply rsid pPr rPr tblPr trPr tcPr tblStylePr",
        "tblStylePr": "pPr rPr tblPr trPr tcPr",
    }.items()
}
FREE = {"trPr": frozenset({"cnfStyle", "gridBefore", "gridAfter", "cantSplit", "trHeight", "tblHeader"})}
"""Elements whose children may be in any order, each once."""
MANY = frozenset({"tr", "tc", "p", "tblStylePr", "headerReference", "footerReference", "bookmarkStart", "bookmarkEnd"})


def faults(document: bytes) -> list[str]:
    """All faults that Word may not accept. Empty if there are none."""
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    trees = {name: ET.fromstring(data) for name, data in parts.items() if name.endswith((".xml", ".rels"))}
    words = {name: tree for name, tree in trees.items() if name.startswith("word/") and name.endswith(".xml")}
    found = [f"{name}: {fault}" for name, tree in words.items() for fault in _orders(tree)]
    found += [f"word/document.xml: {fault}" for fault in _tables(trees["word/document.xml"])]
    return [*found, *_names(trees), *_parts(trees, set(parts))]


def _local(element: ET.Element) -> str:
    return element.tag.removeprefix(W)


def _orders(tree: ET.Element) -> Iterator[str]:
    for element in tree.iter():
        name, children = _local(element), [_local(child) for child in element]
        if name in ORDERS:
            order = ORDERS[name]
            yield from (f"<{child}> has no place in <{name}>" for child in children if child not in order)
            places = [order.index(child) for child in children if child in order]
            if places != sorted(places):
                yield f"<{name}> holds {' '.join(children)}, which is not the order of the schema"
        if name in FREE:
            yield from (f"<{child}> has no place in <{name}>" for child in children if child not in FREE[name])
        if name in ORDERS or name in FREE:
            twice = [child for child, n in Counter(children).items() if n > 1 and child not in MANY]
            yield from (f"<{child}> stands twice in <{name}>" for child in twice)
        if element.get(f"{W}val") == "" and name not in ("lvlText",):
            yield f"<{name}> has an empty value"


def _tables(document: ET.Element) -> Iterator[str]:
    for table in document.iter(f"{W}tbl"):
        columns = len(table.findall(f"{W}tblGrid/{W}gridCol"))
        if table.find(f"{W}tblPr") is None or not columns:
            yield "a table has no properties or no grid"
        for row in table.findall(f"{W}tr"):
            cells = row.findall(f"{W}tc")
            if len(cells) != columns:
                yield f"a row has {len(cells)} cells in a table of {columns} columns"
            if any(len(cell) == 0 or _local(cell[-1]) != "p" for cell in cells):
                yield "a cell does not end with a paragraph"
    body = document.find(f"{W}body")
    assert body is not None
    children = [_local(child) for child in body]
    if children[-1] != "sectPr":
        yield "the body does not end with its section"
    if any(first == second == "tbl" for first, second in pairwise(children)):
        yield "two tables follow each other: Word would join them"


def _names(trees: dict[str, ET.Element]) -> Iterator[str]:
    """Checks that all styles, bookmarks and relations that are referred to exist, and that no name is there twice."""
    document, styles = trees["word/document.xml"], trees["word/styles.xml"]
    known = Counter(str(style.get(f"{W}styleId")) for style in styles.iter(f"{W}style"))
    yield from (f"style {name} is defined twice" for name, n in known.items() if n > 1)
    kinds = ("pStyle", "rStyle", "tblStyle", "basedOn", "next", "link")
    for name, tree in trees.items():
        used = {str(each.get(f"{W}val")) for kind in kinds for each in tree.iter(f"{W}{kind}")}
        yield from (f"{name}: style {style} is not defined" for style in sorted(used - set(known)))
    starts = [mark.get(f"{W}id") for mark in document.iter(f"{W}bookmarkStart")]
    ends = [mark.get(f"{W}id") for mark in document.iter(f"{W}bookmarkEnd")]
    if len(set(starts)) != len(starts) or sorted(map(str, starts)) != sorted(map(str, ends)):
        yield "bookmarks are not opened and closed once each"
    names = Counter(str(mark.get(f"{W}name")) for mark in document.iter(f"{W}bookmarkStart"))
    yield from (f"bookmark {name} stands twice" for name, n in names.items() if n > 1)
    yield from (f"the name of bookmark {name} is too long" for name in names if len(name) > 40)
    anchors = {str(link.get(f"{W}anchor")) for link in document.iter(f"{W}hyperlink")}
    yield from (f"a link leads to {anchor}, which is not there" for anchor in sorted(anchors - set(names)))


def _parts(trees: dict[str, ET.Element], parts: set[str]) -> Iterator[str]:
    """Checks that all relations lead to existing parts, and that every part has a content type."""
    for name, tree in trees.items():
        if name.endswith(".rels"):
            folder = dirname(dirname(name))
            own = [relation.get("Id") for relation in tree.iter(RELATION)]
            if len(set(own)) != len(own):
                yield f"{name}: a relation id stands twice"
            for relation in tree.iter(RELATION):
                target = str(relation.get("Target"))
                path = target[1:] if target.startswith("/") else normpath(join(folder, target))
                if relation.get("TargetMode") != "External" and path not in parts:
                    yield f"{name}: {target} is not there"
        elif name.startswith("word/"):
            rels = trees.get(join(dirname(name), "_rels", f"{name.rpartition('/')[2]}.rels"))
            there = {relation.get("Id") for relation in rels.iter(RELATION)} if rels is not None else set()
            used = {value for each in tree.iter() for key, value in each.items() if key in (f"{R}id", f"{R}embed")}
            yield from (f"{name}: relation {each} is not there" for each in sorted(used - there))
    types = trees["[Content_Types].xml"]
    endings = {str(each.get("Extension")) for each in types.iter(f"{TYPES}Default")}
    named = {str(each.get("PartName"))[1:] for each in types.iter(f"{TYPES}Override")}
    yield from (
        f"{part} has no content type"
        for part in sorted(parts - named - {"[Content_Types].xml"})
        if part.rpartition(".")[2] not in endings
    )
    yield from (f"[Content_Types].xml names {part}, which is not there" for part in sorted(named - parts))

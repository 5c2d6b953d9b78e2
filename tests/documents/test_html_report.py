"""The report as a page of its own."""

from documents import html_report
from tests.support.reports import MARKUP, Page, report


def test_no_title_injects_markup() -> None:
    text = html_report.render(report())
    page = Page(text)
    assert page.tags["script"] == page.tags["b"] == 0
    assert page.tags["style"] == 1
    assert text.count("</style>") == 1
    assert f"Progress report onAction Plan {MARKUP}" in page.blocks
    assert "Short </style>" not in text


def test_the_page_is_self_contained_and_its_links_lead_somewhere() -> None:
    page = Page(html_report.render(report()))
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert len(page.ids) == len(set(page.ids))
    assert page.targets and set(page.targets) <= set(page.ids)
    assert page.tags["thead"] == page.tags["table"] == page.tags["caption"] == 9


def test_the_same_report_gives_the_same_page() -> None:
    assert html_report.render(report()) == html_report.render(report())

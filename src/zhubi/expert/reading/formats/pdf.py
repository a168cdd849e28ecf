"""PDF: its text by page, through PDFium; every object is closed as soon as it was asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from typing import Final

import pypdfium2 as pdfium

from zhubi.expert.reading.document import Event, Finished, Kind, Outline, Page, ReadingState, Started
from zhubi.expert.reading.formats.blank_font import use_blank_font
from zhubi.expert.reading.formats.pages import RefusalError, Request, make_outline, make_page
from zhubi.expert.reading.limits import Limits

_BESIDE: Final = (0, 1, -1, 2, -2)
_PASSWORD_ERRORS: Final = (4, 5)  # FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY


def read(data: bytes, request: Request) -> Iterator[Event | Kind]:
    """Its pages as they are read. Raises RefusalError: ENCRYPTED, DAMAGED, or TOO_LARGE by the pages it claims."""
    yield "pdf"
    limits = request.limits
    use_blank_font()
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        encrypted = error.err_code in _PASSWORD_ERRORS
        raise RefusalError(ReadingState.ENCRYPTED if encrypted else ReadingState.DAMAGED) from error
    with closing(document):
        total = len(document)
        if total > limits.pages:
            raise RefusalError(ReadingState.TOO_LARGE, "pages")
        yield Started("pdf", total, _outline(document, total, limits))
        unreadable = 0
        for number in _order(total, request.first):
            try:
                page = _page(document, number, limits)
            except pdfium.PdfiumError:
                unreadable += 1
                page = make_page(number, "", "", limits)
            yield page
        if unreadable == total:
            raise RefusalError(ReadingState.DAMAGED)
        if unreadable:
            yield Finished("pdf", ReadingState.PARTIAL, "damaged-pages")


def _order(total: int, first: int) -> Iterator[int]:
    """The page that is wanted first and those beside it, then all the others from the beginning."""
    near = [first + step for step in _BESIDE if 1 <= first + step <= total] if 1 < first <= total else []
    yield from near
    yield from (number for number in range(1, total + 1) if number not in near)


def _page(document: pdfium.PdfDocument, number: int, limits: Limits) -> Page:
    with closing(document[number - 1]) as page, closing(page.get_textpage()) as layer:
        text = layer.get_text_bounded()
    return make_page(number, document.get_page_label(number - 1), text, limits)


def _outline(document: pdfium.PdfDocument, total: int, limits: Limits) -> tuple[Outline, ...]:
    """The bookmarks. One that leads nowhere stands for its group: it gets the page of the next that leads somewhere."""
    found: list[Outline] = []
    page = total
    bookmarks = [
        (bookmark.get_title(), bookmark.level + 1, _target(bookmark, total))
        for bookmark in islice(document.get_toc(), limits.outline_entries)
    ]
    for title, level, target in reversed(bookmarks):
        page = target or page
        entry = make_outline(title, level, page)
        if entry is not None:
            found.append(entry)
    return tuple(reversed(found))


def _target(bookmark: pdfium.PdfBookmark, total: int) -> int:
    destination = bookmark.get_dest()
    index = destination.get_index() if destination is not None else None
    return index + 1 if index is not None and 0 <= index < total else 0

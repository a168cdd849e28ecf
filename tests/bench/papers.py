"""How soon a long attachment shows its text, how a page turns, and what both processes hold meanwhile."""

from __future__ import annotations

import hashlib
import os
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from experts import commit_all, declare_all, enrolled, fresh_office, served, synchronised
from offices import Wanted
from settings import Settings, environment
from starting import zhubi
from table import Row
from terminal import Terminal
from timing import medians, milliseconds

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.desk.views import ReviewKey

PAGES = 300
_SENTENCE = "本项目拟解决分布式储能系统在高比例可再生能源接入条件下的协同控制与安全预警问题，技术路线清晰，指标可考核。"
_LINES = 40
_SETTLED = 3.0
_PICTURE = (800, 1000)


def attachment(settings: Settings) -> Iterator[Row]:
    """From the call to the text of a page: unsealed from its file, through the pipe, parsed, back, and clean."""
    from zhubi.expert.desk import opening

    directory, paper, pages = _expert(settings)
    far = pages * 5 // 6
    name, size = f"{pages}-page PDF", f"{paper.stat().st_size / 1e6:.1f} MB"
    with opening.open_desk(directory) as desk:
        key, blob = _place(desk)
        first, last, whole = medians(
            settings.few(11, 3),
            lambda: _until_text(desk, key, blob, 1),
            lambda: _until_text(desk, key, blob, far),
            lambda: milliseconds(lambda: _whole(desk, key, blob)),
        )
        picture = statistics.median(_pictures(desk, key, blob, settings.few(20, 3)))
    yield Row(f"{name} to its first page of text", first, "ms", 300, note=size)
    yield Row(f"{name} opened at page {far}", last, "ms", 300)
    yield Row(f"{name}, all its text", whole, "ms", 10_000, note="no promise: it comes while one reads")
    yield Row("picture of a page, 800 x 1000", picture, "ms", 1_000, note="no promise: it is asked for")


def pages(settings: Settings) -> Iterator[Row]:
    """A page key in the reader of the real app, and the most that it and its reading process ever held."""
    from zhubi.expert.desk import opening

    directory, _, pages = _expert(settings)
    with opening.open_desk(directory) as desk:
        begins = _first_words(desk)
    with Terminal((zhubi(),), _child() | {"ZHUBI_HOME": str(directory)}) as terminal:
        terminal.painted("BM000001")
        terminal.rest(_SETTLED)
        terminal.send(b"\r")
        terminal.painted("一、研究内容")
        terminal.rest(1)
        # Over to the material, and to the last line of its outline: the attachment.
        for typed in (b"\x1b[17~", b"\r", b"\x1b[F", b"\r"):
            terminal.send(typed)
            terminal.rest(1)
        terminal.painted(begins)
        terminal.rest(_SETTLED)
        taken = [terminal.press(key) for key in ["pagedown", "pagedown", "pageup"] * settings.few(40, 4)]
        turned = [each for each in taken if each is not None]
        peak = terminal.peak()
    slow = sorted(turned)[int(0.95 * (len(turned) - 1))]
    yield Row(
        f"page turn in a {pages}-page PDF", statistics.median(turned), "ms", 50,
        note=f"95 of 100 within {slow:.0f} ms; {len(turned)} of {len(taken)} turned",
    )  # fmt: skip
    yield Row(
        f"most held while reading {pages} pages", peak, "MiB", 250, note="RSS of app and reading process"
    )


def _until_text(desk: Desk, key: ReviewKey, blob: str, page: int) -> float:
    """Milliseconds until the text of a page is there; of the first that has any, where it has none."""
    from zhubi.expert.desk.reading import open_attachment
    from zhubi.expert.reading.document import Page

    start = time.perf_counter()
    with open_attachment(desk, key, blob, page) as reading:
        for event in reading.events():
            if isinstance(event, Page) and event.has_text:
                taken = 1000 * (time.perf_counter() - start)
                assert page == 1 or event.number == page
                return taken
    raise SystemExit("the paper gave no text")


def _first_words(desk: Desk) -> str:
    """What the first page with text begins with."""
    from zhubi.expert.desk.reading import attachment_pages
    from zhubi.expert.reading.document import Page

    for event in attachment_pages(desk, *_place(desk)):
        if isinstance(event, Page) and event.has_text:
            return event.text.lstrip()[:6].rstrip()
    raise SystemExit("the paper gave no text")


def _whole(desk: Desk, key: ReviewKey, blob: str) -> None:
    from zhubi.expert.desk.reading import attachment_pages

    for _ in attachment_pages(desk, key, blob):
        pass


def _pictures(desk: Desk, key: ReviewKey, blob: str, times: int) -> Iterator[float]:
    from zhubi.expert.desk.reading import open_attachment

    with open_attachment(desk, key, blob) as reading:
        for _ in reading.events():
            pass
        for page in range(1, times + 1):
            start = time.perf_counter()
            if reading.picture(page, *_PICTURE) is None:
                raise SystemExit("the paper gave no picture")
            yield 1000 * (time.perf_counter() - start)


def _place(desk: Desk) -> tuple[ReviewKey, str]:
    from zhubi.expert.desk import overview, reading

    key = overview.rows(desk, None, 0, 1)[0].key
    return key, reading.content(desk, key).attachments[0].blob


def _expert(settings: Settings) -> tuple[Path, Path, int]:
    """An expert with one unsealed project that has the paper: the machine's directory, the paper, its pages."""
    import pypdfium2

    paper = settings.pdf
    if paper is None:
        paper = settings.place / "long.pdf"
        paper.write_bytes(long_pdf(settings.few(PAGES, 20)))
    data = paper.read_bytes()
    document = pypdfium2.PdfDocument(data)
    pages = len(document)
    document.close()
    name = f"paper-{hashlib.sha256(data).hexdigest()[:8]}"
    made = fresh_office(settings, name, Wanted(1, paper=paper.resolve()))
    with served(made) as url, enrolled(settings, made, url, name) as desk:
        for act in (commit_all, declare_all):
            synchronised(desk)
            act(desk)
        synchronised(desk)
        return desk.directory, paper, pages


def _child() -> dict[str, str]:
    return environment() | {"BENCH_KEYRING": os.environ["BENCH_KEYRING"]}


def long_pdf(pages: int) -> bytes:
    """A PDF whose pages are full of Chinese text, in the encoding that PDF predefines for it."""
    shown = "".join(
        f"<{f'{_SENTENCE[:38]}{line:02}'.encode('utf-16-be').hex()}> Tj 0 -18 Td " for line in range(_LINES)
    )
    drawn = f"BT /F1 12 Tf 50 790 Td {shown}ET".encode()
    kids = " ".join(f"{6 + 2 * page} 0 R" for page in range(pages))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {pages}/Kids[{kids}]>>".encode(),
        b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[4 0 R]>>",
        (
            b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/FontDescriptor 5 0 R"
            b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>>>"
        ),
        (
            b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0"
            b"/Ascent 880/Descent -120/CapHeight 880/StemV 93>>"
        ),
    ]
    for page in range(pages):
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>"
            b"/Contents %d 0 R>>" % (7 + 2 * page)
        )
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn))
    made, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    made += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    return bytes(made)

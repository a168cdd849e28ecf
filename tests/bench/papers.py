"""How soon a long document shows its first page of text."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing

from settings import Settings
from table import Row
from timing import medians

PAGES = 300
_SENTENCE = "本项目拟解决分布式储能系统在高比例可再生能源接入条件下的协同控制与安全预警问题，技术路线清晰，指标可考核。"
_LINES = 40


def first_page(settings: Settings) -> Iterator[Row]:
    """From the bytes of a PDF of 300 full pages to its first page as clean text, the child process included."""
    from zhubi.expert.reading.document import Page
    from zhubi.expert.reading.parse import iter_pages

    pages = settings.few(PAGES, 20)
    paper = long_pdf(pages)

    def once() -> float:
        start = time.perf_counter()
        with closing(iter_pages(paper, "long.pdf", "application/pdf")) as events:
            for event in events:
                if isinstance(event, Page):
                    assert _SENTENCE[:12] in event.text
                    return 1000 * (time.perf_counter() - start)
        raise SystemExit("the paper gave no page")

    (taken,) = medians(settings.few(11, 3), once)
    size = f"{len(paper) / 1e6:.1f} MB"
    yield Row(f"{pages}-page PDF to its first page of text", taken, "ms", 300, note=size)


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

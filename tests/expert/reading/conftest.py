"""Small real documents, and hostile ones, made on the spot."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Sequence

import docx
import openpyxl
import pytest
from PIL import Image

_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/{part}" ContentType="application/vnd.openxmlformats-officedocument.{kind}.main+xml"/></Types>'
)
_WORDS = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{}</w:body></w:document>'


class Papers:
    """Makes documents as bytes."""

    def pdf(
        self,
        pages: list[str],
        bookmarks: Sequence[tuple[str, int]] = (),
    ) -> bytes:
        """A PDF in the predefined Chinese encoding; an empty string makes a page without text."""
        first = 6
        kids = " ".join(f"{first + 2 * i} 0 R" for i in range(len(pages)))
        marks = first + 2 * len(pages)
        objects = [
            f"<</Type/Catalog/Pages 2 0 R/Outlines {marks} 0 R>>".encode(),
            f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>".encode(),
            b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[4 0 R]>>",
            (
                b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/FontDescriptor 5 0 R"
                b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>>>"
            ),
            (
                b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]"
                b"/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 93>>"
            ),
        ]
        for i, text in enumerate(pages):
            drawn = f"BT /F1 12 Tf 50 700 Td <{text.encode('utf-16-be').hex()}> Tj ET" if text else ""
            objects.append(
                f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {first + 2 * i + 1} 0 R"
                "/Resources<</Font<</F1 3 0 R>>>>>>".encode()
            )
            objects.append(self.pdf_stream(drawn.encode()))
        last = marks + len(bookmarks)
        objects.append(f"<</First {marks + 1} 0 R/Last {last} 0 R>>".encode() if bookmarks else b"<<>>")
        for i, (title, page) in enumerate(bookmarks):
            following = f"/Next {marks + i + 2} 0 R" if i + 1 < len(bookmarks) else ""
            target = f"/Dest[{first + 2 * (page - 1)} 0 R/Fit]" if page else ""
            named = (b"\xfe\xff" + title.encode("utf-16-be")).hex()
            objects.append(f"<</Title<{named}>/Parent {marks} 0 R{target}{following}>>".encode())
        return self.pdf_objects(objects)

    def pdf_objects(self, objects: list[bytes], trailer: bytes = b"") -> bytes:
        """A PDF file of numbered objects, the first its catalog."""
        made, places = b"%PDF-1.7\n", []
        for number, body in enumerate(objects, start=1):
            places.append(len(made))
            made += b"%d 0 obj\n" % number + body + b"\nendobj\n"
        table = b"".join(b"%010d 00000 n \n" % place for place in places)
        start = len(made)
        made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table
        made += b"trailer<</Size %d/Root 1 0 R%s>>\n" % (len(objects) + 1, trailer)
        return made + b"startxref\n%d\n%%%%EOF" % start

    def pdf_stream(self, content: bytes, entries: bytes = b"") -> bytes:
        """A stream object."""
        return b"<</Length %d%s>>stream\n" % (len(content), entries) + content + b"\nendstream"

    def pdf_bomb(self, mebibytes: int) -> bytes:
        """A PDF whose one page unpacks to so much."""
        packer = zlib.compressobj(9)
        packed = b"".join(packer.compress(b" " * 1048576) for _ in range(mebibytes)) + packer.flush()
        return self.pdf_objects(
            [
                b"<</Type/Catalog/Pages 2 0 R>>",
                b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
                b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>",
                self.pdf_stream(packed, b"/Filter/FlateDecode"),
            ]
        )

    def scan(self, pages: int = 1) -> bytes:
        """A PDF of pictures, as a scanner makes it."""
        made = io.BytesIO()
        sheets = [Image.new("L", (60, 80), 200 + i) for i in range(pages)]
        sheets[0].save(made, "PDF", save_all=True, append_images=sheets[1:])
        return made.getvalue()

    def picture(self, kind: str = "PNG") -> bytes:
        """A small picture."""
        made = io.BytesIO()
        Image.new("RGB", (40, 30)).save(made, kind)
        return made.getvalue()

    def words(self, *blocks: str | tuple[int, str] | list[list[str]]) -> bytes:
        """A docx of paragraphs (str), headings (level, str) and tables (rows)."""
        document = docx.Document()
        for block in blocks:
            if isinstance(block, str):
                document.add_paragraph(block)
            elif isinstance(block, tuple):
                document.add_heading(block[1], block[0])
            else:
                table = document.add_table(len(block), len(block[0]))
                for row, cells in zip(table.rows, block, strict=True):
                    for cell, text in zip(row.cells, cells, strict=True):
                        cell.text = text
        made = io.BytesIO()
        document.save(made)
        return made.getvalue()

    def raw_words(self, body: str, before: str = "") -> bytes:
        """A docx with exactly this XML in its body."""
        return self.package("wordprocessingml.document", {"word/document.xml": before + _WORDS.format(body)})

    def workbook(self, book: openpyxl.Workbook) -> bytes:
        """The workbook as a file."""
        made = io.BytesIO()
        book.save(made)
        return made.getvalue()

    def package(self, kind: str, parts: dict[str, str | bytes]) -> bytes:
        """A zip package whose first part is the main one."""
        types = _TYPES.format(part=next(iter(parts)), kind=kind)
        return self.zipped({"[Content_Types].xml": types} | parts)

    def zipped(self, parts: dict[str, str | bytes]) -> bytes:
        """A plain zip."""
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
        return made.getvalue()


@pytest.fixture(scope="session")
def papers() -> Papers:
    """Makes documents as bytes."""
    return Papers()

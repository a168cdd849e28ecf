"""Pictures of pages: what is given fits, is whole and plain; and what a page costs, it costs only its own picture."""

from __future__ import annotations

import io
import struct
import sys
import threading
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from zhubi.expert.reading import process
from zhubi.expert.reading.document import Finished, Page, ReadingState
from zhubi.expert.reading.limits import DEFAULT, Limits
from zhubi.expert.reading.opened import AttachmentReading
from zhubi.expert.reading.pictures import Picture, PictureError, proven


def opened(data: bytes, name: str = "材料", first: int = 1, limits: Limits = DEFAULT) -> AttachmentReading:
    return AttachmentReading(lambda sink: sink.write(data), name, first=first, limits=limits)


def seen(picture: Picture | None) -> Image.Image:
    """The picture as an independent decoder sees it."""
    assert picture is not None
    with Image.open(io.BytesIO(picture.png)) as found:
        found.load()
        assert found.size == (picture.width, picture.height)
        return found


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    made = io.BytesIO()
    picture.save(made, kind, **options)
    return made.getvalue()


def test_a_page_of_a_pdf_is_as_large_as_fits(papers):
    with opened(papers.pdf(["甲" * 20, "乙" * 20])) as reading:
        upright = seen(reading.picture(1, 600, 600))
        assert upright.height == 600 and 420 <= upright.width <= 426
        wide = seen(reading.picture(2, 300, 4000))
        assert wide.width == 300 and 420 <= wide.height <= 426
        darkest, lightest = upright.convert("L").getextrema()
        assert darkest < 128 and lightest == 255
        assert reading.picture(3, 600, 600) is None
        assert reading.no_picture(3) == "reading.no-picture.none"
        assert reading.no_picture(1) == ""


def test_pictures_may_be_asked_for_while_pages_come(papers):
    taken: list[Picture | None] = []
    with opened(papers.pdf(["甲" * 400] * 120)) as reading:
        askers = [
            threading.Thread(target=lambda page=page: taken.append(reading.picture(page, 200, 300)))
            for page in (1, 60, 120)
        ]
        for asker in askers:
            asker.start()
        events = list(reading.events())
        for asker in askers:
            asker.join()
        seen(reading.picture(2, 200, 300))
    assert [event.number for event in events if isinstance(event, Page)] == list(range(1, 121))
    assert events[-1] == Finished("pdf", ReadingState.READ)
    assert len([each for each in taken if each is not None]) == 3


def test_the_page_wanted_comes_first_and_every_page_once(papers):
    with opened(papers.pdf([f"第{number}页" for number in range(1, 12)]), first=8) as reading:
        numbers = [event.number for event in reading.events() if isinstance(event, Page)]
    assert numbers == [8, 9, 7, 10, 6, 1, 2, 3, 4, 5, 11]


@pytest.mark.parametrize("first", [-1, 0, 1, 4, 10**9])
def test_a_first_page_that_is_not_there_changes_nothing(papers, first):
    with opened(papers.pdf(["甲", "乙", "丙"]), first=first) as reading:
        assert [event.number for event in reading.events() if isinstance(event, Page)] == [1, 2, 3]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_picture_file_is_shown_in_every_format(kind, mode):
    grey = Image.new("L", (90, 60), 200)
    with opened(saved(grey.convert(mode), kind)) as reading:
        shown = seen(reading.picture(1, 30, 30))
    assert shown.size == (30, 20)
    assert abs(shown.convert("L").getpixel((15, 10)) - 200) < 4


@pytest.mark.parametrize("mode", ["1", "P", "LA", "RGBA", "CMYK", "I;16"])
def test_every_way_to_hold_colours_is_shown(mode):
    white = Image.new("L", (40, 40), 255)
    picture = Image.new(mode, (40, 40), 65535) if mode == "I;16" else white.convert(mode)
    with opened(saved(picture, "TIFF")) as reading:
        assert seen(reading.picture(1, 40, 40)).convert("L").getpixel((20, 20)) > 250


def test_what_is_transparent_is_paper():
    with opened(saved(Image.new("RGBA", (20, 20), (0, 0, 0, 0)), "PNG")) as reading:
        assert seen(reading.picture(1, 20, 20)).convert("RGB").getpixel((9, 9)) == (255, 255, 255)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_stands_upright_however_the_camera_was_held(kind, orientation):
    upright = Image.new("L", (80, 40), 255)
    upright.paste(0, (0, 0, 40, 20))  # dark above, on the left
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }  # fmt: skip
    kept = upright.transpose(undo[orientation]) if orientation in undo else upright
    exif = Image.Exif()
    exif[274] = orientation
    with opened(saved(kept.convert("RGB"), kind, exif=exif)) as reading:
        label = next(event.label for event in reading.events() if isinstance(event, Page))
        shown = seen(reading.picture(1, 80, 80)).convert("L")
    assert label == f"{kind} 80 x 40"
    assert shown.size == (80, 40)
    assert [shown.getpixel(at) > 128 for at in ((10, 10), (70, 10), (10, 30), (70, 30))] == [
        False,
        True,
        True,
        True,
    ]


def test_a_document_without_pictures_says_so(papers):
    for data in (papers.words("正文"), "正文".encode()):
        with opened(data) as reading:
            assert reading.picture(1, 100, 100) is None
            assert reading.no_picture(1) == "reading.no-picture.none"
            assert list(reading.events())[-1].state is ReadingState.READ


def test_a_picture_too_heavy_to_pass_on_is_made_smaller():
    noise = Image.effect_noise((1800, 1800), 120)
    with opened(saved(Image.merge("RGB", (noise, noise.rotate(90), noise.rotate(180))), "BMP")) as reading:
        picture = reading.picture(1, 9000, 9000)
        shown = seen(picture)
    assert len(picture.png) <= DEFAULT.picture_bytes
    assert 1000 < shown.width == shown.height < 1800


def test_no_side_is_longer_than_agreed():
    with opened(saved(Image.new("L", (8000, 20), 255), "PNG")) as reading:
        assert seen(reading.picture(1, 10**9, 10**9)).size == (4000, 10)
        assert seen(reading.picture(1, -5, 0)).size == (1, 1)


def test_a_small_picture_is_not_blown_up():
    with opened(saved(Image.new("L", (30, 10), 255), "PNG")) as reading:
        assert seen(reading.picture(1, 900, 900)).size == (30, 10)


# What a page costs


def page_of(
    papers, content: bytes, resources: bytes = b"", *more: bytes, box: bytes = b"[0 0 595 842]"
) -> bytes:
    return papers.pdf_objects(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox%s/Contents 4 0 R/Resources<<%s>>>>" % (box, resources),
            papers.pdf_stream(content),
            *more,
        ]
    )


def zeros(mebibytes: int) -> bytes:
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(2**20)) for _ in range(mebibytes)) + packer.flush()


def within(reading: AttachmentReading) -> bool:
    """Whether the process that read, if it is still there, kept within its memory."""
    try:
        status = Path("/proc", str(reading._child.pid), "status").read_text()
    except FileNotFoundError:
        return True
    return "VmHWM:" not in status or int(status.split("VmHWM:")[1].split()[0]) * 1024 <= DEFAULT.memory_bytes


@pytest.mark.parametrize("box", [b"[0 0 1e9 1e9]", b"[0 0 100000 0.001]", b"[0 0 0 0]", b"[0 0 -1e38 1e38]"])
def test_a_page_of_any_size_gives_a_picture_of_the_size_asked_for_or_none(papers, box):
    with opened(page_of(papers, b"0 0 100 100 re f", box=box)) as reading:
        picture = reading.picture(1, 400, 500)
        assert picture is None or max(picture.width - 400, picture.height - 500) <= 0
        assert within(reading)


def test_a_page_whose_picture_is_gigantic_stays_within_memory(papers):
    image = papers.pdf_stream(
        zeros(40),
        b"/Type/XObject/Subtype/Image/Width 40000/Height 40000/BitsPerComponent 8/ColorSpace/DeviceRGB"
        b"/Filter/FlateDecode",
    )
    with opened(page_of(papers, b"q 595 0 0 842 0 0 cm /I Do Q", b"/XObject<</I 5 0 R>>", image)) as reading:
        picture = reading.picture(1, 400, 500)
        assert picture is None or picture.width <= 400
        assert within(reading)


def test_forms_that_contain_themselves_are_refused(papers):
    form = papers.pdf_stream(
        b"/F Do /F Do",
        b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</XObject<</F 5 0 R>>>>",
    )
    with opened(page_of(papers, b"/F Do", b"/XObject<</F 5 0 R>>", form)) as reading:
        picture = reading.picture(1, 400, 500)
        assert picture is not None or reading.no_picture(1) in (
            "reading.no-picture.memory", "reading.no-picture.slow", "reading.no-picture.reader",
        )  # fmt: skip
        assert within(reading)
        assert isinstance(list(reading.events())[-1], Finished)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP"])
def test_a_gigapixel_picture_is_refused_by_its_header(papers, kind):
    data = bytearray(papers.picture(kind))
    match kind:
        case "PNG":
            data[16:24] = struct.pack(">II", 60_000, 60_000)
            data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
        case "JPEG":
            start = data.index(b"\xff\xc0")
            data[start + 5 : start + 9] = struct.pack(">HH", 65_000, 65_000)
        case "GIF":
            data[6:10] = struct.pack("<HH", 65_000, 65_000)
        case "BMP":
            data[18:26] = struct.pack("<ii", 60_000, 60_000)
    with opened(bytes(data)) as reading:
        last = list(reading.events())[-1]
        assert (last.state, last.detail) == (ReadingState.TOO_LARGE, "pixels")
        assert reading.picture(1, 100, 100) is None
        assert reading.no_picture(1) == "reading.no-picture.large"
        assert within(reading)


def test_a_picture_that_unpacks_beyond_what_may_be_held_is_refused():
    header = b"IHDR" + struct.pack(">IIBBBBB", 13_000, 13_000, 8, 2, 0, 0, 0)
    body = b"IDAT" + zeros(13_000 * 39_001 // 2**20 + 1)
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(each) - 4) + each + struct.pack(">I", zlib.crc32(each))
        for each in (header, body, b"IEND")
    )
    with opened(data) as reading:
        assert list(reading.events())[-1].state is ReadingState.SCAN
        assert reading.picture(1, 100, 100) is None
        assert reading.no_picture(1) == "reading.no-picture.large"
        assert within(reading)


def test_a_large_photograph_is_made_smaller_while_it_is_decoded():
    with opened(saved(Image.new("RGB", (11_000, 9_000), "white"), "JPEG")) as reading:
        assert seen(reading.picture(1, 440, 400)).size == (440, 360)
        assert within(reading)


def test_a_page_that_takes_too_long_costs_only_its_own_picture(papers):
    strokes = b"".join(b"%d 0 m 0 %d l S " % (i % 595, i % 842) for i in range(900_000))
    two = papers.pdf_objects(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 2/Kids[3 0 R 5 0 R]>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>",
            papers.pdf_stream(strokes),
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
        ]
    )
    with opened(two, limits=Limits(picture_seconds=2.5)) as reading:
        assert list(reading.events())[-1].state is ReadingState.SCAN
        assert reading.picture(1, 3000, 3000) is None
        assert reading.no_picture(1) == "reading.no-picture.slow"
        seen(reading.picture(2, 100, 100))
        assert reading.picture(1, 3000, 3000) is None  # known, and not tried again


# A process that is no longer its own master

ANSWERING = """
import sys
source, out = sys.stdin.buffer, sys.stdout.buffer
source.readline()
while size := int.from_bytes(source.read(4), "big"):
    source.read(size)
out.write(b'["finished","pdf","scan",""]\\n'); out.flush()
line = source.readline()
"""


@pytest.fixture
def child_that(monkeypatch):
    def replace(program: str) -> None:
        monkeypatch.setattr(process, "_COMMAND", (sys.executable, "-I", "-c", program))

    return replace


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("out.write(b'[\"picture\",1,10,10,4]\\nabcd')", "reader"),
        ("out.write(b'[\"picture\",1,10,10,400]\\nabcd'); out.flush(); out.close()", "reader"),
        ("out.write(b'[\"picture\",7,10,10,4]\\nabcd')", "reader"),
        ("out.write(b'[\"picture\",1,10,10,99999999]\\n')", "reader"),
        ("out.write(b'[\"picture\",1,4001,10,4]\\nabcd')", "reader"),
        ("out.write(b'[\"picture\",1]\\n')", "reader"),
        ('out.write(b\'["no-picture",1,"splendid"]\\n\')', "damaged"),
        ("sys.exit(3)", "reader"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGABRT)", "memory"),
        ("import time; time.sleep(60)", "slow"),
    ],
)
def test_an_answer_that_is_none_ends_in_a_reason(child_that, answer, reason):
    child_that(f"{ANSWERING}\n{answer}\nout.flush()\nimport time; time.sleep(60)")
    with opened(b"x", limits=Limits(picture_seconds=3.0)) as reading:
        assert list(reading.events())[-1].state is ReadingState.SCAN
        assert reading.picture(1, 100, 100) is None
        assert reading.no_picture(1) == f"reading.no-picture.{reason}"


def test_a_picture_nobody_asked_for_ends_the_process(child_that):
    child_that(f'{ANSWERING.replace("line =", "#")}\nwhile True: out.write(b\'["no-picture",1,"none"]\\n\')')
    with opened(b"x") as reading:
        assert reading._child.gone.wait(20)


def test_a_document_that_fells_every_process_is_given_up(child_that):
    child_that(f"{ANSWERING}\nsys.exit(3)")
    with opened(b"x") as reading:
        list(reading.events())
        for page in range(1, 9):
            assert reading.picture(page, 10, 10) is None
        assert reading._felled == 3


def test_closing_lets_whoever_waits_go(child_that):
    child_that(f"{ANSWERING}\nimport time; time.sleep(600)")
    reading = opened(b"x")
    taken: list[Picture | None] = []
    asker = threading.Thread(target=lambda: taken.append(reading.picture(1, 10, 10)))
    asker.start()
    while not reading._child._asked:
        pass
    reading.close()
    asker.join(20)
    assert taken == [None]
    assert reading.picture(2, 10, 10) is None


def test_a_fault_of_the_source_is_raised_to_whoever_asks():
    def torn(sink) -> None:
        sink.write(b"%PDF-")
        raise RuntimeError("the store closed")

    with AttachmentReading(torn) as reading:
        with pytest.raises(RuntimeError, match="the store closed"):
            reading.picture(1, 10, 10)
        with pytest.raises(RuntimeError, match="the store closed"):
            list(reading.events())


# What is believed of a picture


def plain(width: int = 3, height: int = 2, mode: str = "RGB") -> bytes:
    return saved(Image.new(mode, (width, height)), "PNG")


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_plain_picture_is_believed(mode):
    assert proven(plain(mode=mode), 3, 2) == Picture(plain(mode=mode), 3, 2)


@pytest.mark.parametrize("mode", ["RGBA", "P", "1", "LA"])
def test_a_picture_that_is_not_plain_is_not(mode):
    with pytest.raises(PictureError):
        proven(plain(mode=mode), 3, 2)


def test_a_picture_of_another_size_or_with_more_inside_is_not():
    for data, width, height in (
        (plain(), 2, 3),
        (plain() + b"x", 3, 2),
        (plain() + plain()[8:], 3, 2),
        (saved(Image.new("RGB", (3, 2)), "PNG", dpi=(72, 72)), 3, 2),
        (plain()[:-12], 3, 2),
        (b"", 0, 0),
    ):
        with pytest.raises(PictureError):
            proven(data, width, height)


def test_pixels_that_unpack_to_more_or_less_than_the_size_are_not():
    def with_pixels(packed: bytes) -> bytes:
        parts = (plain()[12:29], b"IDAT" + packed, b"IEND")
        return plain()[:8] + b"".join(
            struct.pack(">I", len(each) - 4) + each + struct.pack(">I", zlib.crc32(each)) for each in parts
        )

    assert proven(with_pixels(zlib.compress(bytes(20))), 3, 2)
    for packed in (
        zlib.compress(bytes(19)),
        zlib.compress(bytes(21)),
        zeros(64),
        b"",
        zlib.compress(bytes(20)) + b"x",
    ):
        with pytest.raises(PictureError):
            proven(with_pixels(packed), 3, 2)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_byte_of_a_picture_can_be_changed(data):
    png = bytearray(plain(5, 4))
    png[data.draw(st.integers(0, len(png) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(PictureError):
        proven(bytes(png), 5, 4)

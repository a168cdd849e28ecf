"""The indexing process: unseals what it is told of, in memory, and writes its words into the search index.

It is told by its standard input, a line of JSON each: where the index is and its key, what may be read, then one
dossier after the other, and the end. When the input ends before that it stops: whoever asked is gone. It answers by
lines that hold numbers only.
"""

from __future__ import annotations

import ctypes
import json
import os
import queue
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from zhubi.core.model.dossier import Attachment, Content
from zhubi.core.model.errors import ZhubiError
from zhubi.core.trust.canonical import parse_json, sha256_hex
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.sealing import SealingKey, Sink, unseal
from zhubi.expert.reading.contentpages import pages_of
from zhubi.expert.reading.document import Finished, Page, ReadingState
from zhubi.expert.reading.errors import ReadingError
from zhubi.expert.reading.parse import iter_pages
from zhubi.expert.reading.unsealing import pour_unsealed
from zhubi.expert.store.errors import StoreError
from zhubi.expert.store.searchindex import PageText, SearchWriter

_CONTENT_LIMIT: Final = 64 * 1024 * 1024
_PAGES_TOGETHER: Final = 20
_LETTERS_TOGETHER: Final = 100_000
_KINDNESS: Final = 10
_SET_DUMPABLE: Final = 4  # prctl(2): what is read here is left in no core image


class _AskedToStopError(Exception):
    """Whoever asked for the index wants it no more, for now."""


class _NotThisTimeError(Exception):
    """A document could not be read now; another time it may."""


class _Asked:
    """What standard input says, line by line; ``stopped`` as soon as it has ended, or says so."""

    def __init__(self) -> None:
        self._lines: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.stopped = threading.Event()
        threading.Thread(target=self._listen, daemon=True, name="asked").start()

    def _listen(self) -> None:
        for line in sys.stdin.buffer:
            said: dict[str, Any] = json.loads(line)
            if "stop" in said:
                break
            self._lines.put(said)
        self.stopped.set()
        self._lines.put({"end": True})

    def next(self) -> dict[str, Any]:
        """What is said next; waits for it."""
        return self._lines.get()

    def check(self) -> None:
        """Raises where work is to end."""
        if self.stopped.is_set():
            raise _AskedToStopError


def main() -> None:
    """Write the index that standard input asks for; say on standard output what has been done."""
    _be_modest()
    try:
        _work()
    finally:
        # At once: the thread that still listens would make Python complain on an orderly way out.
        os._exit(0)


def _work() -> None:
    asked = _Asked()
    about = asked.next()
    if "path" not in about:
        return
    done = 0
    with suppress(_AskedToStopError):
        try:
            with SearchWriter(Path(about["path"]), bytes.fromhex(about["key"])) as writer:
                _forget_strangers(writer, frozenset(about["readable"]), asked)
                known = set(writer.known())
                while "end" not in (job := asked.next()):
                    asked.check()
                    for blob in _index(writer, job, known, asked):
                        known.add(blob)
                        done += 1
                        _say({"done": done})
                    _say({"job": done})
            _say({"end": done})
        except StoreError as problem:
            _say({"fault": problem.kind})


def _say(said: dict[str, Any]) -> None:
    with suppress(OSError):
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


def _be_modest() -> None:
    """Whatever a person does comes first; and nothing that is read here outlives this process."""
    with suppress(OSError, AttributeError):
        os.nice(_KINDNESS)
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _forget_strangers(writer: SearchWriter, readable: frozenset[str], asked: _Asked) -> None:
    for blob in writer.strangers(readable):
        asked.check()
        writer.drop(blob)


def _index(writer: SearchWriter, job: dict[str, Any], known: set[str], asked: _Asked) -> Iterator[str]:
    """Reads what a dossier has that is not known yet; gives each blob when it is done."""
    here: dict[str, str] = job["blobs"]
    if not here.keys() - known:
        return
    key = SealingKey.from_text(job["identity"])
    blob = job["content"]
    if blob not in here:
        return  # the names of the attachments are in it
    content = _content(job, here[blob], key)
    if content is None:
        for each in here.keys() - known:
            _write(writer, each, "", (), asked)
            yield each
        return
    if blob not in known:
        _write(writer, blob, "", pages_of(content, job["facts"]), asked)
        yield blob
    for attachment in content.attachments:
        if attachment.blob in here and attachment.blob not in known:
            title = attachment.title or attachment.name
            try:
                _write(writer, attachment.blob, title, _attachment(attachment, here, key, title), asked)
            except _NotThisTimeError:
                continue
            yield attachment.blob


def _content(job: dict[str, Any], path: str, key: SealingKey) -> Content | None:
    """What is inside the seal; None where it is not what the record names."""
    try:
        sealed = Path(path).read_bytes()
        if sha256_hex(sealed) != job["content"]:
            return None
        content = Content.model_validate(parse_json(unseal(sealed, key), max_bytes=_CONTENT_LIMIT))
    except (OSError, TrustError, ValidationError):
        return None
    return content if content.dossier == job["dossier"] else None


def _attachment(
    attachment: Attachment, here: dict[str, str], key: SealingKey, title: str
) -> Iterator[PageText]:
    """The name of an attachment, then its pages as they are parsed apart from this process."""
    yield PageText(0, "name", "", f"{title}\n{attachment.name}" if title != attachment.name else title)

    def pour(sink: Sink) -> None:
        with Path(here[attachment.blob]).open("rb") as ciphertext:
            pour_unsealed(ciphertext, sink, key, plain=attachment.plain, plain_size=attachment.plain_size)

    with closing(iter_pages(pour, attachment.name, attachment.media_type)) as events:
        try:
            for event in events:
                if isinstance(event, Page) and event.has_text:
                    yield PageText(event.number, "page", event.label, event.text)
                elif isinstance(event, Finished) and _may_pass(event):
                    raise _NotThisTimeError
        except OSError as problem:
            raise _NotThisTimeError from problem
        except (TrustError, ReadingError) as problem:
            if problem.kind == "reading.cannot-start":
                raise _NotThisTimeError from problem


def _may_pass(ended: Finished) -> bool:
    """Whether it may be for the machine, and not for the document, that the reading ended as it did."""
    return ended.state is ReadingState.TOO_SLOW or ended.detail in ("reader", "memory")


def _write(writer: SearchWriter, blob: str, title: str, pages: Iterable[PageText], asked: _Asked) -> None:
    document = writer.begin(blob, title)
    waiting: list[PageText] = []
    letters = 0
    try:
        for page in pages:
            asked.check()
            waiting.append(page)
            letters += len(page.text)
            if len(waiting) >= _PAGES_TOGETHER or letters >= _LETTERS_TOGETHER:
                writer.add(document, waiting)
                waiting, letters = [], 0
        asked.check()
        writer.add(document, waiting)
        writer.finish(document)
    except _NotThisTimeError:
        writer.add(document, waiting)  # what could be read is found; the next start reads it once more
        raise
    except (_AskedToStopError, ZhubiError):
        with suppress(StoreError):
            writer.put_off(document)
        raise

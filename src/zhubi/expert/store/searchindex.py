"""The search index: a database of its own, encrypted like the store, a row a page.

The words stand in an FTS5 table that keeps which page has which word and nothing else; the text of a page is kept
beside it, compressed, for the context of a hit and for taking a page's words out again, which secure deletion does
without leaving them in the file.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import apsw

from zhubi.expert.store.database import Mode, connect
from zhubi.expert.store.errors import StoreError, fault_of
from zhubi.expert.store.searchwords import FORM, Wanted, fold, words_of

Part = Literal["card", "section", "facts", "budget", "indicators", "name", "page"]

_SCHEMA: Final = """
CREATE TABLE about (form TEXT NOT NULL) STRICT;
CREATE TABLE documents (
  id INTEGER PRIMARY KEY,
  blob TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  done INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  pages INTEGER NOT NULL
) STRICT;
CREATE TABLE pages (
  id INTEGER PRIMARY KEY,
  document INTEGER NOT NULL REFERENCES documents (id),
  number INTEGER NOT NULL,
  part TEXT NOT NULL,
  label TEXT NOT NULL,
  text BLOB NOT NULL
) STRICT;
CREATE INDEX pages_of ON pages (document);
CREATE VIRTUAL TABLE words USING fts5 (held, content='', detail=none, columnsize=0, tokenize='ascii');
INSERT INTO words (words, rank) VALUES ('secure-delete', 1);
"""
_TRIES: Final = 3
_KNOWN: Final = "done OR tries >= ?"
_TOGETHER: Final = 20
_LETTERS_A_PAGE: Final = 200_000


@dataclass(frozen=True, slots=True)
class PageText:
    """One page as it is searched. ``number`` counts from 1 within its document, 0 is the document as a whole.

    ``label`` is the heading of a section, or what an attachment calls the page.
    """

    number: int
    part: Part
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class PageHit:
    """A page that has all that was searched for. ``title`` names its document, empty for a dossier's own content."""

    blob: str
    title: str
    page: PageText


@dataclass(frozen=True, slots=True)
class Found:
    """The first pages that were found, and whether there are more, or may be."""

    hits: tuple[PageHit, ...]
    more: bool


def search_damaged() -> StoreError:
    """The index is not what was written, or of another form."""
    return StoreError("store.search-damaged", "the search index is damaged and will be made anew")


@contextmanager
def _faults(path: Path) -> Iterator[None]:
    try:
        yield
    except (apsw.CorruptError, apsw.NotADBError, apsw.SQLError, zlib.error) as problem:
        # A file of ours always has its tables; one that lacks them was cut off while it was made.
        raise search_damaged() from problem
    except apsw.Error as problem:
        raise fault_of(problem, directory=str(path.parent), backup="") from problem
    except StoreError as problem:
        if problem.kind == "store.not-encrypted":
            raise search_damaged() from problem
        raise


class SearchReader:
    """Reads an index, while another process writes it. Calls may come from several threads, one at a time."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._file = _identity(path)
        with _faults(path):
            self._connection = _opened(path, key, "read")

    def stands(self, path: Path) -> bool:
        """Whether this still reads the file that lies at ``path``."""
        return path == self._path and self._file == _identity(path)

    def close(self) -> None:
        """Lets go of the file."""
        with self._lock:
            self._connection.close()

    def documents(self) -> dict[str, int]:
        """The blobs that have been read, or tried often enough, each with how many pages it gave."""
        with self._lock, _faults(self._path):
            return dict(
                self._connection.execute(f"SELECT blob, pages FROM documents WHERE {_KNOWN}", (_TRIES,))
            )

    def find(
        self,
        wanted: Wanted,
        allowed: Collection[str],
        limit: int,
        stop: Callable[[], bool] = lambda: False,
    ) -> Found:
        """At most ``limit`` pages of the ``allowed`` blobs, in the order they were read in.

        ``stop`` is asked before every page: when it says so, what was found until then is given.
        """
        hits: list[PageHit] = []
        with self._lock, _faults(self._path):
            rows = self._connection.execute(
                "SELECT d.blob, d.title, p.number, p.part, p.label, p.text FROM words"
                " CROSS JOIN pages p ON p.id = words.rowid CROSS JOIN documents d ON d.id = p.document"
                " WHERE words MATCH ?",
                (wanted.query,),
            )
            for blob, title, number, part, label, packed in rows:
                if stop():
                    return Found(tuple(hits), True)
                if blob not in allowed:
                    continue
                text = _unpack(packed)
                if wanted.exact or wanted.holds(fold(text)):
                    if len(hits) == limit:
                        return Found(tuple(hits), True)
                    hits.append(PageHit(blob, title, PageText(number, part, label, text)))
        return Found(tuple(hits), False)


class SearchWriter:
    """Writes an index, made when there is none. ``store.search-damaged``; ``store.disk-full``."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        with _faults(path):
            self._connection = _opened(path, key, "write" if path.exists() else "create")

    def __enter__(self) -> SearchWriter:
        return self

    def __exit__(self, *_: object) -> None:
        with _faults(self._path):
            self._connection.close()

    def known(self) -> frozenset[str]:
        """The blobs that need not be read: they were, or reading them has ended this process several times."""
        with _faults(self._path):
            found = self._connection.execute(f"SELECT blob FROM documents WHERE {_KNOWN}", (_TRIES,))
            return frozenset(row[0] for row in found)

    def begin(self, blob: str, title: str) -> int:
        """A document to add pages to; what an interrupted reading left of it goes first. Gives its number."""
        with _faults(self._path):
            tries = self._take_out(blob)
            with self._connection:
                self._connection.execute(
                    "INSERT INTO documents (blob, title, done, tries, pages) VALUES (?, ?, 0, ?, 0)",
                    (blob, title, tries + 1),
                )
            return self._connection.last_insert_rowid()

    def add(self, document: int, pages: Iterable[PageText]) -> None:
        """Adds pages, all or none, durable but for a loss of power."""
        with _faults(self._path), self._connection:
            for page in pages:
                text = page.text[:_LETTERS_A_PAGE]
                self._connection.execute(
                    "INSERT INTO pages (document, number, part, label, text) VALUES (?,?,?,?,?)",
                    (document, page.number, page.part, page.label, _pack(text)),
                )
                number = self._connection.last_insert_rowid()
                self._connection.execute(
                    "INSERT INTO words (rowid, held) VALUES (?, ?)", (number, words_of(text))
                )

    def finish(self, document: int) -> None:
        """The document has been read, as far as it can be."""
        with _faults(self._path), self._connection:
            self._connection.execute(
                "UPDATE documents SET done = 1, pages = (SELECT count(*) FROM pages WHERE document = ?1)"
                " WHERE id = ?1",
                (document,),
            )

    def put_off(self, document: int) -> None:
        """The reading was asked to end: that says nothing against the document, which is begun again next time."""
        with _faults(self._path), self._connection:
            self._connection.execute("UPDATE documents SET tries = tries - 1 WHERE id = ?", (document,))

    def strangers(self, readable: Collection[str]) -> tuple[str, ...]:
        """The blobs in the index that are not among those that may be read."""
        with _faults(self._path):
            return tuple(
                blob
                for (blob,) in self._connection.execute("SELECT blob FROM documents")
                if blob not in readable
            )

    def drop(self, blob: str) -> None:
        """Takes a document out, its words too; nothing of it stays in the file."""
        with _faults(self._path):
            self._take_out(blob)

    def _take_out(self, blob: str) -> int:
        """How often it had been tried; 0 when it was not there."""
        found = self._connection.execute("SELECT id, tries FROM documents WHERE blob = ?", (blob,)).fetchone()
        if found is None:
            return 0
        document, tries = found
        with self._connection:
            self._connection.execute("UPDATE documents SET done = 0 WHERE id = ?", (document,))
        while rows := self._some_pages(int(document)):
            with self._connection:
                for number, packed in rows:
                    # What is taken out is told what it was: the table keeps no copy to look it up in.
                    self._connection.execute(
                        "INSERT INTO words (words, rowid, held) VALUES ('delete', ?, ?)",
                        (number, words_of(_unpack(packed))),
                    )
                    self._connection.execute("DELETE FROM pages WHERE id = ?", (number,))
        with self._connection:
            self._connection.execute("DELETE FROM documents WHERE id = ?", (document,))
        return int(tries)

    def _some_pages(self, document: int) -> list[tuple[int, bytes]]:
        rows: list[Any] = self._connection.execute(
            "SELECT id, text FROM pages WHERE document = ? LIMIT ?", (document, _TOGETHER)
        ).fetchall()
        return rows


def _opened(path: Path, key: bytes, mode: Mode) -> apsw.Connection:
    connection = connect(path, key, mode)
    try:
        if mode == "create":
            with connection:
                connection.execute(_SCHEMA)
                connection.execute("INSERT INTO about (form) VALUES (?)", (FORM,))
        elif connection.execute("SELECT form FROM about").fetchone() != (FORM,):
            raise search_damaged()
        # What a loss of power takes from a derived file is read again; writing must not wait for the disk.
        connection.pragma("synchronous", "NORMAL")
    except BaseException:
        connection.close()
        raise
    return connection


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _pack(text: str) -> bytes:
    return zlib.compress(text.encode("utf-8"), 6)


def _unpack(packed: bytes) -> str:
    return zlib.decompress(packed).decode("utf-8")

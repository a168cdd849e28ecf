-- Notes on what is read, by the sealed blob they were made on; page counts from 1, 0 is the document as a whole.
CREATE TABLE notes (
  id INTEGER PRIMARY KEY,
  office TEXT NOT NULL,
  dossier TEXT NOT NULL,
  blob TEXT NOT NULL,
  page INTEGER NOT NULL,
  row INTEGER NOT NULL,
  quotation TEXT NOT NULL,
  words TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX notes_of ON notes (office, dossier, blob, page);

-- Where reading was left: of every document, and as the newest row of a dossier, which document it was.
CREATE TABLE reading_places (
  office TEXT NOT NULL,
  dossier TEXT NOT NULL,
  blob TEXT NOT NULL,
  page INTEGER NOT NULL,
  row INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (office, dossier, blob)
) STRICT, WITHOUT ROWID;

-- The expert's own phrases (常用语).
CREATE TABLE phrases (
  id INTEGER PRIMARY KEY,
  words TEXT NOT NULL UNIQUE,
  used INTEGER NOT NULL,
  used_at INTEGER NOT NULL
) STRICT;

-- The record of the round as it stood when the draft was begun: that form counts, whatever any clock says.
ALTER TABLE drafts ADD COLUMN begun_as TEXT NOT NULL DEFAULT '';

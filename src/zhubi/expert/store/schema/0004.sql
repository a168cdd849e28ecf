-- Evidence gathered on site: sealed when it is added, named by the digest of its ciphertext, which lies beside the blobs.
-- about: what of the sheet it supports (indicator:ID, finding:ID, question:ID, signature:DIGEST) or nothing.
-- received: bytes the office is known to hold; accepted: when its acceptance was proven; record of that acceptance.
CREATE TABLE site_evidence (
  id INTEGER PRIMARY KEY,
  office TEXT NOT NULL,
  round TEXT NOT NULL,
  dossier TEXT NOT NULL,
  digest TEXT NOT NULL,
  size INTEGER NOT NULL,
  plain TEXT NOT NULL,
  plain_size INTEGER NOT NULL,
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  about TEXT NOT NULL,
  taken_at TEXT NOT NULL,
  noted_at INTEGER NOT NULL,
  received INTEGER NOT NULL DEFAULT 0,
  accepted_at INTEGER,
  acceptance TEXT,
  UNIQUE (office, round, dossier, digest)
) STRICT;
CREATE INDEX site_evidence_waiting ON site_evidence (office) WHERE accepted_at IS NULL;

-- What is sealed for the inspectors alone and has not arrived yet; nothing here says what it is about or who wrote it.
CREATE TABLE sealed_letters (
  digest TEXT PRIMARY KEY,
  office TEXT NOT NULL,
  sealed BLOB NOT NULL,
  made_at INTEGER NOT NULL,
  delivered_at INTEGER,
  proof TEXT
) STRICT, WITHOUT ROWID;

-- Packets that came in, so that the same one twice is seen for what it is.
CREATE TABLE packets (
  digest TEXT PRIMARY KEY,
  office TEXT NOT NULL,
  direction TEXT NOT NULL,
  at INTEGER NOT NULL,
  summary TEXT NOT NULL
) STRICT, WITHOUT ROWID;

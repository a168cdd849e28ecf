-- Moments are microseconds since 1970 (UTC) where the column ends in _at, except logged_at: log time in seconds.

CREATE TABLE offices (
  office TEXT PRIMARY KEY,
  url TEXT NOT NULL,
  organiser TEXT NOT NULL,
  log_key TEXT NOT NULL,
  cosigner_key TEXT NOT NULL,
  root_key TEXT NOT NULL,
  tls_anchor TEXT NOT NULL,
  person TEXT NOT NULL,
  name TEXT NOT NULL,
  unit TEXT NOT NULL,
  device TEXT NOT NULL,
  invitation TEXT NOT NULL,
  enrolled_at INTEGER NOT NULL,
  synced_at INTEGER,
  problem TEXT,
  problem_details TEXT NOT NULL DEFAULT '{}',
  cursor TEXT
) STRICT;

CREATE TABLE records (
  id INTEGER PRIMARY KEY,
  digest TEXT NOT NULL UNIQUE,
  office TEXT NOT NULL,
  type TEXT NOT NULL,
  round TEXT,
  author TEXT NOT NULL,
  kid TEXT NOT NULL,
  subjects TEXT NOT NULL,
  about TEXT,
  compact TEXT,
  log_index INTEGER,
  logged_at INTEGER,
  feed_at INTEGER,
  received_at INTEGER NOT NULL
) STRICT;
CREATE INDEX records_by_round ON records (office, round, type) WHERE subjects = '[]';
CREATE INDEX records_by_type ON records (office, type, log_index);
CREATE INDEX records_about ON records (about) WHERE about IS NOT NULL;

CREATE TABLE record_subjects (
  dossier TEXT NOT NULL,
  record INTEGER NOT NULL REFERENCES records (id),
  PRIMARY KEY (dossier, record)
) STRICT, WITHOUT ROWID;

CREATE TABLE receipt_keys (
  id INTEGER PRIMARY KEY,
  compact TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE receipts (
  digest TEXT PRIMARY KEY,
  proof TEXT NOT NULL,
  acceptance TEXT NOT NULL,
  staff_key INTEGER NOT NULL REFERENCES receipt_keys (id),
  code TEXT NOT NULL,
  verified_at INTEGER NOT NULL
) STRICT;

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY,
  digest TEXT NOT NULL UNIQUE,
  office TEXT NOT NULL,
  put_at INTEGER NOT NULL,
  waiting_for TEXT,
  problem TEXT,
  problem_details TEXT NOT NULL DEFAULT '{}'
) STRICT;

CREATE TABLE rounds (
  id INTEGER PRIMARY KEY,
  office TEXT NOT NULL,
  round TEXT NOT NULL,
  title TEXT NOT NULL,
  kind TEXT NOT NULL,
  rulebook TEXT NOT NULL,
  organiser TEXT NOT NULL,
  opens_at INTEGER NOT NULL,
  closes_at INTEGER NOT NULL,
  ended INTEGER NOT NULL,
  committed_at INTEGER,
  committed_proven INTEGER NOT NULL,
  record TEXT NOT NULL,
  basis TEXT NOT NULL,
  first INTEGER NOT NULL DEFAULT 0,
  total INTEGER NOT NULL DEFAULT 0,
  stages TEXT NOT NULL DEFAULT '{}',
  UNIQUE (office, round)
) STRICT;

-- A rebuildable index of what follows from records, receipts and drafts; stage is free of the clock.
CREATE TABLE assignments (
  id INTEGER PRIMARY KEY,
  round INTEGER NOT NULL REFERENCES rounds (id) ON DELETE CASCADE,
  dossier TEXT NOT NULL,
  position INTEGER NOT NULL DEFAULT -1,
  agenda INTEGER NOT NULL,
  code TEXT NOT NULL,
  title TEXT NOT NULL,
  units TEXT NOT NULL,
  stage TEXT NOT NULL,
  role TEXT NOT NULL,
  seat TEXT,
  tags TEXT NOT NULL,
  score_text TEXT NOT NULL,
  missing INTEGER,
  receipt_code TEXT NOT NULL,
  flags TEXT NOT NULL,
  may_unseal INTEGER NOT NULL,
  unsealed INTEGER NOT NULL,
  committed INTEGER NOT NULL,
  review TEXT,
  manifest TEXT,
  version TEXT,
  UNIQUE (round, dossier)
) STRICT;
CREATE INDEX assignments_by_position ON assignments (position);
CREATE INDEX assignments_by_stage ON assignments (stage, position);
CREATE INDEX assignments_by_dossier ON assignments (dossier);

CREATE TABLE drafts (
  id INTEGER PRIMARY KEY,
  office TEXT NOT NULL,
  round TEXT NOT NULL,
  dossier TEXT NOT NULL,
  sheet TEXT NOT NULL,
  missing INTEGER NOT NULL,
  score_text TEXT NOT NULL,
  cursor TEXT NOT NULL,
  saved_at INTEGER NOT NULL,
  begun_at INTEGER NOT NULL,
  rulebook TEXT NOT NULL,
  version TEXT NOT NULL,
  corrects TEXT NOT NULL,
  reason TEXT NOT NULL,
  signed_as TEXT,
  UNIQUE (office, round, dossier)
) STRICT;
CREATE INDEX drafts_signed ON drafts (signed_as) WHERE signed_as IS NOT NULL;

-- Every edit as it was typed, until the sheet is left in order.
CREATE TABLE journal (
  draft INTEGER NOT NULL REFERENCES drafts (id) ON DELETE CASCADE,
  edit INTEGER NOT NULL,
  at INTEGER NOT NULL,
  sheet TEXT NOT NULL,
  missing INTEGER NOT NULL,
  score_text TEXT NOT NULL,
  cursor TEXT NOT NULL,
  PRIMARY KEY (draft, edit)
) STRICT, WITHOUT ROWID;

CREATE TABLE answers (
  office TEXT NOT NULL,
  round TEXT NOT NULL,
  dossier TEXT NOT NULL,
  answer TEXT NOT NULL,
  saved_at INTEGER NOT NULL,
  PRIMARY KEY (office, round, dossier)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoints (
  office TEXT PRIMARY KEY,
  text TEXT NOT NULL,
  size INTEGER NOT NULL,
  root TEXT NOT NULL,
  time INTEGER NOT NULL,
  saved_at INTEGER NOT NULL
) STRICT;

CREATE TABLE tiles (
  office TEXT NOT NULL,
  path TEXT NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (office, path)
) STRICT;

CREATE TABLE evidence (
  id INTEGER PRIMARY KEY,
  office TEXT NOT NULL,
  kind TEXT NOT NULL,
  kept TEXT NOT NULL,
  found TEXT NOT NULL,
  saved_at INTEGER NOT NULL,
  UNIQUE (office, kept, found)
) STRICT;

CREATE TABLE rulebooks (
  digest TEXT PRIMARY KEY,
  data BLOB NOT NULL
) STRICT;

CREATE TABLE rulebook_kinds (
  digest TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  steps_a_point INTEGER NOT NULL,
  PRIMARY KEY (digest, kind)
) STRICT, WITHOUT ROWID;

-- Which sealed blobs make up a dossier version, by the digest of its record.
CREATE TABLE version_blobs (
  version TEXT NOT NULL,
  place INTEGER NOT NULL,
  digest TEXT NOT NULL,
  size INTEGER NOT NULL,
  PRIMARY KEY (version, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX version_blobs_by_digest ON version_blobs (digest);

CREATE TABLE blobs (
  digest TEXT PRIMARY KEY,
  size INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Blobs of a purge that may still lie on the disk.
CREATE TABLE doomed_blobs (
  digest TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE purges (
  id INTEGER PRIMARY KEY,
  office TEXT NOT NULL,
  round TEXT NOT NULL,
  begun_at INTEGER NOT NULL,
  done INTEGER NOT NULL DEFAULT 0,
  dossiers INTEGER NOT NULL,
  blobs INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  kept INTEGER NOT NULL
) STRICT;

CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

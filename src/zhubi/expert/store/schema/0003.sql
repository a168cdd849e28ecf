-- What became of a draft whose rules or papers changed under it: the places of the form that ask for another look, and
-- the records (of the round, of the dossier) whose difference was seen and decided against.
ALTER TABLE drafts ADD COLUMN look_again TEXT NOT NULL DEFAULT '[]';
ALTER TABLE drafts ADD COLUMN kept_against TEXT NOT NULL DEFAULT '[]';

-- Sheets as they stood when a draft moved to another form or another version of the papers.
CREATE TABLE earlier_sheets (
  id INTEGER PRIMARY KEY,
  office TEXT NOT NULL,
  round TEXT NOT NULL,
  dossier TEXT NOT NULL,
  at INTEGER NOT NULL,
  sheet TEXT NOT NULL,
  rulebook TEXT NOT NULL,
  version TEXT NOT NULL,
  begun_as TEXT NOT NULL,
  begun_at INTEGER NOT NULL
) STRICT;
CREATE INDEX earlier_sheets_of ON earlier_sheets (office, round, dossier);

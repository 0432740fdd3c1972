CREATE TABLE imports (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, file TEXT NOT NULL, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL,
  imported_by TEXT NOT NULL, imported_ms INTEGER NOT NULL, sweep INTEGER NOT NULL REFERENCES sweeps(id), UNIQUE(kind, sha256)
) STRICT;
-- A page that a person recorded was never in the frontier.
ALTER TABLE captures ALTER COLUMN page DROP NOT NULL;
ALTER TABLE captures ADD COLUMN import INTEGER REFERENCES imports(id);

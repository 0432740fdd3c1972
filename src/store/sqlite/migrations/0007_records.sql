-- Lists that people bring: institutions, violations, complaints; what became of complaints; imports that are no recordings.
-- An import that was undone keeps its row and loses its content, so that the same file may come again.
PRAGMA defer_foreign_keys = ON;
CREATE INDEX captures_import ON captures(import) WHERE import IS NOT NULL;
CREATE TABLE old_imports AS SELECT * FROM imports;
DROP TABLE imports;
CREATE TABLE imports (
  id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, file TEXT NOT NULL, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL,
  imported_by TEXT NOT NULL, imported_ms INTEGER NOT NULL, sweep INTEGER REFERENCES sweeps(id),
  rows INTEGER, refused INTEGER, undone_ms INTEGER, undone_by TEXT
) STRICT;
INSERT INTO imports(id, kind, file, sha256, bytes, imported_by, imported_ms, sweep)
  SELECT id, kind, file, sha256, bytes, imported_by, imported_ms, sweep FROM old_imports ORDER BY id;
DROP TABLE old_imports;
CREATE UNIQUE INDEX imports_content ON imports(kind, sha256) WHERE undone_ms IS NULL;

CREATE TABLE institutions (
  id INTEGER PRIMARY KEY, import INTEGER NOT NULL REFERENCES imports(id), sheet TEXT, row INTEGER NOT NULL, key TEXT NOT NULL,
  name TEXT NOT NULL, institution TEXT NOT NULL
) STRICT;
CREATE INDEX institutions_import ON institutions(import);
CREATE INDEX institutions_key ON institutions(key, import);

CREATE TABLE violations (
  id INTEGER PRIMARY KEY, import INTEGER NOT NULL REFERENCES imports(id), sheet TEXT, row INTEGER NOT NULL, key TEXT NOT NULL UNIQUE,
  decided_on TEXT NOT NULL, violation TEXT NOT NULL
) STRICT;
CREATE INDEX violations_import ON violations(import);

-- AUTOINCREMENT: a number that people cited is never given to another complaint.
CREATE TABLE complaints (
  id INTEGER PRIMARY KEY AUTOINCREMENT, import INTEGER NOT NULL REFERENCES imports(id), sheet TEXT, row INTEGER NOT NULL, number TEXT NOT NULL UNIQUE,
  received_on TEXT NOT NULL, due_on TEXT NOT NULL, county TEXT, complaint TEXT NOT NULL,
  answered_on TEXT, answer TEXT, answered_by TEXT
) STRICT;
CREATE INDEX complaints_import ON complaints(import);
CREATE INDEX complaints_open ON complaints(due_on) WHERE answered_on IS NULL;
-- Whether a complaint is about a lead, as people decided; the last word of the last person.
CREATE TABLE complaint_leads (
  complaint INTEGER NOT NULL REFERENCES complaints(id), lead INTEGER NOT NULL, linked INTEGER NOT NULL, at_ms INTEGER NOT NULL, who TEXT NOT NULL,
  PRIMARY KEY (complaint, lead)
) STRICT, WITHOUT ROWID;
CREATE INDEX complaint_leads_lead ON complaint_leads(lead);

-- Rows that were known already when their file came: when the import that has them is undone, they pass to this one.
CREATE TABLE seen_again (
  import INTEGER NOT NULL REFERENCES imports(id), kind TEXT NOT NULL, key TEXT NOT NULL, sheet TEXT, row INTEGER NOT NULL,
  PRIMARY KEY (kind, key, import)
) STRICT, WITHOUT ROWID;
CREATE INDEX seen_again_import ON seen_again(import);

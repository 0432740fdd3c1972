CREATE TABLE audit (
  sequence INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, who TEXT NOT NULL, kind TEXT NOT NULL, object TEXT NOT NULL, details TEXT NOT NULL,
  previous TEXT NOT NULL, hash TEXT NOT NULL
) STRICT;
-- The head stands apart, so that entries cut off the end are missed.
CREATE TABLE audit_head (one INTEGER PRIMARY KEY CHECK (one = 1), entries INTEGER NOT NULL, hash TEXT NOT NULL) STRICT;
INSERT INTO audit_head VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');
CREATE TRIGGER audit_keeps_entries BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_loses_nothing BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
-- INSERT OR REPLACE would delete without asking the trigger above.
CREATE TRIGGER audit_grows_at_its_end BEFORE INSERT ON audit
WHEN NOT EXISTS (SELECT 1 FROM audit_head WHERE NEW.sequence = entries + 1 AND NEW.previous = hash)
BEGIN SELECT raise(ABORT, 'an audit entry follows the last one'); END;
CREATE TRIGGER audit_moves_its_head AFTER INSERT ON audit BEGIN
  UPDATE audit_head SET entries = NEW.sequence, hash = NEW.hash;
END;
CREATE TRIGGER audit_head_stays BEFORE DELETE ON audit_head BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
-- What was last seen of things whose change is an act: the model, the lexicon, the configuration.
CREATE TABLE last_seen (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

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
-- One Merkle root over the new captures of a day. The leaves are copied, so that a purged capture breaks no proof of another.
CREATE TABLE seals (
  number INTEGER PRIMARY KEY, day TEXT NOT NULL, leaves INTEGER NOT NULL, root TEXT NOT NULL, previous TEXT NOT NULL, head TEXT NOT NULL
) STRICT;
CREATE TABLE sealed_captures (
  capture INTEGER PRIMARY KEY, seal INTEGER NOT NULL REFERENCES seals(number), position INTEGER NOT NULL, sha256 TEXT NOT NULL,
  UNIQUE (seal, position)
) STRICT;
CREATE TRIGGER seals_stay BEFORE UPDATE ON seals BEGIN SELECT raise(ABORT, 'a seal is never changed'); END;
CREATE TRIGGER seals_are_kept BEFORE DELETE ON seals BEGIN SELECT raise(ABORT, 'a seal is never changed'); END;
CREATE TRIGGER sealed_captures_stay BEFORE UPDATE ON sealed_captures BEGIN SELECT raise(ABORT, 'a seal is never changed'); END;
CREATE TRIGGER sealed_captures_are_kept BEFORE DELETE ON sealed_captures BEGIN SELECT raise(ABORT, 'a seal is never changed'); END;
-- What a capture holds, and for a revisit the capture that holds its body; that one cannot be deleted before the revisit.
ALTER TABLE captures ADD COLUMN payload_sha256 TEXT;
ALTER TABLE captures ADD COLUMN url TEXT;
ALTER TABLE captures ADD COLUMN fetched_at TEXT;
ALTER TABLE captures ADD COLUMN refers_to INTEGER REFERENCES captures(id);
CREATE INDEX captures_refers_to ON captures(refers_to) WHERE refers_to IS NOT NULL;
ALTER TABLE hosts ADD COLUMN robots_fetched_ms INTEGER;

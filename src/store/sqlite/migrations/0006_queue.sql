-- The life of leads, and random draws.
-- One row for each lead that was ever moved; leads.state says the same as its state.
CREATE TABLE lead_life (
  lead INTEGER PRIMARY KEY, state TEXT NOT NULL, since_ms INTEGER NOT NULL, due_ms INTEGER, assignee TEXT, lease_until_ms INTEGER,
  epoch INTEGER NOT NULL, proposed_by TEXT, approved_by TEXT, complex INTEGER NOT NULL, dismissed TEXT, outcome TEXT, measures TEXT NOT NULL,
  CHECK ((assignee IS NULL) = (lease_until_ms IS NULL)), CHECK ((state = 'triaging') = (assignee IS NOT NULL))
) STRICT;
CREATE INDEX lead_life_leased ON lead_life(lease_until_ms) WHERE lease_until_ms IS NOT NULL;
-- A draft left in no official way and moved no lead.
ALTER TABLE packages ADD COLUMN draft INTEGER NOT NULL DEFAULT 0;
CREATE TABLE draws (
  id INTEGER PRIMARY KEY, made_ms INTEGER NOT NULL, made_by TEXT NOT NULL, inputs TEXT NOT NULL, inputs_sha256 TEXT NOT NULL, result TEXT NOT NULL
) STRICT;
CREATE TRIGGER draws_stay BEFORE UPDATE ON draws BEGIN SELECT raise(ABORT, 'a draw is never changed'); END;
CREATE TRIGGER draws_are_kept BEFORE DELETE ON draws BEGIN SELECT raise(ABORT, 'a draw is never changed'); END;

-- Leads that grow listing by listing. A lead's row stays for good; once its listings went elsewhere it leads to where.
-- `link_facts` and `short_fingerprint` are functions of the program: what linking reads of a judged listing.
CREATE TABLE new_leads (
  id INTEGER PRIMARY KEY AUTOINCREMENT, live INTEGER NOT NULL, merged_into INTEGER REFERENCES new_leads(id), state TEXT NOT NULL DEFAULT 'new',
  level INTEGER NOT NULL, rank REAL NOT NULL, county TEXT NOT NULL, ranked_on TEXT NOT NULL DEFAULT '', lead TEXT NOT NULL
) STRICT;
INSERT INTO new_leads(id, live, level, rank, county, lead)
  SELECT n.id, l.id IS NOT NULL,
         CASE json_extract(l.lead, '$.rank.level') WHEN 'red' THEN 3 WHEN 'orange' THEN 2 WHEN 'yellow' THEN 1 ELSE 0 END,
         coalesce(l.rank, 0.0), coalesce(l.county, 'unknown'), coalesce(l.lead, '')
  FROM lead_numbers n LEFT JOIN leads l ON l.id = n.id;
UPDATE new_leads SET merged_into = (SELECT n.merged_into FROM lead_numbers n WHERE n.id = new_leads.id AND n.merged_into < n.id);
DROP TABLE leads;
DROP TABLE lead_numbers;
ALTER TABLE new_leads RENAME TO leads;
CREATE INDEX leads_order ON leads(level DESC, rank DESC, id) WHERE live = 1;
CREATE INDEX leads_state ON leads(state, level DESC, rank DESC, id) WHERE live = 1;
CREATE INDEX leads_county ON leads(county, level DESC, rank DESC, id) WHERE live = 1;
CREATE INDEX leads_stale ON leads(ranked_on) WHERE live = 1;
CREATE INDEX leads_counts ON leads(county, state) WHERE live = 1;

CREATE TABLE facts (
  listing INTEGER PRIMARY KEY REFERENCES listings(id), suspect INTEGER NOT NULL, waiting INTEGER NOT NULL,
  fence INTEGER NOT NULL DEFAULT 0, home INTEGER REFERENCES leads(id), facts TEXT NOT NULL, fingerprint BLOB NOT NULL,
  -- The fingerprint whose bands are in `bands`.
  banded BLOB NOT NULL DEFAULT x''
) STRICT;
INSERT INTO facts(listing, suspect, waiting, home, facts, fingerprint)
  SELECT id, verdict IN ('overt', 'disguised'), 1, lead, link_facts(id, listing, assessment, gone_ms), short_fingerprint(fingerprint)
  FROM listings WHERE assessment IS NOT NULL AND fingerprint IS NOT NULL;
CREATE INDEX facts_waiting ON facts(listing) WHERE waiting = 1;
CREATE INDEX facts_fenced ON facts(fence) WHERE fence <> 0;
ALTER TABLE listings DROP COLUMN fingerprint;

-- `id` is the key of the identifier: FNV-1a over kind and value. `service` marks numbers that companies share with customers.
CREATE TABLE identifiers (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, value TEXT NOT NULL, service INTEGER NOT NULL DEFAULT 0, generic TEXT
) STRICT;
CREATE INDEX identifiers_generic ON identifiers(kind, value) WHERE generic IS NOT NULL;
CREATE TABLE holders (
  identifier INTEGER NOT NULL, listing INTEGER NOT NULL, poster INTEGER NOT NULL, unrelated INTEGER NOT NULL, suspect INTEGER NOT NULL,
  PRIMARY KEY (identifier, listing)
) STRICT, WITHOUT ROWID;
CREATE INDEX holders_listing ON holders(listing);
CREATE TABLE bands (band INTEGER NOT NULL, listing INTEGER NOT NULL, PRIMARY KEY (band, listing)) STRICT, WITHOUT ROWID;

-- What people joined and kept apart; undone ones stay, so that everything can be read back.
CREATE TABLE joins (
  id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL CHECK (kind IN ('merge', 'split')), at_ms INTEGER NOT NULL, who TEXT NOT NULL,
  reason TEXT NOT NULL, lead INTEGER NOT NULL, other INTEGER NOT NULL, undone_ms INTEGER
) STRICT;
-- Pairs that belong together because a person said so.
CREATE TABLE bonds (a INTEGER NOT NULL, b INTEGER NOT NULL, change INTEGER NOT NULL REFERENCES joins(id), PRIMARY KEY (a, b, change)) STRICT, WITHOUT ROWID;
CREATE INDEX bonds_change ON bonds(change);
CREATE INDEX bonds_b ON bonds(b);
-- The fence each listing had before a merge or split, for undoing it.
CREATE TABLE fence_moves (
  change INTEGER NOT NULL REFERENCES joins(id), listing INTEGER NOT NULL, before INTEGER NOT NULL, after INTEGER NOT NULL,
  PRIMARY KEY (change, listing)
) STRICT, WITHOUT ROWID;
CREATE INDEX fence_moves_listing ON fence_moves(listing);

CREATE TABLE lead_events (
  id INTEGER PRIMARY KEY, lead INTEGER NOT NULL, at_ms INTEGER NOT NULL, who TEXT NOT NULL, kind TEXT NOT NULL, details TEXT NOT NULL
) STRICT;
CREATE INDEX lead_events_lead ON lead_events(lead, id);

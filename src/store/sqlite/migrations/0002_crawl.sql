-- The crawler at full strength: turns, gates by operator and address, shapes of addresses, visits, health, timelines.
-- `key_hash` is a function of the program: the first 63 bits of SHA-256.
CREATE TABLE gates (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, not_before_ms INTEGER NOT NULL DEFAULT 0,
  blocked_until_ms INTEGER NOT NULL DEFAULT 0, blocked_reason TEXT NOT NULL DEFAULT ''
) STRICT;

ALTER TABLE hosts ADD COLUMN address INTEGER REFERENCES gates(id);
ALTER TABLE hosts ADD COLUMN latency_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE hosts ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;

CREATE TABLE new_sources (
  no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, min_delay_ms INTEGER NOT NULL, daily_budget INTEGER NOT NULL,
  day TEXT NOT NULL DEFAULT '', used INTEGER NOT NULL DEFAULT 0,
  operator INTEGER REFERENCES gates(id), quiet TEXT NOT NULL DEFAULT '', sweep_budget INTEGER NOT NULL DEFAULT 1000000,
  barren_limit INTEGER NOT NULL DEFAULT 50, cadence_ms INTEGER NOT NULL DEFAULT 604800000,
  quarantine TEXT NOT NULL DEFAULT '', quarantined_ms INTEGER,
  last_error TEXT NOT NULL DEFAULT '', last_error_url TEXT NOT NULL DEFAULT '', last_error_ms INTEGER
) STRICT;
INSERT INTO new_sources(id, min_delay_ms, daily_budget, day, used) SELECT id, min_delay_ms, daily_budget, day, used FROM sources ORDER BY id;
INSERT OR IGNORE INTO new_sources(id, min_delay_ms, daily_budget) SELECT DISTINCT source, 60000, 1 FROM pages;
DROP TABLE sources;
ALTER TABLE new_sources RENAME TO sources;

CREATE TABLE turns (
  id INTEGER PRIMARY KEY, sweep INTEGER NOT NULL, host INTEGER NOT NULL REFERENCES hosts(id),
  source INTEGER NOT NULL REFERENCES sources(no), ready_ms INTEGER NOT NULL, UNIQUE (sweep, host, source)
) STRICT;
CREATE INDEX turns_ready ON turns(sweep, ready_ms);
CREATE INDEX turns_host ON turns(host);
INSERT INTO turns(sweep, host, source, ready_ms)
  SELECT DISTINCT p.sweep, p.host, s.no, 0 FROM pages p JOIN sources s ON s.id = p.source;

CREATE TABLE shapes (
  id INTEGER PRIMARY KEY, source INTEGER NOT NULL REFERENCES sources(no), shape TEXT NOT NULL,
  sweep INTEGER NOT NULL DEFAULT 0, fetched INTEGER NOT NULL DEFAULT 0, barren INTEGER NOT NULL DEFAULT 0,
  dropped INTEGER NOT NULL DEFAULT 0, read INTEGER NOT NULL DEFAULT 0, suspects INTEGER NOT NULL DEFAULT 0,
  UNIQUE (source, shape)
) STRICT;
INSERT INTO shapes(source, shape) SELECT no, '' FROM sources;


-- `key` stands only where it is not the address itself, so that five million addresses stay small.
CREATE TABLE new_pages (
  id INTEGER PRIMARY KEY, hash INTEGER NOT NULL, turn INTEGER NOT NULL REFERENCES turns(id), shape INTEGER NOT NULL REFERENCES shapes(id),
  url TEXT NOT NULL, key TEXT, post_body TEXT, role TEXT NOT NULL, depth INTEGER NOT NULL, hops INTEGER NOT NULL,
  priority INTEGER NOT NULL, state TEXT NOT NULL, due_ms INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
  epoch INTEGER NOT NULL DEFAULT 0, lease_until_ms INTEGER NOT NULL DEFAULT 0,
  outcome TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '', fetched_ms INTEGER, interval_ms INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO new_pages(id, hash, turn, shape, url, key, post_body, role, depth, hops, priority, state, due_ms, attempts, epoch,
                      lease_until_ms, outcome, reason, fetched_ms)
  SELECT p.id, key_hash(CASE WHEN p.post_body IS NULL THEN p.canonical ELSE p.canonical || '#POST ' || p.post_body END), t.id, h.id, p.url,
         CASE WHEN p.canonical = p.url THEN NULL ELSE p.canonical END, p.post_body,
         p.role, p.depth, p.hops, p.priority, p.state, p.due_ms, p.attempts, p.epoch, p.lease_until_ms, p.outcome, p.reason, p.fetched_ms
  FROM pages p JOIN sources s ON s.id = p.source JOIN turns t ON t.sweep = p.sweep AND t.host = p.host AND t.source = s.no
               JOIN shapes h ON h.source = s.no;

CREATE TABLE new_captures (
  id INTEGER PRIMARY KEY, page INTEGER REFERENCES new_pages(id), sweep INTEGER NOT NULL, warc TEXT NOT NULL, offset INTEGER NOT NULL,
  sha256 TEXT NOT NULL, status INTEGER NOT NULL, source TEXT NOT NULL, role TEXT NOT NULL, stored_ms INTEGER NOT NULL
) STRICT;
INSERT INTO new_captures SELECT * FROM captures;
CREATE TABLE new_listings (
  id INTEGER PRIMARY KEY, canonical_url TEXT NOT NULL UNIQUE, source TEXT NOT NULL, listing TEXT NOT NULL, text_sha TEXT NOT NULL,
  capture INTEGER REFERENCES new_captures(id), sweep INTEGER NOT NULL, first_seen_ms INTEGER NOT NULL, last_seen_ms INTEGER NOT NULL,
  assessment TEXT, verdict TEXT, score REAL, fingerprint TEXT, model TEXT, lexicon TEXT, lead INTEGER,
  page INTEGER REFERENCES new_pages(id), gone_ms INTEGER
) STRICT;
INSERT INTO new_listings SELECT l.*, c.page, NULL FROM listings l LEFT JOIN captures c ON c.id = l.capture;
DROP TABLE listings;
DROP TABLE captures;
DROP TABLE pages;
ALTER TABLE new_pages RENAME TO pages;
ALTER TABLE new_captures RENAME TO captures;
ALTER TABLE new_listings RENAME TO listings;
CREATE INDEX pages_hash ON pages(hash);
CREATE INDEX pages_turn ON pages(turn, priority DESC, id) WHERE state = 'pending';
CREATE INDEX pages_later ON pages(turn, due_ms) WHERE state = 'later';
CREATE INDEX pages_leased ON pages(lease_until_ms) WHERE state = 'leased';
CREATE INDEX captures_page ON captures(page);
CREATE INDEX listings_waiting ON listings(id) WHERE assessment IS NULL;
CREATE INDEX listings_lead ON listings(lead) WHERE lead IS NOT NULL;
CREATE INDEX listings_page ON listings(page) WHERE page IS NOT NULL;

CREATE TABLE visits (
  page INTEGER PRIMARY KEY REFERENCES pages(id), etag TEXT, last_modified TEXT, payload_sha TEXT NOT NULL, capture INTEGER REFERENCES captures(id),
  seen_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE tallies (
  sweep INTEGER NOT NULL, source INTEGER NOT NULL REFERENCES sources(no), queued INTEGER NOT NULL DEFAULT 0, pages INTEGER NOT NULL DEFAULT 0, lists INTEGER NOT NULL DEFAULT 0,
  empties INTEGER NOT NULL DEFAULT 0, contacted INTEGER NOT NULL DEFAULT 0, found INTEGER NOT NULL DEFAULT 0, listings INTEGER NOT NULL DEFAULT 0, titled INTEGER NOT NULL DEFAULT 0, bodied INTEGER NOT NULL DEFAULT 0,
  authored INTEGER NOT NULL DEFAULT 0, priced INTEGER NOT NULL DEFAULT 0, placed INTEGER NOT NULL DEFAULT 0, dated INTEGER NOT NULL DEFAULT 0,
  walls INTEGER NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0, gone INTEGER NOT NULL DEFAULT 0, unchanged INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (sweep, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE listing_events (
  id INTEGER PRIMARY KEY, listing INTEGER NOT NULL REFERENCES listings(id), at_ms INTEGER NOT NULL, sweep INTEGER NOT NULL,
  kind TEXT NOT NULL, capture INTEGER REFERENCES captures(id), before TEXT
) STRICT;
CREATE INDEX listing_events_listing ON listing_events(listing);
INSERT INTO listing_events(listing, at_ms, sweep, kind, capture) SELECT id, first_seen_ms, sweep, 'seen', capture FROM listings;

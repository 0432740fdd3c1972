-- Retention: what was purged stays known by a hash of its address (a function of the program, the first 63 bits of SHA-256),
-- so that archived pages read again do not bring it back. The indexes answer what still rests on a capture.
CREATE TABLE purged_listings (hash INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL) STRICT;
CREATE INDEX listings_capture ON listings(capture) WHERE capture IS NOT NULL;
CREATE INDEX listing_events_capture ON listing_events(capture) WHERE capture IS NOT NULL;
CREATE INDEX visits_capture ON visits(capture) WHERE capture IS NOT NULL;
CREATE INDEX captures_warc ON captures(warc);

-- Full text of judged listings without their contacts; the text itself stays where it is. Terms come cut by the program
-- (src/text/search.rs), so that only blanks separate.
CREATE VIRTUAL TABLE search USING fts5(said, initials, content = '', contentless_delete = 1, tokenize = 'ascii');

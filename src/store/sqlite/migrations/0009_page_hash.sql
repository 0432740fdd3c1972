-- `page_hash` is a function of the program: upper 23 bits of the host, the others of the whole identity.
DROP INDEX pages_hash;
UPDATE pages SET hash = page_hash(coalesce(key, url), post_body);
CREATE INDEX pages_hash ON pages(hash);

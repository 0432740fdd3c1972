-- The answers to requests for robots.txt are archived like pages, once for each address and text, and captures name the one in force.
ALTER TABLE captures ADD COLUMN robots INTEGER REFERENCES captures(id);
CREATE INDEX captures_under_robots ON captures(robots) WHERE robots IS NOT NULL;
CREATE INDEX captures_of_robots ON captures(url, payload_sha256) WHERE role = 'robots';
ALTER TABLE hosts ADD COLUMN robots_capture INTEGER REFERENCES captures(id);
CREATE INDEX hosts_robots_capture ON hosts(robots_capture) WHERE robots_capture IS NOT NULL;

-- The settings that destroy or release, as they are and as they were before the
-- last change: a shorter time binds only after a notice.
CREATE TABLE settings (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL,
  was   TEXT NOT NULL,
  since TEXT NOT NULL CHECK (length(since) = 10)
) STRICT;

-- What is looked at each day: whether somebody is there who may decide.
CREATE INDEX cases_on_appeal ON cases (n) WHERE appealed <> '' AND stage <> 'closed';

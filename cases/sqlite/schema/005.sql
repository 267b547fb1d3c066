-- The settings that destroy or release, as they are and as they were before the
-- last change: a shorter time binds only after a notice.
CREATE TABLE settings (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL,
  was   TEXT NOT NULL,
  since TEXT NOT NULL CHECK (length(since) = 10)
) STRICT;

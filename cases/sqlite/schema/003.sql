-- What an office needs to keep cases for their time and no longer.

-- The last day of a hold; '' unless the case has the flag.
ALTER TABLE cases ADD COLUMN held_until TEXT NOT NULL DEFAULT '' CHECK (length(held_until) IN (0, 10));

-- Counters of acts by quarter, never a row for a case.
CREATE TABLE figures (
  id      INTEGER PRIMARY KEY,
  quarter TEXT NOT NULL CHECK (length(quarter) = 7),
  name    TEXT NOT NULL,
  value   INTEGER NOT NULL CHECK (value > 0),
  UNIQUE (quarter, name)
) STRICT;

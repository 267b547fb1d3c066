-- Remedies: form, state and days; their words are papers.
--
-- A remedy is a part of its case, like a receipt: number << 20 | n, n from 1.
CREATE TABLE remedies (
  id     INTEGER PRIMARY KEY,
  form   TEXT NOT NULL,
  state  TEXT NOT NULL,
  due    TEXT NOT NULL CHECK (length(due) = 10),
  day    TEXT NOT NULL CHECK (length(day) = 10),
  signer TEXT NOT NULL,
  last   BLOB NOT NULL CHECK (length(last) = 16),
  told   TEXT NOT NULL CHECK (length(told) IN (0, 10))
) STRICT;

-- What the daily job looks for, and nothing else.
CREATE INDEX remedies_due ON remedies (due)
  WHERE state NOT IN ('refused', 'confirmed', 'unconfirmed') AND told <> due;

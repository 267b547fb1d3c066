-- The office's database, as the first version writes it.
--
-- No column but the sealed ones (wrap, blob) holds anything a person typed, and
-- no column a time finer than a day. The number of a case is that of the log
-- entry that opened it, which the domain keeps with a case anyway: rows in that
-- order tell nothing more. A part of a case (key, grant, receipt, paper) has the
-- row id number << 20 | n: the parts of a case lie side by side, need no index of
-- their own, and a filing fills pages instead of touching many. What is in no
-- log (notices, ombudsmen) has random row ids. No index holds the text of a case
-- id: its 40 bits are in one, as a number.
--
-- There are no foreign keys from parts to cases: without an index of their own
-- SQLite would read each table whole for every case that is deleted.
PRAGMA application_id = 0x4f6d6272; -- "Ombr"

CREATE TABLE log (
  n      INTEGER PRIMARY KEY,
  leaf   BLOB NOT NULL,
  hashes BLOB NOT NULL -- every stored tree hash that this leaf completes, by level
    CHECK (length(hashes) > 0 AND length(hashes) % 32 = 0)
) STRICT;

-- What opens a leaf. Shredding deletes rows here and nowhere in log.
CREATE TABLE log_open (
  n       INTEGER PRIMARY KEY,
  once    BLOB NOT NULL UNIQUE CHECK (length(once) = 16),
  nonce   BLOB NOT NULL CHECK (length(nonce) = 32),
  act     TEXT NOT NULL,
  code    INTEGER, -- of the case; null: about no case, or an "opened", which names its lookup hash
  details BLOB NOT NULL
) STRICT;
CREATE INDEX log_open_case ON log_open (code) WHERE code IS NOT NULL;

CREATE TABLE log_checkpoint (
  id   INTEGER PRIMARY KEY,
  day  TEXT NOT NULL UNIQUE CHECK (length(day) = 10),
  size INTEGER NOT NULL CHECK (size >= 0),
  note BLOB NOT NULL
) STRICT;

CREATE TABLE cases (
  n            INTEGER PRIMARY KEY REFERENCES log (n),
  code         INTEGER NOT NULL UNIQUE CHECK (code >> 40 = 0), -- the bits of 7F3K-9QWD
  kind         TEXT NOT NULL,
  source       TEXT NOT NULL,
  stage        TEXT NOT NULL,
  flags        INTEGER NOT NULL,
  opened       TEXT NOT NULL CHECK (length(opened) = 10),
  acknowledged TEXT NOT NULL CHECK (length(acknowledged) IN (0, 10)),
  answered     TEXT NOT NULL CHECK (length(answered) IN (0, 10)),
  closed       TEXT NOT NULL CHECK (length(closed) IN (0, 10)),
  ack_due      TEXT NOT NULL CHECK (length(ack_due) IN (0, 10)),
  feedback_due TEXT NOT NULL CHECK (length(feedback_due) IN (0, 10)),
  category     TEXT NOT NULL,
  priority     TEXT NOT NULL,
  disposition  TEXT NOT NULL,
  lead         TEXT NOT NULL,
  drawn        INTEGER NOT NULL,
  gate         TEXT NOT NULL
) STRICT;

CREATE TABLE keys (
  id        INTEGER PRIMARY KEY, -- number << 20 | epoch
  made_by   TEXT NOT NULL,
  recipient TEXT NOT NULL,
  statement BLOB
) STRICT;

CREATE TABLE grants (
  id      INTEGER PRIMARY KEY, -- number << 20 | n
  n       INTEGER NOT NULL, -- the case's number, for the index
  holder  TEXT NOT NULL,
  epoch   INTEGER NOT NULL,
  state   TEXT NOT NULL,
  rank    TEXT NOT NULL,
  wrap    BLOB NOT NULL
) STRICT;
CREATE INDEX grants_holder ON grants (holder, state, n);

-- Anybody can register anybody's lookup hash: it is not the key, the pair is.
CREATE TABLE receipts (
  id        INTEGER PRIMARY KEY, -- number << 20 | n
  state     TEXT NOT NULL,
  until     TEXT NOT NULL CHECK (length(until) IN (0, 10)),
  lookup    BLOB NOT NULL CHECK (length(lookup) = 32),
  tag       BLOB NOT NULL CHECK (length(tag) = 32),
  verifier  TEXT NOT NULL,
  recipient TEXT NOT NULL,
  UNIQUE (lookup, verifier)
) STRICT;

CREATE TABLE papers (
  id     INTEGER PRIMARY KEY, -- number << 20 | n
  epoch  INTEGER NOT NULL,
  kind   TEXT NOT NULL,
  reader TEXT NOT NULL, -- '': the case recipient; else the hash of a receipt's public half
  once   BLOB NOT NULL CHECK (length(once) = 16),
  day    TEXT NOT NULL CHECK (length(day) = 10),
  entry  INTEGER NOT NULL REFERENCES log (n),
  sum    BLOB NOT NULL CHECK (length(sum) = 32),
  size   INTEGER NOT NULL,
  shelf  TEXT, -- or the file's name beside the database
  blob   BLOB,
  CHECK ((shelf IS NULL) <> (blob IS NULL))
) STRICT;
CREATE UNIQUE INDEX papers_shelf ON papers (shelf) WHERE shelf IS NOT NULL;

-- The row id, in hex, is the notice's key: random, since a platform tells a key
-- once and SQLite would use row ids again.
CREATE TABLE notices (
  id    INTEGER PRIMARY KEY,
  gen   INTEGER NOT NULL,
  whom  TEXT NOT NULL,
  about TEXT NOT NULL,
  due   TEXT NOT NULL CHECK (length(due) = 10),
  hour  INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  UNIQUE (due, hour, whom, about)
) STRICT;

CREATE TABLE jobs (
  name TEXT PRIMARY KEY,
  day  TEXT NOT NULL CHECK (length(day) IN (0, 10))
) STRICT;

CREATE TABLE ombudsmen (
  id         INTEGER PRIMARY KEY,
  name       TEXT NOT NULL UNIQUE,
  backstop   INTEGER NOT NULL,
  recipient  TEXT NOT NULL,
  verifier   TEXT NOT NULL,
  enrolment  BLOB,
  since      TEXT NOT NULL CHECK (length(since) IN (0, 10)),
  until      TEXT NOT NULL CHECK (length(until) IN (0, 10)),
  away_from  TEXT NOT NULL CHECK (length(away_from) IN (0, 10)),
  away_until TEXT NOT NULL CHECK (length(away_until) IN (0, 10)),
  expect     BLOB NOT NULL CHECK (length(expect) = 32),
  proved     TEXT NOT NULL CHECK (length(proved) IN (0, 10)),
  removed    TEXT NOT NULL CHECK (length(removed) IN (0, 10)),
  seen       INTEGER NOT NULL,
  past       BLOB NOT NULL -- enrolments that were replaced: a JSON list of base64, oldest first
) STRICT;

-- Clocks, appeals, withdrawals. The day on which a case's clocks have to be seen
-- to next is stored and indexed: no job reads all cases. A case of the first
-- version is seen to on the first day, which finds what it needs by itself.
ALTER TABLE cases ADD COLUMN assess_due TEXT NOT NULL DEFAULT '' CHECK (length(assess_due) IN (0, 10));
ALTER TABLE cases ADD COLUMN extended TEXT NOT NULL DEFAULT '' CHECK (length(extended) IN (0, 10));
ALTER TABLE cases ADD COLUMN appealed TEXT NOT NULL DEFAULT '' CHECK (length(appealed) IN (0, 10));
ALTER TABLE cases ADD COLUMN withdraw TEXT NOT NULL DEFAULT '' CHECK (length(withdraw) IN (0, 10));
ALTER TABLE cases ADD COLUMN decided TEXT NOT NULL DEFAULT ''; -- roster names
ALTER TABLE cases ADD COLUMN clocked TEXT NOT NULL DEFAULT '' CHECK (length(clocked) IN (0, 10));
ALTER TABLE cases ADD COLUMN next TEXT NOT NULL DEFAULT '' CHECK (length(next) IN (0, 10));
-- Who closed a case so far stands in the log: an appeal must not go to them.
UPDATE cases SET decided = coalesce((SELECT group_concat(DISTINCT json_extract(CAST(details AS TEXT), '$.actor'))
  FROM log_open WHERE log_open.code = cases.code AND act = 'closed'), '') WHERE stage = 'closed';
UPDATE cases SET decided = replace(decided, ',', ' ') WHERE decided <> '';
UPDATE cases SET next = opened WHERE stage <> 'closed';
CREATE INDEX cases_next ON cases (next) WHERE next <> '';

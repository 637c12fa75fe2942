DROP INDEX fundings_attempt;
ALTER TABLE fundings DROP COLUMN attempt;

DROP INDEX fundings_attempt ON fundings;
ALTER TABLE fundings DROP COLUMN attempt;

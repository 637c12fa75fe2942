-- Which form an author sent: the same form again is the same funding.
ALTER TABLE fundings ADD COLUMN attempt VARCHAR(64);
CREATE UNIQUE INDEX fundings_attempt ON fundings (author_id, attempt);

DROP TRIGGER fundings_shown;
DROP TRIGGER fundings_opened;
DROP TABLE public_blocks;
ALTER TABLE follows DROP COLUMN is_mutual;

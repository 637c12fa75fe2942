ALTER TABLE follows DROP COLUMN is_mutual;

DROP INDEX payments_attempt;
ALTER TABLE payments DROP COLUMN attempt;
ALTER TABLE payments DROP COLUMN desktop_url;
ALTER TABLE payments DROP COLUMN mobile_url;
ALTER TABLE sessions DROP COLUMN device;

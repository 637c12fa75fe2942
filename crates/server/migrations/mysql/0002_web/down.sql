DROP INDEX payments_attempt ON payments;
ALTER TABLE payments DROP COLUMN attempt, DROP COLUMN desktop_url, DROP COLUMN mobile_url;
ALTER TABLE sessions DROP COLUMN device;

DELETE FROM jobs WHERE kind IN ('tell', 'push');
DROP INDEX accounts_birthday ON accounts;
DROP INDEX jobs_kind ON jobs;
ALTER TABLE supports DROP COLUMN thanked_at;
ALTER TABLE supports DROP COLUMN thanks;
DROP TABLE push_subscriptions;
DROP TABLE preferences;
DROP TABLE notifications;

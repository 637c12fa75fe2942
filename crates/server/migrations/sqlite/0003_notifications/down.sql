DELETE FROM jobs WHERE kind IN ('tell', 'push');
DROP INDEX accounts_birthday;
DROP INDEX jobs_kind;
ALTER TABLE supports DROP COLUMN thanked_at;
ALTER TABLE supports DROP COLUMN thanks;
DROP TABLE push_subscriptions;
DROP TABLE preferences;
DROP TABLE notifications;

-- What members are told. `subject` names the event within its kind: the same event is told once.
CREATE TABLE notifications (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  actor_id INTEGER REFERENCES accounts (id),     -- who caused it
  funding_id INTEGER REFERENCES fundings (id),
  support_id INTEGER REFERENCES supports (id),
  amount INTEGER,
  reason TEXT,                                   -- why money went back
  created_at INTEGER NOT NULL,
  read_at INTEGER,
  UNIQUE (account_id, kind, subject)
) STRICT;
CREATE INDEX notifications_account ON notifications (account_id, id);
CREATE INDEX notifications_unread ON notifications (account_id, read_at, id);
CREATE INDEX notifications_actor ON notifications (actor_id);
CREATE INDEX notifications_created ON notifications (created_at);

CREATE TABLE preferences (
  account_id INTEGER PRIMARY KEY NOT NULL REFERENCES accounts (id),
  language TEXT NOT NULL,
  theme TEXT NOT NULL,
  muted TEXT NOT NULL                            -- kinds that are not told, by comma
) STRICT;

-- Browsers that want to be woken (RFC 8030). A session that has ended takes its subscription with it.
CREATE TABLE push_subscriptions (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  session_id INTEGER,
  endpoint TEXT NOT NULL UNIQUE,
  p256dh TEXT NOT NULL,
  auth TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  failures INTEGER NOT NULL DEFAULT 0            -- refusals since the last success
) STRICT;
CREATE INDEX push_subscriptions_account ON push_subscriptions (account_id);

ALTER TABLE supports ADD COLUMN thanks TEXT;         -- what the funding's author answers
ALTER TABLE supports ADD COLUMN thanked_at INTEGER;  -- when they first did

CREATE INDEX jobs_kind ON jobs (kind, run_at);
CREATE INDEX accounts_birthday ON accounts (birthday);

-- Fundings that are running are told of like those opened from now on.
INSERT INTO jobs (kind, subject, run_at)
SELECT 'tell', 'ending_soon ' || id, deadline_at - 86400000000 FROM fundings
WHERE deleted_at IS NULL AND deadline_at - 86400000000 > unixepoch() * 1000000;
INSERT INTO jobs (kind, subject, run_at)
SELECT 'tell', 'ended ' || id, deadline_at FROM fundings
WHERE deleted_at IS NULL AND deadline_at > unixepoch() * 1000000;

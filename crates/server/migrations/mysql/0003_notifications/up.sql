-- What members are told. `subject` names the event within its kind: the same event is told once.
CREATE TABLE notifications (
  id BIGINT PRIMARY KEY AUTO_INCREMENT NOT NULL,
  account_id BIGINT NOT NULL,
  kind VARCHAR(30) NOT NULL,
  subject VARCHAR(60) NOT NULL,
  actor_id BIGINT,     -- who caused it
  funding_id BIGINT,
  support_id BIGINT,
  amount BIGINT,
  reason VARCHAR(30),  -- why money went back
  created_at BIGINT NOT NULL,
  read_at BIGINT,
  UNIQUE (account_id, kind, subject),
  FOREIGN KEY (account_id) REFERENCES accounts (id),
  FOREIGN KEY (actor_id) REFERENCES accounts (id),
  FOREIGN KEY (funding_id) REFERENCES fundings (id),
  FOREIGN KEY (support_id) REFERENCES supports (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX notifications_account ON notifications (account_id, id);
CREATE INDEX notifications_unread ON notifications (account_id, read_at, id);
CREATE INDEX notifications_actor ON notifications (actor_id);
CREATE INDEX notifications_created ON notifications (created_at);

CREATE TABLE preferences (
  account_id BIGINT PRIMARY KEY NOT NULL,
  language VARCHAR(2) NOT NULL,
  theme VARCHAR(10) NOT NULL,
  muted VARCHAR(255) NOT NULL,  -- kinds that are not told, by comma
  FOREIGN KEY (account_id) REFERENCES accounts (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Browsers that want to be woken (RFC 8030). A session that has ended takes its subscription with it.
CREATE TABLE push_subscriptions (
  id BIGINT PRIMARY KEY AUTO_INCREMENT NOT NULL,
  account_id BIGINT NOT NULL,
  session_id BIGINT,
  endpoint VARCHAR(750) NOT NULL UNIQUE,
  p256dh VARCHAR(100) NOT NULL,
  auth VARCHAR(40) NOT NULL,
  created_at BIGINT NOT NULL,
  failures BIGINT NOT NULL DEFAULT 0,  -- refusals since the last success
  FOREIGN KEY (account_id) REFERENCES accounts (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX push_subscriptions_account ON push_subscriptions (account_id);

ALTER TABLE supports ADD COLUMN thanks TEXT;        -- what the funding's author answers
ALTER TABLE supports ADD COLUMN thanked_at BIGINT;  -- when they first did

CREATE INDEX jobs_kind ON jobs (kind, run_at);
CREATE INDEX accounts_birthday ON accounts (birthday);

-- Fundings that are running are told of like those opened from now on.
INSERT INTO jobs (kind, subject, run_at)
SELECT 'tell', CONCAT('ending_soon ', id), deadline_at - 86400000000 FROM fundings
WHERE deleted_at IS NULL AND deadline_at - 86400000000 > UNIX_TIMESTAMP() * 1000000;
INSERT INTO jobs (kind, subject, run_at)
SELECT 'tell', CONCAT('ended ', id), deadline_at FROM fundings
WHERE deleted_at IS NULL AND deadline_at > UNIX_TIMESTAMP() * 1000000;

-- Times are UTC microseconds, amounts whole won (KRW). Texts compare byte by byte.

CREATE TABLE accounts (
  id BIGINT PRIMARY KEY AUTO_INCREMENT NOT NULL,
  kakao_id BIGINT UNIQUE,               -- NULL once withdrawn: the row stays for its money records
  username VARCHAR(80) NOT NULL,
  username_folded VARCHAR(160) NOT NULL,
  email VARCHAR(320),
  birthday VARCHAR(4),
  gender VARCHAR(10),
  age_range VARCHAR(10),
  bank_account VARCHAR(120),
  image VARCHAR(80),
  follower_count BIGINT NOT NULL DEFAULT 0 CHECK (follower_count >= 0),
  followee_count BIGINT NOT NULL DEFAULT 0 CHECK (followee_count >= 0),
  created_at BIGINT NOT NULL,
  suspended_at BIGINT,
  withdrawn_at BIGINT
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX accounts_image ON accounts (image);

-- One row for each character and each pair of neighbours in a folded name: search by any part of it.
CREATE TABLE username_grams (
  gram VARBINARY(16) NOT NULL,          -- bytes: in a text, a letter would equal that letter and a space
  account_id BIGINT NOT NULL,
  PRIMARY KEY (gram, account_id),
  FOREIGN KEY (account_id) REFERENCES accounts (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX username_grams_account ON username_grams (account_id);

CREATE TABLE sessions (
  id BIGINT PRIMARY KEY AUTO_INCREMENT NOT NULL,
  account_id BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT NOT NULL,
  revoked_at BIGINT,
  FOREIGN KEY (account_id) REFERENCES accounts (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX sessions_account ON sessions (account_id);
CREATE INDEX sessions_created ON sessions (created_at);
CREATE INDEX sessions_revoked ON sessions (revoked_at);  -- read by every node: access tokens that died early

CREATE TABLE follows (
  follower_id BIGINT NOT NULL,
  followee_id BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (follower_id, followee_id),
  FOREIGN KEY (follower_id) REFERENCES accounts (id),
  FOREIGN KEY (followee_id) REFERENCES accounts (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX follows_followee ON follows (followee_id, follower_id);

CREATE TABLE fundings (
  id BIGINT PRIMARY KEY AUTO_INCREMENT NOT NULL,
  author_id BIGINT NOT NULL,
  title VARCHAR(200) NOT NULL,
  content TEXT NOT NULL,
  goal_amount BIGINT NOT NULL CHECK (goal_amount > 0),
  collected_amount BIGINT NOT NULL DEFAULT 0 CHECK (collected_amount >= 0),
  is_public BOOLEAN NOT NULL,            -- the author's choice
  visible_to SMALLINT NOT NULL,           -- what follows: 0 nobody, 1 friends, 2 everybody
  image VARCHAR(80),
  deadline_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  review TEXT,
  review_image VARCHAR(80),
  deleted_at BIGINT,
  FOREIGN KEY (author_id) REFERENCES accounts (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX fundings_visible ON fundings (visible_to, id);
CREATE INDEX fundings_author ON fundings (author_id, id, visible_to);
CREATE INDEX fundings_image ON fundings (image);
CREATE INDEX fundings_review_image ON fundings (review_image);

CREATE TABLE payments (
  id BIGINT PRIMARY KEY AUTO_INCREMENT NOT NULL,
  order_ref VARCHAR(32) NOT NULL UNIQUE,        -- the provider's partner_order_id, unguessable
  account_id BIGINT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  state VARCHAR(20) NOT NULL,
  tid VARCHAR(40) UNIQUE,
  wanted_funding_id BIGINT,
  wanted_message TEXT,
  funding_id BIGINT,
  refunded_amount BIGINT NOT NULL DEFAULT 0,
  refunding_amount BIGINT NOT NULL DEFAULT 0,
  refund_reason VARCHAR(30),
  pg_token_digest VARCHAR(64),
  provider_note VARCHAR(200),                    -- the provider's last refusal, for the operator
  lease_until BIGINT NOT NULL DEFAULT 0,  -- somebody is talking to the provider about it
  attempts BIGINT NOT NULL DEFAULT 0,
  next_check_at BIGINT,                 -- when the sweeper looks at it; NULL when it has come to rest
  created_at BIGINT NOT NULL,
  CHECK (refunded_amount >= 0 AND refunding_amount >= 0 AND refunded_amount + refunding_amount <= amount),
  FOREIGN KEY (account_id) REFERENCES accounts (id),
  FOREIGN KEY (wanted_funding_id) REFERENCES fundings (id),
  FOREIGN KEY (funding_id) REFERENCES fundings (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX payments_account ON payments (account_id, id);
CREATE INDEX payments_check ON payments (next_check_at);
CREATE INDEX payments_wanted_funding ON payments (wanted_funding_id);
CREATE INDEX payments_funding ON payments (funding_id);

CREATE TABLE supports (
  id BIGINT PRIMARY KEY AUTO_INCREMENT NOT NULL,
  funding_id BIGINT NOT NULL,
  author_id BIGINT NOT NULL,
  payment_id BIGINT NOT NULL UNIQUE,
  amount BIGINT NOT NULL CHECK (amount > 0),
  message TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  taken_back_at BIGINT,  -- its refund was asked for; it is listed no more
  FOREIGN KEY (funding_id) REFERENCES fundings (id),
  FOREIGN KEY (author_id) REFERENCES accounts (id),
  FOREIGN KEY (payment_id) REFERENCES payments (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX supports_funding ON supports (funding_id, taken_back_at, id);
CREATE INDEX supports_author ON supports (author_id, id);

-- Which fundings a member supported, by their latest support there.
CREATE TABLE participations (
  account_id BIGINT NOT NULL,
  funding_id BIGINT NOT NULL,
  last_support_id BIGINT NOT NULL,
  PRIMARY KEY (account_id, funding_id),
  FOREIGN KEY (account_id) REFERENCES accounts (id),
  FOREIGN KEY (funding_id) REFERENCES fundings (id),
  FOREIGN KEY (last_support_id) REFERENCES supports (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX participations_latest ON participations (account_id, last_support_id, funding_id);

CREATE TABLE ledger_entries (
  id BIGINT PRIMARY KEY AUTO_INCREMENT NOT NULL,
  payment_id BIGINT NOT NULL,
  kind VARCHAR(30) NOT NULL,
  refunded_before BIGINT NOT NULL,      -- tells several refunds of one payment apart
  from_account VARCHAR(40) NOT NULL,
  to_account VARCHAR(40) NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  created_at BIGINT NOT NULL,
  UNIQUE (payment_id, kind, refunded_before),
  CHECK (from_account <> to_account),
  FOREIGN KEY (payment_id) REFERENCES payments (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TRIGGER ledger_entries_keep BEFORE DELETE ON ledger_entries FOR EACH ROW
SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the ledger is append-only';
CREATE TRIGGER ledger_entries_fixed BEFORE UPDATE ON ledger_entries FOR EACH ROW
SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the ledger is append-only';

CREATE TABLE reports (
  id BIGINT PRIMARY KEY AUTO_INCREMENT NOT NULL,
  author_id BIGINT NOT NULL,
  kind VARCHAR(30) NOT NULL,
  target_id BIGINT NOT NULL,            -- a funding, an account or a support, by kind
  message TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  is_solved BOOLEAN NOT NULL DEFAULT 0,
  FOREIGN KEY (author_id) REFERENCES accounts (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX reports_author ON reports (author_id);

-- Work that must happen after a transaction, at least once.
CREATE TABLE jobs (
  id BIGINT PRIMARY KEY AUTO_INCREMENT NOT NULL,
  kind VARCHAR(30) NOT NULL,
  subject VARCHAR(200) NOT NULL,
  run_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL DEFAULT 0
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX jobs_run ON jobs (run_at);
CREATE INDEX jobs_subject ON jobs (subject);

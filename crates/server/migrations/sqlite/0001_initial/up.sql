-- Times are UTC microseconds, amounts whole won (KRW). AUTOINCREMENT: an id is never given twice.

CREATE TABLE accounts (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  kakao_id INTEGER UNIQUE,               -- NULL once withdrawn: the row stays for its money records
  username TEXT NOT NULL,
  username_folded TEXT NOT NULL,
  email TEXT,
  birthday TEXT,
  gender TEXT,
  age_range TEXT,
  bank_account TEXT,
  image TEXT,
  follower_count INTEGER NOT NULL DEFAULT 0 CHECK (follower_count >= 0),
  followee_count INTEGER NOT NULL DEFAULT 0 CHECK (followee_count >= 0),
  created_at INTEGER NOT NULL,
  suspended_at INTEGER,
  withdrawn_at INTEGER
) STRICT;
CREATE INDEX accounts_image ON accounts (image);

-- One row for each character and each pair of neighbours in a folded name: search by any part of it.
CREATE TABLE username_grams (
  gram TEXT NOT NULL,
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  PRIMARY KEY (gram, account_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX username_grams_account ON username_grams (account_id);

CREATE TABLE sessions (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  created_at INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT;
CREATE INDEX sessions_account ON sessions (account_id);
CREATE INDEX sessions_created ON sessions (created_at);
CREATE INDEX sessions_revoked ON sessions (revoked_at);  -- read by every node: access tokens that died early

CREATE TABLE follows (
  follower_id INTEGER NOT NULL REFERENCES accounts (id),
  followee_id INTEGER NOT NULL REFERENCES accounts (id),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (follower_id, followee_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX follows_followee ON follows (followee_id, follower_id);

CREATE TABLE fundings (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  author_id INTEGER NOT NULL REFERENCES accounts (id),
  title TEXT NOT NULL,
  content TEXT NOT NULL,
  goal_amount INTEGER NOT NULL CHECK (goal_amount > 0),
  collected_amount INTEGER NOT NULL DEFAULT 0 CHECK (collected_amount >= 0),
  is_public INTEGER NOT NULL,            -- the author's choice
  visible_to INTEGER NOT NULL,           -- what follows: 0 nobody, 1 friends, 2 everybody
  image TEXT,
  deadline_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  review TEXT,
  review_image TEXT,
  deleted_at INTEGER
) STRICT;
CREATE INDEX fundings_visible ON fundings (visible_to, id);
CREATE INDEX fundings_author ON fundings (author_id, id, visible_to);
CREATE INDEX fundings_image ON fundings (image);
CREATE INDEX fundings_review_image ON fundings (review_image);

CREATE TABLE payments (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  order_ref TEXT NOT NULL UNIQUE,        -- the provider's partner_order_id, unguessable
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  amount INTEGER NOT NULL CHECK (amount > 0),
  state TEXT NOT NULL,
  tid TEXT UNIQUE,
  wanted_funding_id INTEGER REFERENCES fundings (id),
  wanted_message TEXT,
  funding_id INTEGER REFERENCES fundings (id),
  refunded_amount INTEGER NOT NULL DEFAULT 0,
  refunding_amount INTEGER NOT NULL DEFAULT 0,
  refund_reason TEXT,
  pg_token_digest TEXT,
  provider_note TEXT,                    -- the provider's last refusal, for the operator
  lease_until INTEGER NOT NULL DEFAULT 0,  -- somebody is talking to the provider about it
  attempts INTEGER NOT NULL DEFAULT 0,
  next_check_at INTEGER,                 -- when the sweeper looks at it; NULL when it has come to rest
  created_at INTEGER NOT NULL,
  CHECK (refunded_amount >= 0 AND refunding_amount >= 0 AND refunded_amount + refunding_amount <= amount)
) STRICT;
CREATE INDEX payments_account ON payments (account_id, id);
CREATE INDEX payments_check ON payments (next_check_at);
CREATE INDEX payments_wanted_funding ON payments (wanted_funding_id);
CREATE INDEX payments_funding ON payments (funding_id);

CREATE TABLE supports (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  funding_id INTEGER NOT NULL REFERENCES fundings (id),
  author_id INTEGER NOT NULL REFERENCES accounts (id),
  payment_id INTEGER NOT NULL UNIQUE REFERENCES payments (id),
  amount INTEGER NOT NULL CHECK (amount > 0),
  message TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  taken_back_at INTEGER                  -- its refund was asked for; it is listed no more
) STRICT;
CREATE INDEX supports_funding ON supports (funding_id, taken_back_at, id);
CREATE INDEX supports_author ON supports (author_id, id);

-- Which fundings a member supported, by their latest support there.
CREATE TABLE participations (
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  funding_id INTEGER NOT NULL REFERENCES fundings (id),
  last_support_id INTEGER NOT NULL REFERENCES supports (id),
  PRIMARY KEY (account_id, funding_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX participations_latest ON participations (account_id, last_support_id, funding_id);

CREATE TABLE ledger_entries (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  payment_id INTEGER NOT NULL REFERENCES payments (id),
  kind TEXT NOT NULL,
  refunded_before INTEGER NOT NULL,      -- tells several refunds of one payment apart
  from_account TEXT NOT NULL,
  to_account TEXT NOT NULL,
  amount INTEGER NOT NULL CHECK (amount > 0),
  created_at INTEGER NOT NULL,
  UNIQUE (payment_id, kind, refunded_before),
  CHECK (from_account <> to_account)
) STRICT;
CREATE TRIGGER ledger_entries_keep BEFORE DELETE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_entries_fixed BEFORE UPDATE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

CREATE TABLE reports (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  author_id INTEGER NOT NULL REFERENCES accounts (id),
  kind TEXT NOT NULL,
  target_id INTEGER NOT NULL,            -- a funding, an account or a support, by kind
  message TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  is_solved INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX reports_author ON reports (author_id);

-- Work that must happen after a transaction, at least once.
CREATE TABLE jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  run_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX jobs_run ON jobs (run_at);
CREATE INDEX jobs_subject ON jobs (subject);

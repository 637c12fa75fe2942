-- Payments name our account at their provider, refunds become rows, the ledger gets transactions of postings.

-- Our accounts at providers. Account 1 is the one that was configured before there were several; the program enters
-- its code at the next start.
CREATE TABLE merchant_accounts (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  provider TEXT NOT NULL,
  code TEXT NOT NULL,                    -- the provider's name for the account, such as KakaoPay's cid
  created_at INTEGER NOT NULL,
  UNIQUE (provider, code)
) STRICT;
INSERT INTO merchant_accounts (id, provider, code, created_at) VALUES (1, 'kakaopay', '', unixepoch() * 1000000);
INSERT INTO merchant_accounts (id, provider, code, created_at)
SELECT 2, 'demo', 'demo', unixepoch() * 1000000 WHERE EXISTS (SELECT 1 FROM payments WHERE tid LIKE 'demo-%');

CREATE TABLE payments_new (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  order_ref TEXT NOT NULL UNIQUE,        -- our order number at the provider, unguessable
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  merchant_account_id INTEGER NOT NULL REFERENCES merchant_accounts (id),
  payer_ref TEXT NOT NULL,               -- the payer's id at the provider, opaque
  reference TEXT,                        -- the provider's id; unknown until the payer returns, with some providers
  amount INTEGER NOT NULL CHECK (amount > 0),
  tax_free_amount INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL,
  wanted_funding_id INTEGER REFERENCES fundings (id),
  wanted_message TEXT,
  funding_id INTEGER REFERENCES fundings (id),
  refunded_amount INTEGER NOT NULL DEFAULT 0,
  refunding_amount INTEGER NOT NULL DEFAULT 0,
  method TEXT,                           -- how the payer paid, in the provider's words
  proof_digest TEXT,
  note TEXT,                             -- the provider's last refusal, for the operator
  mobile_url TEXT,
  desktop_url TEXT,
  form_key TEXT,
  lane INTEGER NOT NULL,                 -- which list of unfinished payments it is in; 0: none
  next_check_at INTEGER,                 -- when the sweeper looks at it; NULL when it has come to rest
  lease_until INTEGER NOT NULL DEFAULT 0,  -- somebody is talking to the provider about it
  attempts INTEGER NOT NULL DEFAULT 0,
  expires_at INTEGER NOT NULL,           -- from when the payer can't finish it
  refundable_until INTEGER,              -- from when the provider refuses to refund it
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  CHECK (refunded_amount >= 0 AND refunding_amount >= 0 AND refunded_amount + refunding_amount <= amount),
  CHECK (tax_free_amount >= 0 AND tax_free_amount <= amount)
) STRICT;
INSERT INTO payments_new (id, order_ref, account_id, merchant_account_id, payer_ref, reference, amount, state,
  wanted_funding_id, wanted_message, funding_id, refunded_amount, refunding_amount, proof_digest, note,
  mobile_url, desktop_url, form_key, lane, next_check_at, lease_until, attempts, expires_at, refundable_until,
  created_at, changed_at)
SELECT id, order_ref, account_id, CASE WHEN tid LIKE 'demo-%' THEN 2 ELSE 1 END, 'member-' || account_id, tid, amount,
  state, wanted_funding_id, wanted_message, funding_id, refunded_amount, refunding_amount, pg_token_digest,
  provider_note, mobile_url, desktop_url, attempt,
  CASE WHEN state IN ('created', 'ready') THEN 1 WHEN state IN ('approving', 'approved') THEN 2
  WHEN state IN ('attached', 'partly_refunded') THEN 4 ELSE 0 END, CASE WHEN state IN ('attached', 'partly_refunded') THEN created_at + 30326400000000
  WHEN state IN ('created', 'ready', 'approving', 'approved') THEN next_check_at END, lease_until, attempts,
  created_at + 960000000, CASE WHEN state IN ('approved', 'attached', 'refunding', 'partly_refunded', 'refunded') THEN created_at + 31536000000000 END,
  created_at, created_at
FROM payments;

CREATE TABLE refunds (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  payment_id INTEGER NOT NULL REFERENCES payments (id),
  amount INTEGER NOT NULL CHECK (amount > 0),
  reason TEXT NOT NULL,
  state TEXT NOT NULL,
  note TEXT,                             -- the provider's last answer, for the operator
  attempts INTEGER NOT NULL DEFAULT 0,
  lease_until INTEGER NOT NULL DEFAULT 0,  -- somebody is talking to the provider about it
  next_check_at INTEGER,                 -- when the sweeper looks at it; NULL when it has come to rest
  created_at INTEGER NOT NULL,
  finished_at INTEGER
) STRICT;
CREATE INDEX refunds_payment ON refunds (payment_id);
CREATE INDEX refunds_check ON refunds (next_check_at);

-- The history of each refund.
CREATE TABLE refund_events (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  refund_id INTEGER NOT NULL REFERENCES refunds (id),
  state TEXT NOT NULL,
  note TEXT,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX refund_events_refund ON refund_events (refund_id);

-- Payments that need a person.
CREATE TABLE payment_reviews (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  payment_id INTEGER NOT NULL REFERENCES payments (id),
  reason TEXT NOT NULL,
  note TEXT,
  opened_at INTEGER NOT NULL,
  resolved_at INTEGER,
  resolution TEXT
) STRICT;
CREATE INDEX payment_reviews_open ON payment_reviews (resolved_at);
CREATE INDEX payment_reviews_payment ON payment_reviews (payment_id);

-- What an event moved. Each posting takes from one account what it gives to another, so none can be out of balance.
CREATE TABLE ledger_transactions (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  kind TEXT NOT NULL,
  reference INTEGER NOT NULL,            -- the payment's or the refund's id, by kind
  created_at INTEGER NOT NULL,
  UNIQUE (kind, reference)
) STRICT;
CREATE TABLE ledger_postings (
  transaction_id INTEGER NOT NULL REFERENCES ledger_transactions (id),
  number INTEGER NOT NULL,
  from_account TEXT NOT NULL,
  to_account TEXT NOT NULL,
  amount INTEGER NOT NULL CHECK (amount > 0),
  PRIMARY KEY (transaction_id, number),
  CHECK (from_account <> to_account)
) STRICT, WITHOUT ROWID;

-- When the books were compared with the providers.
CREATE TABLE audit_runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  started_at INTEGER NOT NULL,
  finished_at INTEGER NOT NULL,
  differences INTEGER NOT NULL
) STRICT;

-- Refunds that are complete have the id of the ledger entry that recorded them.
INSERT INTO refunds (id, payment_id, amount, reason, state, created_at, finished_at)
SELECT e.id, e.payment_id, e.amount, COALESCE(p.refund_reason, 'taken_back'), 'done', e.created_at, e.created_at
FROM ledger_entries e JOIN payments p ON p.id = e.payment_id WHERE e.kind = 'refund';
INSERT INTO refunds (payment_id, amount, reason, state, attempts, next_check_at, created_at)
SELECT p.id, p.refunding_amount, COALESCE(p.refund_reason, 'taken_back'),
  CASE WHEN p.attempts > 0 THEN 'unclear' ELSE 'requested' END, p.attempts, 0, unixepoch() * 1000000
FROM payments p WHERE p.state = 'refunding';
INSERT INTO refund_events (refund_id, state, created_at)
SELECT id, state, COALESCE(finished_at, created_at) FROM refunds ORDER BY id;

-- A refund's money leaves the funding when it begins: two transactions for each refund, the even ids for the entries.
INSERT INTO ledger_transactions (id, kind, reference, created_at)
SELECT 2 * e.id, e.kind, CASE WHEN e.kind = 'refund' THEN e.id ELSE e.payment_id END, e.created_at
FROM ledger_entries e ORDER BY e.id;
INSERT INTO ledger_transactions (id, kind, reference, created_at)
SELECT 2 * e.id - 1, 'refund_start', e.id, e.created_at FROM ledger_entries e WHERE e.kind = 'refund' ORDER BY e.id;
INSERT INTO ledger_postings (transaction_id, number, from_account, to_account, amount)
SELECT 2 * e.id, 1,
  CASE e.kind WHEN 'approval' THEN 'receivable:' || CASE WHEN p.tid LIKE 'demo-%' THEN 2 ELSE 1 END WHEN 'refund' THEN 'refunds_due' ELSE e.from_account END,
  CASE e.kind WHEN 'refund' THEN 'receivable:' || CASE WHEN p.tid LIKE 'demo-%' THEN 2 ELSE 1 END ELSE e.to_account END, e.amount
FROM ledger_entries e JOIN payments p ON p.id = e.payment_id ORDER BY e.id;
INSERT INTO ledger_postings (transaction_id, number, from_account, to_account, amount)
SELECT 2 * e.id - 1, 1, e.from_account, 'refunds_due', e.amount FROM ledger_entries e WHERE e.kind = 'refund';
INSERT INTO ledger_transactions (kind, reference, created_at)
SELECT 'refund_start', r.id, r.created_at FROM refunds r WHERE r.state <> 'done' ORDER BY r.id;
INSERT INTO ledger_postings (transaction_id, number, from_account, to_account, amount)
SELECT t.id, 1, CASE WHEN p.funding_id IS NULL THEN 'unattached' ELSE 'funding:' || p.funding_id END,
  'refunds_due', r.amount
FROM refunds r JOIN payments p ON p.id = r.payment_id
JOIN ledger_transactions t ON t.kind = 'refund_start' AND t.reference = r.id WHERE r.state <> 'done';
UPDATE fundings SET collected_amount = collected_amount - COALESCE((SELECT SUM(p.refunding_amount) FROM payments p
  WHERE p.funding_id = fundings.id AND p.state = 'refunding'), 0);
DROP TABLE ledger_entries;

DROP TABLE payments;
ALTER TABLE payments_new RENAME TO payments;
CREATE UNIQUE INDEX payments_reference ON payments (merchant_account_id, reference);
CREATE UNIQUE INDEX payments_form_key ON payments (account_id, form_key);
CREATE INDEX payments_account ON payments (account_id, id);
CREATE INDEX payments_check ON payments (lane, next_check_at);
CREATE INDEX payments_wanted_funding ON payments (wanted_funding_id, lane);
CREATE INDEX payments_funding ON payments (funding_id, id);
CREATE TRIGGER ledger_transactions_keep BEFORE DELETE ON ledger_transactions
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_transactions_fixed BEFORE UPDATE ON ledger_transactions
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_postings_keep BEFORE DELETE ON ledger_postings
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_postings_fixed BEFORE UPDATE ON ledger_postings
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

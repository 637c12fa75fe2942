-- Payments name our account at their provider, refunds become rows, the ledger gets transactions of postings.

-- Our accounts at providers. Account 1 is the one that was configured before there were several; the program enters
-- its code at the next start.
CREATE TABLE merchant_accounts (
  id BIGINT PRIMARY KEY AUTO_INCREMENT NOT NULL,
  provider VARCHAR(20) NOT NULL,
  code VARCHAR(80) NOT NULL,              -- the provider's name for the account, such as KakaoPay's cid
  created_at BIGINT NOT NULL,
  UNIQUE (provider, code)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
INSERT INTO merchant_accounts (id, provider, code, created_at) VALUES (1, 'kakaopay', '', UNIX_TIMESTAMP() * 1000000);
INSERT INTO merchant_accounts (id, provider, code, created_at)
SELECT 2, 'demo', 'demo', UNIX_TIMESTAMP() * 1000000 FROM (SELECT 1) AS one WHERE EXISTS (SELECT 1 FROM payments WHERE tid LIKE 'demo-%');

DROP INDEX tid ON payments;
DROP INDEX payments_attempt ON payments;
ALTER TABLE payments
  CHANGE tid reference VARCHAR(200),      -- the provider's id; unknown until the payer returns, with some providers
  CHANGE pg_token_digest proof_digest VARCHAR(64),
  CHANGE provider_note note VARCHAR(200), -- the provider's last refusal, for the operator
  CHANGE attempt form_key VARCHAR(64),
  ADD COLUMN merchant_account_id BIGINT NOT NULL DEFAULT 1,
  ADD COLUMN payer_ref VARCHAR(64) NOT NULL DEFAULT '',  -- the payer's id at the provider, opaque
  ADD COLUMN tax_free_amount BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN method VARCHAR(40),          -- how the payer paid, in the provider's words
  ADD COLUMN lane SMALLINT NOT NULL DEFAULT 0,  -- which list of unfinished payments it is in; 0: none
  ADD COLUMN expires_at BIGINT NOT NULL DEFAULT 0,  -- from when the payer can't finish it
  ADD COLUMN refundable_until BIGINT,     -- from when the provider refuses to refund it
  ADD COLUMN changed_at BIGINT NOT NULL DEFAULT 0;
UPDATE payments SET
  merchant_account_id = CASE WHEN reference LIKE 'demo-%' THEN 2 ELSE 1 END,
  payer_ref = CONCAT('member-', account_id),
  expires_at = created_at + 960000000,
  refundable_until = CASE WHEN state IN ('approved', 'attached', 'refunding', 'partly_refunded', 'refunded')
    THEN created_at + 31536000000000 END,
  changed_at = created_at,
  next_check_at = CASE WHEN state IN ('attached', 'partly_refunded') THEN created_at + 30326400000000
    WHEN state IN ('created', 'ready', 'approving', 'approved') THEN next_check_at END,
  lane = CASE WHEN state IN ('created', 'ready') THEN 1 WHEN state IN ('approving', 'approved') THEN 2
    WHEN state IN ('attached', 'partly_refunded') THEN 4 ELSE 0 END;
ALTER TABLE payments
  ALTER merchant_account_id DROP DEFAULT, ALTER payer_ref DROP DEFAULT, ALTER lane DROP DEFAULT,
  ALTER expires_at DROP DEFAULT, ALTER changed_at DROP DEFAULT,
  ADD CHECK (tax_free_amount >= 0 AND tax_free_amount <= amount),
  ADD FOREIGN KEY (merchant_account_id) REFERENCES merchant_accounts (id);
CREATE UNIQUE INDEX payments_reference ON payments (merchant_account_id, reference);
CREATE UNIQUE INDEX payments_form_key ON payments (account_id, form_key);
CREATE INDEX payments_lane ON payments (lane, next_check_at);
DROP INDEX payments_check ON payments;
ALTER TABLE payments RENAME INDEX payments_lane TO payments_check;
CREATE INDEX payments_wanted ON payments (wanted_funding_id, lane);
DROP INDEX payments_wanted_funding ON payments;
ALTER TABLE payments RENAME INDEX payments_wanted TO payments_wanted_funding;
CREATE INDEX payments_of_funding ON payments (funding_id, id);
DROP INDEX payments_funding ON payments;
ALTER TABLE payments RENAME INDEX payments_of_funding TO payments_funding;

CREATE TABLE refunds (
  id BIGINT PRIMARY KEY AUTO_INCREMENT NOT NULL,
  payment_id BIGINT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  reason VARCHAR(30) NOT NULL,
  state VARCHAR(20) NOT NULL,
  note VARCHAR(200),                      -- the provider's last answer, for the operator
  attempts BIGINT NOT NULL DEFAULT 0,
  lease_until BIGINT NOT NULL DEFAULT 0,  -- somebody is talking to the provider about it
  next_check_at BIGINT,                   -- when the sweeper looks at it; NULL when it has come to rest
  created_at BIGINT NOT NULL,
  finished_at BIGINT,
  FOREIGN KEY (payment_id) REFERENCES payments (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX refunds_payment ON refunds (payment_id);
CREATE INDEX refunds_check ON refunds (next_check_at);

-- The history of each refund.
CREATE TABLE refund_events (
  id BIGINT PRIMARY KEY AUTO_INCREMENT NOT NULL,
  refund_id BIGINT NOT NULL,
  state VARCHAR(20) NOT NULL,
  note VARCHAR(200),
  created_at BIGINT NOT NULL,
  FOREIGN KEY (refund_id) REFERENCES refunds (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX refund_events_refund ON refund_events (refund_id);

-- Payments that need a person.
CREATE TABLE payment_reviews (
  id BIGINT PRIMARY KEY AUTO_INCREMENT NOT NULL,
  payment_id BIGINT NOT NULL,
  reason VARCHAR(30) NOT NULL,
  note VARCHAR(200),
  opened_at BIGINT NOT NULL,
  resolved_at BIGINT,
  resolution VARCHAR(200),
  FOREIGN KEY (payment_id) REFERENCES payments (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX payment_reviews_open ON payment_reviews (resolved_at);
CREATE INDEX payment_reviews_payment ON payment_reviews (payment_id);

-- What an event moved. Each posting takes from one account what it gives to another, so none can be out of balance.
CREATE TABLE ledger_transactions (
  id BIGINT PRIMARY KEY AUTO_INCREMENT NOT NULL,
  kind VARCHAR(30) NOT NULL,
  reference BIGINT NOT NULL,              -- the payment's or the refund's id, by kind
  created_at BIGINT NOT NULL,
  UNIQUE (kind, reference)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE ledger_postings (
  transaction_id BIGINT NOT NULL,
  number BIGINT NOT NULL,
  from_account VARCHAR(40) NOT NULL,
  to_account VARCHAR(40) NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  PRIMARY KEY (transaction_id, number),
  CHECK (from_account <> to_account),
  FOREIGN KEY (transaction_id) REFERENCES ledger_transactions (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- When the books were compared with the providers.
CREATE TABLE audit_runs (
  id BIGINT PRIMARY KEY AUTO_INCREMENT NOT NULL,
  started_at BIGINT NOT NULL,
  finished_at BIGINT NOT NULL,
  differences BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Refunds that are complete have the id of the ledger entry that recorded them.
INSERT INTO refunds (id, payment_id, amount, reason, state, created_at, finished_at)
SELECT e.id, e.payment_id, e.amount, COALESCE(p.refund_reason, 'taken_back'), 'done', e.created_at, e.created_at
FROM ledger_entries e JOIN payments p ON p.id = e.payment_id WHERE e.kind = 'refund';
INSERT INTO refunds (payment_id, amount, reason, state, attempts, next_check_at, created_at)
SELECT p.id, p.refunding_amount, COALESCE(p.refund_reason, 'taken_back'),
  CASE WHEN p.attempts > 0 THEN 'unclear' ELSE 'requested' END, p.attempts, 0, UNIX_TIMESTAMP() * 1000000
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
  CASE e.kind WHEN 'approval' THEN CONCAT('receivable:', p.merchant_account_id) WHEN 'refund' THEN 'refunds_due' ELSE e.from_account END,
  CASE e.kind WHEN 'refund' THEN CONCAT('receivable:', p.merchant_account_id) ELSE e.to_account END, e.amount
FROM ledger_entries e JOIN payments p ON p.id = e.payment_id ORDER BY e.id;
INSERT INTO ledger_postings (transaction_id, number, from_account, to_account, amount)
SELECT 2 * e.id - 1, 1, e.from_account, 'refunds_due', e.amount FROM ledger_entries e WHERE e.kind = 'refund';
INSERT INTO ledger_transactions (kind, reference, created_at)
SELECT 'refund_start', r.id, r.created_at FROM refunds r WHERE r.state <> 'done' ORDER BY r.id;
INSERT INTO ledger_postings (transaction_id, number, from_account, to_account, amount)
SELECT t.id, 1, CASE WHEN p.funding_id IS NULL THEN 'unattached' ELSE CONCAT('funding:', p.funding_id) END,
  'refunds_due', r.amount
FROM refunds r JOIN payments p ON p.id = r.payment_id
JOIN ledger_transactions t ON t.kind = 'refund_start' AND t.reference = r.id WHERE r.state <> 'done';
UPDATE fundings SET collected_amount = collected_amount - COALESCE((SELECT SUM(p.refunding_amount) FROM payments p
  WHERE p.funding_id = fundings.id AND p.state = 'refunding'), 0);
DROP TABLE ledger_entries;
ALTER TABLE payments DROP COLUMN refund_reason;

CREATE TRIGGER ledger_transactions_keep BEFORE DELETE ON ledger_transactions FOR EACH ROW
SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the ledger is append-only';
CREATE TRIGGER ledger_transactions_fixed BEFORE UPDATE ON ledger_transactions FOR EACH ROW
SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the ledger is append-only';
CREATE TRIGGER ledger_postings_keep BEFORE DELETE ON ledger_postings FOR EACH ROW
SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the ledger is append-only';
CREATE TRIGGER ledger_postings_fixed BEFORE UPDATE ON ledger_postings FOR EACH ROW
SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the ledger is append-only';

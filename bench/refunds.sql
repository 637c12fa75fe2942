-- Refunds for generated data: every tenth payment is refunded, every hundredth is being refunded. With these,
-- `funsun audit --offline` reads every kind of row. On a stopped program's database, after `funsun demo-data`:
-- sqlite3 DATA_DIR/funsun.db < bench/refunds.sql
PRAGMA cache_size = -1000000;
BEGIN;
INSERT INTO refunds (payment_id, amount, reason, state, created_at, finished_at)
SELECT id, amount, 'taken_back', 'done', created_at, created_at FROM payments WHERE state = 'attached' AND id % 10 = 0;
INSERT INTO refunds (payment_id, amount, reason, state, next_check_at, created_at)
SELECT id, amount, 'taken_back', 'unclear', created_at, created_at FROM payments WHERE state = 'attached' AND id % 100 = 1;
INSERT INTO ledger_transactions (kind, reference, created_at) SELECT 'refund_start', id, created_at FROM refunds;
INSERT INTO ledger_transactions (kind, reference, created_at)
SELECT 'refund', id, created_at FROM refunds WHERE state = 'done';
INSERT INTO ledger_postings (transaction_id, number, from_account, to_account, amount)
SELECT t.id, 1, CASE t.kind WHEN 'refund' THEN 'refunds_due' ELSE 'funding:' || p.funding_id END,
  CASE t.kind WHEN 'refund' THEN 'receivable:' || p.merchant_account_id ELSE 'refunds_due' END, r.amount
FROM refunds r CROSS JOIN payments p ON p.id = r.payment_id
CROSS JOIN ledger_transactions t ON t.reference = r.id AND t.kind IN ('refund_start', 'refund');
UPDATE payments SET state = 'refunded', refunded_amount = amount, lane = 0, next_check_at = NULL
WHERE state = 'attached' AND id % 10 = 0;
UPDATE payments SET state = 'refunding', refunding_amount = amount, lane = 0, next_check_at = NULL
WHERE state = 'attached' AND id % 100 = 1;
UPDATE supports SET taken_back_at = created_at WHERE payment_id IN (SELECT payment_id FROM refunds);
UPDATE fundings SET collected_amount = (SELECT COALESCE(SUM(amount - refunded_amount - refunding_amount), 0)
  FROM payments p WHERE p.funding_id = fundings.id);
COMMIT;

-- Proof that a database takes writes, and which transaction a connection committed last.
CREATE TABLE write_markers (
  -- 0: the check whether writes are possible; others: a connection.
  id BIGINT NOT NULL PRIMARY KEY,
  number BIGINT NOT NULL,
  written_at BIGINT NOT NULL
) ENGINE = InnoDB;

-- InnoDB looks the funding up, with a lock on its row, whenever an entry of the index behind the foreign key changes. Behind
-- this one it does not change when the payment moves to another lane.
CREATE INDEX payments_wanted ON payments (wanted_funding_id);
DROP INDEX payments_wanted_funding ON payments;
CREATE INDEX payments_wanted_funding ON payments (wanted_funding_id, lane);

-- Proof that a database takes writes, and which transaction a connection committed last.
CREATE TABLE write_markers (
  -- 0: the check whether writes are possible; others: a connection.
  id BIGINT NOT NULL PRIMARY KEY,
  number BIGINT NOT NULL,
  written_at BIGINT NOT NULL
) ENGINE = InnoDB;

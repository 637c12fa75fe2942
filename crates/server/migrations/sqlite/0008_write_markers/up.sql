-- Proof that a database takes writes, and which transaction a connection committed last.
CREATE TABLE write_markers (
  -- 0: the check whether writes are possible; others: a connection.
  id INTEGER NOT NULL PRIMARY KEY,
  number INTEGER NOT NULL,
  written_at INTEGER NOT NULL
) STRICT;
INSERT INTO write_markers (id, number, written_at) VALUES (0, 0, 0);

-- Whether the followee follows the follower: friendship without a second look. Both rows change together.
ALTER TABLE follows ADD COLUMN is_mutual BOOLEAN NOT NULL DEFAULT 0;
UPDATE follows JOIN follows AS back ON back.follower_id = follows.followee_id AND back.followee_id = follows.follower_id
SET follows.is_mutual = 1;

-- How many public fundings each block of 512 ids has: a numbered page skips whole blocks. The triggers see every change
-- in its own transaction.
CREATE TABLE public_blocks (
  block BIGINT PRIMARY KEY NOT NULL,     -- id / 512
  fundings BIGINT NOT NULL CHECK (fundings >= 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
INSERT INTO public_blocks (block, fundings)
SELECT id DIV 512, COUNT(*) FROM fundings WHERE visible_to = 2 GROUP BY id DIV 512;
CREATE TRIGGER fundings_opened AFTER INSERT ON fundings FOR EACH ROW
INSERT INTO public_blocks (block, fundings) SELECT NEW.id DIV 512, 1 FROM DUAL WHERE NEW.visible_to = 2
ON DUPLICATE KEY UPDATE fundings = fundings + 1;
CREATE TRIGGER fundings_shown AFTER UPDATE ON fundings FOR EACH ROW
INSERT INTO public_blocks (block, fundings)
SELECT NEW.id DIV 512, NEW.visible_to = 2 FROM DUAL WHERE (OLD.visible_to = 2) <> (NEW.visible_to = 2)
ON DUPLICATE KEY UPDATE fundings = fundings + (NEW.visible_to = 2) - (OLD.visible_to = 2);

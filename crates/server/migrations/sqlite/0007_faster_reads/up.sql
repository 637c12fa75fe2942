-- Whether the followee follows the follower: friendship without a second look. Both rows change together.
ALTER TABLE follows ADD COLUMN is_mutual INTEGER NOT NULL DEFAULT 0;
UPDATE follows SET is_mutual = 1 WHERE EXISTS (SELECT 1 FROM follows AS back
  WHERE back.follower_id = follows.followee_id AND back.followee_id = follows.follower_id);

-- How many public fundings each block of 512 ids has: a numbered page skips whole blocks. The triggers see every change
-- in its own transaction.
CREATE TABLE public_blocks (
  block INTEGER PRIMARY KEY NOT NULL,    -- id / 512
  fundings INTEGER NOT NULL CHECK (fundings >= 0)
) STRICT;
INSERT INTO public_blocks (block, fundings)
SELECT id / 512, COUNT(*) FROM fundings WHERE visible_to = 2 GROUP BY id / 512;
CREATE TRIGGER fundings_opened AFTER INSERT ON fundings WHEN NEW.visible_to = 2
BEGIN
  INSERT INTO public_blocks (block, fundings) VALUES (NEW.id / 512, 1)
  ON CONFLICT (block) DO UPDATE SET fundings = fundings + 1;
END;
CREATE TRIGGER fundings_shown AFTER UPDATE OF visible_to ON fundings WHEN (OLD.visible_to = 2) <> (NEW.visible_to = 2)
BEGIN
  INSERT INTO public_blocks (block, fundings) VALUES (NEW.id / 512, 0) ON CONFLICT (block) DO NOTHING;
  UPDATE public_blocks SET fundings = fundings + (NEW.visible_to = 2) - (OLD.visible_to = 2) WHERE block = NEW.id / 512;
END;

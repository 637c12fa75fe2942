-- Whether the followee follows the follower: friendship without a second look. Both rows change together.
ALTER TABLE follows ADD COLUMN is_mutual INTEGER NOT NULL DEFAULT 0;
UPDATE follows SET is_mutual = 1 WHERE EXISTS (SELECT 1 FROM follows AS back
  WHERE back.follower_id = follows.followee_id AND back.followee_id = follows.follower_id);

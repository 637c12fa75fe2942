-- Whether the followee follows the follower: friendship without a second look. Both rows change together.
ALTER TABLE follows ADD COLUMN is_mutual BOOLEAN NOT NULL DEFAULT 0;
UPDATE follows JOIN follows AS back ON back.follower_id = follows.followee_id AND back.followee_id = follows.follower_id
SET follows.is_mutual = 1;

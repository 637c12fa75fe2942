-- By which a member recognises a login of theirs, such as 'Chrome · Android'.
ALTER TABLE sessions ADD COLUMN device VARCHAR(64);

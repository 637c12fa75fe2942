-- Payloads of jobs become JSON. Those of `unlink_at_kakao`, plain numbers, are valid already.
UPDATE jobs SET subject = CONCAT('"', subject, '"') WHERE kind = 'remove_picture';
UPDATE jobs SET subject = CONCAT('{"id":', REPLACE(subject, ' ', ',"received_at":'), '}') WHERE kind = 'unlinked_by_kakao';
UPDATE jobs SET subject = CONCAT('{"occasion":"', REPLACE(subject, ' ', '","funding":'), '}') WHERE kind = 'tell';
UPDATE jobs SET subject = CONCAT('{"notification":', REPLACE(subject, ' ', ',"subscription":'), '}') WHERE kind = 'push';

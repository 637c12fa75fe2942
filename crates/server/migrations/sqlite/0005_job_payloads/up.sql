-- Payloads of jobs become JSON. Those of `unlink_at_kakao`, plain numbers, are valid already.
UPDATE jobs SET subject = '"' || subject || '"' WHERE kind = 'remove_picture';
UPDATE jobs SET subject = '{"id":' || replace(subject, ' ', ',"received_at":') || '}' WHERE kind = 'unlinked_by_kakao';
UPDATE jobs SET subject = '{"occasion":"' || replace(subject, ' ', '","funding":') || '}' WHERE kind = 'tell';
UPDATE jobs SET subject = '{"notification":' || replace(subject, ' ', ',"subscription":') || '}' WHERE kind = 'push';

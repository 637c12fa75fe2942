UPDATE jobs SET subject = replace(subject, '"', '') WHERE kind = 'remove_picture';
UPDATE jobs SET subject = replace(replace(replace(subject, '{"id":', ''), ',"received_at":', ' '), '}', '') WHERE kind = 'unlinked_by_kakao';
UPDATE jobs SET subject = replace(replace(replace(subject, '{"occasion":"', ''), '","funding":', ' '), '}', '') WHERE kind = 'tell';
UPDATE jobs SET subject = replace(replace(replace(subject, '{"notification":', ''), ',"subscription":', ' '), '}', '') WHERE kind = 'push';

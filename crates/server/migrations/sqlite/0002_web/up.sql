-- What the web app keeps.

-- By which a member recognises a login of theirs, such as 'Chrome · Android'.
ALTER TABLE sessions ADD COLUMN device TEXT;

-- Where a payer goes on to pay, and which form they sent: the same form again is the same payment.
ALTER TABLE payments ADD COLUMN mobile_url TEXT;
ALTER TABLE payments ADD COLUMN desktop_url TEXT;
ALTER TABLE payments ADD COLUMN attempt TEXT;
CREATE UNIQUE INDEX payments_attempt ON payments (account_id, attempt);

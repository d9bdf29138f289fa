-- Why something is denied, as whoever denied it wrote it.
ALTER TABLE auth.denials
    ADD COLUMN reason text NOT NULL DEFAULT '',
    ADD CONSTRAINT denials_reason_length CHECK (length(reason) <= 500);

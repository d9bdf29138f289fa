-- Wrong passwords in a row, from wherever. A sign-in, and a password set by a one-time link, begin anew.
ALTER TABLE auth.accounts
    ADD COLUMN failures integer NOT NULL DEFAULT 0,
    ADD CONSTRAINT accounts_failures_count CHECK (failures >= 0);

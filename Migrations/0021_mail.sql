-- Mail that waits to be sent, addresses that are proven, and who is told when something about their account changes.

ALTER TABLE auth.accounts
    ADD COLUMN email_confirmed_at timestamptz,
    ADD CONSTRAINT accounts_confirmed_email CHECK (email_confirmed_at IS NULL OR email <> '');

-- `fields` is what the text is made of, as a JSON object, and never a secret; `link`, which is one, is sealed and gone
-- once the mail was sent or given up. `due_at` is when it is tried next; who claims a mail moves it on.
CREATE TABLE auth.outbox (
    id uuid NOT NULL,
    kind text NOT NULL,
    recipient text NOT NULL,
    recipient_key text NOT NULL,
    -- Whose it is about.
    account_id uuid,
    -- Who has caused it.
    causer_id uuid,
    fields text NOT NULL,
    link bytea NOT NULL DEFAULT '',
    -- What is told once only.
    once_key text,
    created_at timestamptz NOT NULL DEFAULT now(),
    due_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    state text NOT NULL DEFAULT 'queued',
    problem text NOT NULL DEFAULT '',
    sent_at timestamptz,
    CONSTRAINT outbox_pkey PRIMARY KEY (id),
    CONSTRAINT outbox_once_unique UNIQUE (once_key),
    CONSTRAINT outbox_account_fkey FOREIGN KEY (account_id) REFERENCES auth.accounts (id) ON DELETE CASCADE,
    CONSTRAINT outbox_state_known CHECK (state IN ('queued', 'sent', 'dead')),
    CONSTRAINT outbox_link_gone CHECK (state <> 'sent' OR link = ''),
    CONSTRAINT outbox_sizes CHECK (
        length(recipient) BETWEEN 1 AND 254 AND octet_length(fields) <= 16384 AND length(problem) <= 1000)
);
CREATE INDEX outbox_due ON auth.outbox (due_at) WHERE state = 'queued';
CREATE INDEX outbox_recipient ON auth.outbox (recipient_key, created_at);
CREATE INDEX outbox_account ON auth.outbox (account_id, created_at);
CREATE INDEX outbox_causer ON auth.outbox (causer_id, created_at);
CREATE INDEX outbox_age ON auth.outbox (created_at);

-- The link that makes an address an account's own; the newest voids those before it. Only a digest is kept.
CREATE TABLE auth.email_confirmations (
    account_id uuid NOT NULL,
    digest bytea NOT NULL,
    email text NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT email_confirmations_pkey PRIMARY KEY (account_id),
    CONSTRAINT email_confirmations_digest_unique UNIQUE (digest),
    CONSTRAINT email_confirmations_account_fkey FOREIGN KEY (account_id)
        REFERENCES auth.accounts (id) ON DELETE CASCADE,
    CONSTRAINT email_confirmations_digest_length CHECK (octet_length(digest) = 32)
);

-- Whoever an act concerns is told of it, if their address was confirmed: in the transaction of its row in the log, so
-- that neither is there without the other, and no act is forgotten. At most twenty an hour: the log has them all.
CREATE FUNCTION auth.queue_notice() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    told jsonb := NEW.detail::jsonb;
    whose text := CASE
        WHEN NEW.action LIKE 'session.%' THEN NEW.actor_id::text
        WHEN NEW.action LIKE 'key.%' THEN told ->> 'owner'
        ELSE NEW.object END;
BEGIN
    IF (NEW.action LIKE 'session.%' AND told ->> 'second_factor' IS DISTINCT FROM 'recovery code')
        OR (NEW.action = 'email.change' AND NOT told ? 'old_email')
        OR whose IS NULL OR whose !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
    THEN
        RETURN NULL;
    END IF;
    INSERT INTO auth.outbox (id, kind, recipient, recipient_key, account_id, fields, expires_at)
    SELECT gen_random_uuid(),
           CASE WHEN NEW.action LIKE 'session.%' THEN 'notice.recovery_code_used' ELSE 'notice.' || NEW.action END,
           coalesce(told ->> 'old_email', a.email), lower(coalesce(told ->> 'old_email', a.email)), a.id,
           jsonb_build_object(
               'time_us', NEW.time_us::text, 'address', NEW.address,
               'by', CASE WHEN NEW.actor_id = a.id THEN '' ELSE NEW.actor END, 'name', coalesce(told ->> 'name', ''),
               'provider', coalesce(told ->> 'provider', ''))::text,
           now() + interval '2 days'
      FROM auth.accounts a
     WHERE a.id = whose::uuid AND a.kind = 'person' AND a.deactivated_at IS NULL AND a.email_confirmed_at IS NOT NULL
       AND 20 > (SELECT count(*) FROM auth.outbox o
                  WHERE o.account_id = a.id AND o.created_at > now() - interval '1 hour' AND o.kind LIKE 'notice.%');
    RETURN NULL;
END
$$;
CREATE TRIGGER audit_notice AFTER INSERT ON auth.audit
    FOR EACH ROW WHEN (
        NEW.outcome = 'ok' AND NEW.action IN (
            'password.change', 'password.set', 'factor.enrol', 'factor.remove', 'factor.recovery_codes', 'key.create',
            'key.replace', 'identity.link', 'email.change', 'session.sign_in', 'session.reauthenticate'))
    EXECUTE FUNCTION auth.queue_notice();

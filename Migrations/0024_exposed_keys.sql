-- Whose key was found in what somebody logged is told of it.
DROP TRIGGER audit_notice ON auth.audit;
CREATE TRIGGER audit_notice AFTER INSERT ON auth.audit
    FOR EACH ROW WHEN (
        NEW.outcome = 'ok' AND NEW.action IN (
            'password.change', 'password.set', 'factor.enrol', 'factor.remove', 'factor.recovery_codes', 'key.create',
            'key.replace', 'key.expose', 'identity.link', 'email.change', 'session.sign_in', 'session.reauthenticate'))
    EXECUTE FUNCTION auth.queue_notice();

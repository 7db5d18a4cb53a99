from django.db import migrations

from common.tenancy.operations import MANAGED_PROGRAMMES, DefinerFunction, GrantToDefiner, RowPolicies

READERS = f"to_user_id = (SELECT app.uid()) OR {MANAGED_PROGRAMMES}"
# One speaks about what one sees; about no tenant, anyone (a sign-in, an invitation).
TELLERS = """
(company_id IS NULL OR company_id = ANY ((SELECT app.companies())::uuid[]))
AND (programme_id IS NULL OR programme_id = ANY ((SELECT app.programmes())::uuid[]))
"""

# Every function asks for the proof: SECRET_KEY is not in the database, so reading ids there opens no mail.
TAKE_MAIL = """
DECLARE taken public.notifications_outgoingmail; found_state text;
BEGIN
    UPDATE public.notifications_outgoingmail m
       SET state = 'sending', attempts = m.attempts + 1, claimed_until = now() + make_interval(secs => seconds)
     WHERE m.id = mail AND m.proof = encode(sha256(convert_to(secret, 'UTF8')), 'hex')
       AND m.state IN ('queued', 'sending') AND (m.claimed_until IS NULL OR m.claimed_until <= now())
    RETURNING m.* INTO taken;
    IF FOUND THEN
        RETURN to_jsonb(taken) || jsonb_build_object('taken', true);
    END IF;
    SELECT m.state INTO found_state FROM public.notifications_outgoingmail m
     WHERE m.id = mail AND m.proof = encode(sha256(convert_to(secret, 'UTF8')), 'hex');
    RETURN CASE WHEN FOUND THEN jsonb_build_object('taken', false, 'state', found_state) END;
END
"""
SETTLE_MAIL = """
DECLARE of_message uuid; closed boolean := new_state IN ('sent', 'refused', 'given_up');
BEGIN
    UPDATE public.notifications_outgoingmail m
       SET state = new_state, error = left(reason, 300),
           claimed_until = CASE WHEN NOT closed THEN now() + make_interval(secs => pause) END,
           settled_at = CASE WHEN closed THEN now() END
     WHERE m.id = mail AND m.proof = encode(sha256(convert_to(secret, 'UTF8')), 'hex') AND m.state = 'sending'
    RETURNING m.message_id INTO of_message;
    UPDATE public.notifications_message
       SET state = new_state, sent_at = CASE WHEN new_state = 'sent' THEN now() END
     WHERE id = of_message;
END
"""
# Codes and links in a mail are dead by then; what stays is that, when and with what success a mail went out.
ERASE_OLD_MAIL = """
DECLARE counted integer;
BEGIN
    UPDATE public.notifications_outgoingmail
       SET subject = '', body = '', alternatives = '[]', headers = '{}', erased_at = now()
     WHERE erased_at IS NULL AND settled_at < now() - interval '1 day';
    GET DIAGNOSTICS counted = ROW_COUNT;
    RETURN counted;
END
"""


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial"), ("common", "0001_predicates")]
    operations = [
        RowPolicies("Message", using=READERS, insert=TELLERS, update="", delete=""),
        RowPolicies("OutgoingMail", using="", insert="true", update="", delete=""),
        GrantToDefiner("Message", privileges="SELECT, UPDATE"),
        GrantToDefiner("OutgoingMail", privileges="SELECT, UPDATE"),
        DefinerFunction(
            "take_mail",
            arguments="mail uuid, secret text, seconds integer",
            returns="jsonb",
            body=TAKE_MAIL,
            volatility="VOLATILE",
        ),
        DefinerFunction(
            "settle_mail",
            arguments="mail uuid, secret text, new_state text, reason text, pause integer",
            returns="void",
            body=SETTLE_MAIL,
            volatility="VOLATILE",
        ),
        DefinerFunction("erase_old_mail", returns="integer", body=ERASE_OLD_MAIL, volatility="VOLATILE"),
    ]

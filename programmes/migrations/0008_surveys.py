from django.db import migrations, models
from django.db.models import Q

from common.tenancy.operations import MANAGED_PROGRAMMES, MANAGED_RECORDS, PROGRAMMES, DefinerFunction, GrantToDefiner
from programmes.enums import Consent

OWN_FEEDBACK = f"company_id = ANY ((SELECT app.member_companies())::uuid[]) AND {PROGRAMMES}"
UNNAMED = f"({MANAGED_PROGRAMMES} AND company_id IS NULL)"
# Who watches answers come in knows whose each is. So nobody sees unnamed ones before the survey has closed.
CLOSED = "session_id IN (SELECT s.session_id FROM programmes_survey s WHERE s.closes_at <= now())"
BEFORE = f"({OWN_FEEDBACK}) OR {MANAGED_RECORDS}"
AFTER = f"{BEFORE} OR ({UNNAMED} AND {CLOSED})"

READERS = """
DROP POLICY tenant_select ON programmes_feedback;
DROP POLICY tenant_update ON programmes_feedback;
CREATE POLICY tenant_select ON programmes_feedback FOR SELECT USING ({select});
CREATE POLICY tenant_update ON programmes_feedback FOR UPDATE USING ({update}) WITH CHECK ({update});
"""

# An answer without a name bears no time: the day of an answer would tell whose it is.
TIMELESS = """
CREATE FUNCTION app.take_time_from_unnamed() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.created_at := 'epoch';
    NEW.updated_at := 'epoch';
    NEW.consent_changed_at := NULL;
    RETURN NEW;
END
$$;
CREATE TRIGGER programmes_feedback_timeless BEFORE INSERT OR UPDATE ON programmes_feedback
   FOR EACH ROW WHEN (NEW.company_id IS NULL) EXECUTE FUNCTION app.take_time_from_unnamed();
"""
NOT_TIMELESS = """
DROP TRIGGER programmes_feedback_timeless ON programmes_feedback;
DROP FUNCTION app.take_time_from_unnamed();
"""

# What is said above the first question stays true: after the first invitation neither this nor the questions change, and
# an anonymous survey that has closed is not opened again, because one more answer would be seen to arrive.
PROMISE = """
CREATE FUNCTION app.keep_promise_of_survey() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.opened_at IS DISTINCT FROM OLD.opened_at OR NEW.is_anonymous <> OLD.is_anonymous
       OR NEW.questions <> OLD.questions OR NEW.session_id <> OLD.session_id THEN
        RAISE EXCEPTION 'A survey that people were invited to is not changed.' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.is_anonymous AND OLD.closes_at <= now() AND NEW.closes_at > OLD.closes_at THEN
        RAISE EXCEPTION 'An anonymous survey that has closed stays closed.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER programmes_survey_promise BEFORE UPDATE ON programmes_survey
   FOR EACH ROW WHEN (OLD.opened_at IS NOT NULL) EXECUTE FUNCTION app.keep_promise_of_survey();
"""
NO_PROMISE = """
DROP TRIGGER programmes_survey_promise ON programmes_survey;
DROP FUNCTION app.keep_promise_of_survey();
"""

# The door for looking: the survey behind the hash of a link's word, the person's name, and what they answered so far.
LOOK = """
BEGIN
    RETURN QUERY
    SELECT v.id, v.session_id, v.programme_id, v.is_anonymous, v.opened_at IS NOT NULL AND v.closes_at > now(), v.closes_at,
           v.questions, s.title_ja::text, s.title_en::text, s.starts_at, s.ends_at, g.name_ja::text, g.name_en::text,
           p.name_ja::text, p.name_en::text, i.answered_on IS NOT NULL, f.id, f.answers,
           CASE f.language WHEN 'en' THEN f.comment_en ELSE f.comment_ja END, f.consent::text,
           coalesce((SELECT jsonb_agg(jsonb_build_object('title', u.title, 'used_at', u.used_at) ORDER BY u.used_at)
                       FROM public.programmes_quoteuse u WHERE u.feedback_id = f.id), '[]'::jsonb)
      FROM public.programmes_surveyinvitation i
      JOIN public.programmes_survey v ON v.id = i.survey_id
      JOIN public.programmes_session s ON s.id = v.session_id
      JOIN public.programmes_programme g ON g.id = v.programme_id
      JOIN public.companies_person p ON p.id = i.person_id
      LEFT JOIN public.programmes_feedback f ON f.session_id = v.session_id
           AND CASE WHEN v.is_anonymous THEN f.answer_key = key ELSE f.person_id = i.person_id END
     WHERE token <> '' AND i.token_hash = token;
END
"""
SEEN = """TABLE (
    invitation_id uuid, session_id uuid, programme_id uuid, is_anonymous boolean, is_open boolean,
    closes_at timestamptz, questions jsonb, title_ja text, title_en text, starts_at timestamptz, ends_at timestamptz,
    programme_ja text, programme_en text, person_ja text, person_en text, has_answered boolean,
    feedback_id uuid, answers jsonb, comment text, consent text, uses jsonb
)"""

# The door for answering. `said` is null where only the consent changes; that may be taken back at any time, and given
# while the survey is open. Every answer to an anonymous survey has all its rows written anew in an order drawn by lot:
# otherwise the system columns of PostgreSQL (xmin, ctid) would say which invitation was marked together with which answer.
ANSWER = """
DECLARE
    asked public.programmes_surveyinvitation%ROWTYPE;
    survey public.programmes_survey%ROWTYPE;
    mine public.programmes_feedback%ROWTYPE;
    has_mine boolean;
    is_open boolean;
    row_id uuid;
    wishes constant text[] := ARRAY['none', 'anonymous', 'company'];
BEGIN
    SELECT i.* INTO asked FROM public.programmes_surveyinvitation i WHERE token <> '' AND i.token_hash = token;
    IF NOT FOUND THEN
        RETURN 'unknown';
    END IF;
    SELECT v.* INTO survey FROM public.programmes_survey v WHERE v.id = asked.survey_id FOR UPDATE;
    is_open := survey.opened_at IS NOT NULL AND survey.closes_at > now();
    SELECT f.* INTO mine FROM public.programmes_feedback f
     WHERE f.session_id = survey.session_id
       AND CASE WHEN survey.is_anonymous THEN f.answer_key = key ELSE f.person_id = asked.person_id END;
    has_mine := FOUND;
    IF array_position(wishes, wish) IS NULL OR (survey.is_anonymous AND wish = 'company') THEN
        RETURN 'refused';
    END IF;
    IF NOT has_mine AND (said IS NULL OR (survey.is_anonymous AND asked.answered_on IS NOT NULL)) THEN
        RETURN 'unknown';
    END IF;
    IF NOT is_open AND (said IS NOT NULL OR array_position(wishes, wish) > array_position(wishes, mine.consent::text)) THEN
        RETURN 'closed';
    END IF;
    IF said IS NULL THEN
        UPDATE public.programmes_feedback f SET consent = wish, consent_changed_at = now(), updated_at = now()
         WHERE f.id = mine.id;
    ELSIF has_mine THEN
        UPDATE public.programmes_feedback f
           SET answers = said, language = tongue, consent = wish, updated_at = now(),
               consent_changed_at = CASE WHEN f.consent = wish THEN f.consent_changed_at ELSE now() END,
               -- A translation of other words would not be one.
               comment_ja = CASE WHEN tongue = 'ja' THEN words
                                 WHEN f.language = 'en' AND f.comment_en = words THEN f.comment_ja ELSE '' END,
               comment_en = CASE WHEN tongue = 'en' THEN words
                                 WHEN f.language = 'ja' AND f.comment_ja = words THEN f.comment_en ELSE '' END
         WHERE f.id = mine.id;
    ELSE
        INSERT INTO public.programmes_feedback (id, session_id, programme_id, company_id, person_id, comment_ja, comment_en,
                                                language, consent, answers, answer_key, created_at, updated_at)
        VALUES (gen_random_uuid(), survey.session_id, survey.programme_id,
                CASE WHEN NOT survey.is_anonymous THEN asked.company_id END,
                CASE WHEN NOT survey.is_anonymous THEN asked.person_id END,
                CASE WHEN tongue = 'en' THEN '' ELSE words END, CASE WHEN tongue = 'en' THEN words ELSE '' END,
                tongue, wish, said, CASE WHEN survey.is_anonymous THEN key END, now(), now());
    END IF;
    IF said IS NOT NULL THEN
        UPDATE public.programmes_surveyinvitation i
           SET answered_on = coalesce(i.answered_on, (now() AT TIME ZONE 'Asia/Tokyo')::date) WHERE i.id = asked.id;
    END IF;
    IF survey.is_anonymous THEN
        FOR row_id IN SELECT f.id FROM public.programmes_feedback f
                       WHERE f.session_id = survey.session_id AND f.company_id IS NULL ORDER BY random()
        LOOP
            UPDATE public.programmes_feedback f SET answers = f.answers WHERE f.id = row_id;
        END LOOP;
        FOR row_id IN SELECT i.id FROM public.programmes_surveyinvitation i
                       WHERE i.survey_id = survey.id ORDER BY random()
        LOOP
            UPDATE public.programmes_surveyinvitation i SET answered_on = i.answered_on WHERE i.id = row_id;
        END LOOP;
    END IF;
    RETURN 'kept';
END
"""

# The surveys that the person who is signed in was asked to answer; the rows themselves are the secretariat's.
OWN = """
BEGIN
    RETURN QUERY
    SELECT i.id, v.session_id, v.closes_at, i.answered_on
      FROM public.programmes_surveyinvitation i
      JOIN public.programmes_survey v ON v.id = i.survey_id
      JOIN public.companies_person p ON p.id = i.person_id
     WHERE p.user_id = app.uid() AND v.opened_at IS NOT NULL;
END
"""


class Migration(migrations.Migration):
    dependencies = [("programmes", "0007_door")]
    operations = [
        migrations.AddConstraint(
            model_name="feedback",
            constraint=models.CheckConstraint(
                condition=Q(company__isnull=False) | ~Q(consent=Consent.COMPANY),
                name="programmes_feedback_unnamed_without_company",
            ),
        ),
        migrations.RunSQL(
            READERS.format(select=AFTER, update=AFTER), READERS.format(select=f"{BEFORE} OR {UNNAMED}", update=BEFORE)
        ),
        migrations.RunSQL(TIMELESS, NOT_TIMELESS),
        migrations.RunSQL(PROMISE, NO_PROMISE),
        GrantToDefiner("SurveyInvitation", privileges="SELECT, UPDATE"),
        GrantToDefiner("Survey", privileges="SELECT, UPDATE"),
        GrantToDefiner("Feedback", privileges="SELECT, INSERT, UPDATE"),
        GrantToDefiner("QuoteUse"),
        GrantToDefiner("Session"),
        GrantToDefiner("Programme"),
        GrantToDefiner("companies.Person"),
        DefinerFunction("survey_by_token", arguments="token text, key text", returns=SEEN, body=LOOK),
        DefinerFunction(
            "answer_survey",
            arguments="token text, key text, said jsonb, words text, tongue text, wish text",
            returns="text",
            body=ANSWER,
            volatility="VOLATILE",
        ),
        DefinerFunction(
            "own_surveys",
            returns="TABLE (invitation_id uuid, session_id uuid, closes_at timestamptz, answered_on date)",
            body=OWN,
        ),
    ]

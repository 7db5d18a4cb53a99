-- The owner's role and the portal's database, unless they are there. Run by psql as the server's superuser, with the
-- password in the environment as OWNER_PASSWORD: by the embedded server at each start, in containers at the first one.
--
-- The owner is no superuser, but it makes databases (for tests) and roles, and it bypasses row-level security:
-- PostgreSQL lets only such a role give BYPASSRLS to another one, and migrations have to see every row.
\getenv owner_password OWNER_PASSWORD
SELECT format('CREATE ROLE portal_owner LOGIN NOSUPERUSER CREATEDB CREATEROLE BYPASSRLS PASSWORD %L', :'owner_password')
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal_owner')\gexec
SELECT 'CREATE DATABASE portal OWNER portal_owner'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'portal')\gexec

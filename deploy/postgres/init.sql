-- Runs once, when the server's data folder is empty: logins, databases and pgvector. What each login
-- may do is granted by the migrations.

\getenv owner_password BLACKLIGHT_OWNER_PASSWORD
\getenv app_password BLACKLIGHT_APP_PASSWORD
\getenv system_password BLACKLIGHT_SYSTEM_PASSWORD
\getenv inngest_password INNGEST_DATABASE_PASSWORD

CREATE ROLE blacklight_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE blacklight_app LOGIN PASSWORD :'app_password';
CREATE ROLE blacklight_system LOGIN PASSWORD :'system_password';
CREATE ROLE inngest LOGIN PASSWORD :'inngest_password';

CREATE DATABASE blacklight OWNER blacklight_owner;
CREATE DATABASE inngest OWNER inngest;

\connect blacklight
CREATE EXTENSION IF NOT EXISTS vector;

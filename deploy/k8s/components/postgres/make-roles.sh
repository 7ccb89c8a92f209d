#!/bin/sh
# Run once, by the image, when the data folder is empty: the three roles of Blacklight with their logins,
# its database, and one for the engine. What the roles may do is granted by the migrations.
set -eu
psql --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname=postgres \
  --set=owner="$OWNER_PASSWORD" --set=app="$APP_PASSWORD" --set=system="$SYSTEM_PASSWORD" \
  --set=engine="$ENGINE_PASSWORD" <<'SQL'
CREATE ROLE blacklight_owner LOGIN PASSWORD :'owner';
CREATE ROLE blacklight_app LOGIN PASSWORD :'app';
CREATE ROLE blacklight_system LOGIN PASSWORD :'system';
CREATE ROLE inngest LOGIN PASSWORD :'engine';
CREATE DATABASE blacklight OWNER blacklight_owner;
CREATE DATABASE inngest OWNER inngest;
\connect blacklight
CREATE EXTENSION vector;
SQL

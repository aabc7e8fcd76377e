#!/bin/bash
# Fills a database, saves it, brings it back under another name, and compares.
set -euo pipefail
export PGHOST=postgres PGUSER=postgres PGPASSWORD=bench
psql -q -v ON_ERROR_STOP=1 -c "create table kept as select n, md5(n::text) from generate_series(1, 20000) n"
pg_dump -Fc -f /backup/bench.dump postgres
pg_dump postgres | gzip >/backup/bench.sql.gz
createdb copy
pg_restore -d copy /backup/bench.dump
[ "$(psql -At -d copy -c 'select count(*), max(n) from kept')" = "20000|20000" ]
[ "$(zcat /backup/bench.sql.gz | grep -c '^20000')" = 1 ]
echo "20000 rows as expected"

"""Many clients over few sessions, transactions, its own console, and a refused password."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import psycopg2
from _common.judge import HOST, done, holds, port, refused, same, true


def session(name: str = "postgres", password: str = "lovelace"):
    made = psycopg2.connect(host=HOST, port=port(6432), user="ada", password=password, dbname=name)
    made.autocommit = True
    return made


crowd = [session() for _ in range(30)]
for number, one in enumerate(crowd):
    with one.cursor() as cursor:
        cursor.execute("select %s * 2", (number,))
        same(cursor.fetchall(), [(number * 2,)])
with crowd[0].cursor() as cursor:
    cursor.execute("drop table if exists bounced; create table bounced (n int)")
    cursor.execute("begin")
    cursor.execute("insert into bounced select generate_series(1, 5000)")
    cursor.execute("commit")
with crowd[1].cursor() as cursor:
    cursor.execute("select n from bounced order by n")
    same(len(cursor.fetchall()), 5000)
    refused(psycopg2.errors.SyntaxError, lambda: cursor.execute("selekt"))
    cursor.execute("drop table bounced")
for one in crowd:
    one.close()
console = session("pgbouncer")
with console.cursor() as cursor:
    cursor.execute("show pools")
    holds([row[0] for row in cursor.fetchall()], "postgres")
    cursor.execute("show stats")
    true(cursor.fetchall(), "stats")
    cursor.execute("show version")
    holds(cursor.fetchall()[0][0], "PgBouncer")
console.close()
refused(psycopg2.OperationalError, lambda: session(password="wrong"))
refused(psycopg2.OperationalError, lambda: session("missing"))
done()

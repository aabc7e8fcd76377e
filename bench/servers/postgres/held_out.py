"""What load.py does not use: other databases, large objects, JSON, cursors, notifications, sorting on disk, catalogues."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import select

import psycopg2
from _common.judge import HOST, done, holds, port, refused, same, true


def session(name: str = "postgres"):
    made = psycopg2.connect(host=HOST, port=port(5432), user="postgres", password="bench", dbname=name)
    made.autocommit = True
    return made


main = session()
cursor = main.cursor()
cursor.execute("drop database if exists shop")
cursor.execute("create database shop template template0 encoding 'UTF8'")
cursor.execute("drop role if exists clerk; create role clerk login password 'secret'")
shop = session("shop")
cursor = shop.cursor()


def rows(statement: str, *values: object) -> list[tuple[object, ...]]:
    cursor.execute(statement, values)
    return cursor.fetchall()


cursor.execute("create table doc (id int, body jsonb); create index on doc using gin (body)")
cursor.execute(
    "insert into doc select n, jsonb_build_object('n', n, 'tag', 't' || n % 10) from generate_series(1, 2000) n"
)
same(rows('select count(*) from doc where body @> \'{"tag": "t3"}\''), [(200,)])
same(rows("select to_tsvector('english', 'running dogs') @@ to_tsquery('dog & run')"), [(True,)])
shop.autocommit = False
large = shop.lobject(0, "wb")
large.write(b"large" * 10000)
number = large.oid
large.close()
shop.commit()
same(len(shop.lobject(number, "rb").read()), 50000)
shop.commit()
named = shop.cursor("walk")
named.execute("select n from generate_series(1, 3000) n")
same(len(named.fetchmany(2500)), 2500)
named.close()
shop.commit()
shop.autocommit = True
cursor.execute("set work_mem = '64kB'")
same(
    rows("select count(*) from (select n from generate_series(1, 60000) n order by md5(n::text) offset 10) s"),
    [(59990,)],
)
cursor.execute("listen news")
session("shop").cursor().execute("notify news, 'hello'")
true(select.select([shop], [], [], 5)[0], "a notification comes")
shop.poll()
same(shop.notifies.pop().payload, "hello")
cursor.execute("create materialized view tags as select body->>'tag' tag, count(*) from doc group by 1")
cursor.execute("refresh materialized view tags")
same(rows("select count(*) from tags"), [(10,)])
cursor.execute(
    "create temp table t as select * from doc; truncate t; alter table doc add column more text default 'x'; reindex table doc"
)
same(rows("select count(*) from t"), [(0,)])
holds(str(rows("explain analyze select * from doc where id = 5")), "Execution Time")
true(rows("select count(*) from pg_stat_activity")[0][0], "activity")
cursor.execute("prepare p(int) as select id from doc where id = $1")
same(rows("execute p(17)"), [(17,)])
same(rows("select pg_reload_conf()"), [(True,)])
clerk = psycopg2.connect(host=HOST, port=port(5432), user="clerk", password="secret", dbname="shop")
refused(psycopg2.errors.InsufficientPrivilege, lambda: clerk.cursor().execute("select * from doc"))
clerk.close()
refused(psycopg2.errors.QueryCanceled, lambda: cursor.execute("set statement_timeout = 50; select pg_sleep(5)"))
shop.close()
cursor = main.cursor()
cursor.execute("drop database shop with (force)")
same(rows("select count(*) from pg_database where datname = 'shop'"), [(0,)])
main.close()
done()

"""Tables, indexes, transactions, a bulk copy, joins, a function, parallel sessions, and refused statements."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import io
import time

import psycopg2
from _common.judge import HOST, done, port, refused, same


def session():
    """The port is open a moment before the server takes sessions."""
    end = time.monotonic() + 20
    while True:
        try:
            return psycopg2.connect(host=HOST, port=port(5432), user="postgres", password="bench", dbname="postgres")
        except psycopg2.OperationalError as error:
            if "starting up" not in str(error) or time.monotonic() > end:
                raise
            time.sleep(0.1)


one, two = session(), session()
one.autocommit = two.autocommit = True
cursor, other = one.cursor(), two.cursor()


def rows(statement: str, *values: object) -> list[tuple[object, ...]]:
    cursor.execute(statement, values)
    return cursor.fetchall()


same(rows("select 1 + 1"), [(2,)])
cursor.execute(
    "drop table if exists item; create table item (id serial primary key, name text unique, price numeric, at timestamptz default now())"
)
same(cursor.statusmessage, "CREATE TABLE")
for number in range(100):
    cursor.execute("insert into item (name, price) values (%s, %s)", (f"item {number}", number))
    same(cursor.rowcount, 1)
cursor.copy_expert(
    "copy item (name, price) from stdin csv", io.StringIO("".join(f"copied {n},{n}\n" for n in range(5000)))
)
same(cursor.rowcount, 5000)
cursor.execute("create index on item (price)")
same(rows("select count(*), sum(price) from item"), [(5100, 12502450)])
cursor.execute("analyze item")
same(
    rows("select a.name from item a join item b on a.price = b.price and b.name = %s and a.id <> b.id", "item 7"),
    [("copied 7",)],
)
cursor.execute("begin")
cursor.execute("update item set price = price + 1 where name = 'item 1'")
other.execute("select price from item where name = 'item 1'")
same(other.fetchall(), [(1,)], "not seen before the commit")
cursor.execute("rollback")
same(rows("select price from item where name = 'item 1'"), [(1,)])
refused(psycopg2.errors.UniqueViolation, lambda: cursor.execute("insert into item (name) values ('item 1')"))
refused(psycopg2.errors.SyntaxError, lambda: cursor.execute("selekt"))
cursor.execute("create or replace function twice(x int) returns int language plpgsql as 'begin return 2 * x; end'")
same(rows("select twice(21)"), [(42,)])
same(rows("select string_agg(name, ',' order by id) from item where id < 3"), [("item 0,item 1",)])
cursor.execute("delete from item where price > 50")
cursor.execute("vacuum item")
same(rows("select count(*) from item"), [(102,)])
cursor.execute("checkpoint")
refused(
    psycopg2.OperationalError,
    lambda: psycopg2.connect(host=HOST, port=port(5432), user="postgres", password="wrong", dbname="postgres"),
)
one.close()
two.close()
done()

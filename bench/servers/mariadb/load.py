"""Two engines, transactions, a thousand rows, joins, a view, a procedure, and refused statements."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import pymysql
from _common.judge import HOST, done, port, refused, same

link = pymysql.connect(host=HOST, port=port(3306), user="app", password="app", database="app", autocommit=True)
cursor = link.cursor()


def rows(statement: str, *values: object) -> tuple[tuple[object, ...], ...]:
    cursor.execute(statement, values)
    return cursor.fetchall()


same(rows("select 1 + 1"), ((2,),))
cursor.execute("drop table if exists item")
cursor.execute(
    "create table item (id int auto_increment primary key, name varchar(60) unique, price int) engine=innodb"
)
for number in range(100):
    same(cursor.execute("insert into item (name, price) values (%s, %s)", (f"item {number}", number)), 1)
same(
    cursor.executemany("insert into item (name, price) values (%s, %s)", [(f"many {n}", n) for n in range(1000)]), 1000
)
same(rows("select count(*), sum(price) from item")[0], (1100, 504450))
cursor.execute("create index by_price on item (price)")
same(
    rows("select a.name from item a join item b on a.price = b.price where b.name = %s and a.id <> b.id", "item 7"),
    (("many 7",),),
)
link.begin()
same(cursor.execute("delete from item where price < 50"), 100)
link.rollback()
same(rows("select count(*) from item"), ((1100,),))
cursor.execute("drop table if exists old")
cursor.execute("create table old (id int, body text) engine=aria")
same(cursor.execute("insert into old values (1, repeat('x', 50000))"), 1)
same(rows("select length(body) from old"), ((50000,),))
cursor.execute("create or replace view cheap as select * from item where price < 10")
same(rows("select count(*) from cheap"), ((20,),))
cursor.execute("create or replace procedure twice(in x int) select 2 * x")
cursor.callproc("twice", (21,))
same(cursor.fetchall(), ((42,),))
cursor.nextset()
refused(pymysql.err.IntegrityError, lambda: cursor.execute("insert into item (name) values ('item 1')"))
refused(pymysql.err.ProgrammingError, lambda: cursor.execute("selekt"))
refused(pymysql.err.OperationalError, lambda: cursor.execute("create database other"))
refused(pymysql.err.OperationalError, lambda: pymysql.connect(host=HOST, port=port(3306), user="app", password="wrong"))
same(cursor.execute("drop table old"), 0)
link.close()
done()

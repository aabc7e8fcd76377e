"""What load.py does not use: JSON, full text, temporary tables, sorting on disk, locks, altering, prepared statements."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import pymysql
from _common.judge import HOST, done, holds, port, refused, same, true

link = pymysql.connect(host=HOST, port=port(3306), user="app", password="app", database="app", autocommit=True)
cursor = link.cursor()


def rows(statement: str) -> tuple[tuple[object, ...], ...]:
    cursor.execute(statement)
    return cursor.fetchall()


cursor.execute("drop table if exists doc")
cursor.execute("create table doc (id int primary key, body json, words text, fulltext (words)) engine=innodb")
for number in range(50):
    same(
        cursor.execute("insert into doc values (%s, %s, %s)", (number, f'{{"n": {number}}}', f"word{number} common")), 1
    )
same(rows("select json_extract(body, '$.n') from doc where id = 7"), (("7",),))
same(rows("select count(*) from doc where match (words) against ('word9')"), ((1,),))
same(cursor.execute("update doc set words = concat(words, ' more') where id < 10"), 10)
cursor.execute("alter table doc add column extra varchar(10) default 'x', add index (extra)")
same(rows("select count(*) from doc where extra = 'x'"), ((50,),))
cursor.execute("create temporary table t engine=myisam as select seq from seq_1_to_50000")
cursor.execute("set sort_buffer_size = 32768")
same(len(rows("select seq from t order by md5(seq) limit 10")), 10)
cursor.execute("prepare p from 'select id from doc where id = ?'")
cursor.execute("set @x = 17")
same(rows("execute p using @x"), ((17,),))
cursor.execute("lock tables doc write")
cursor.execute("unlock tables")
same(rows("select get_lock('name', 1)"), ((1,),))
same(rows("check table doc")[0][3], "OK")
holds(str(rows("optimize table doc")), "OK")
holds(str(rows("explain select * from doc where id = 1")), "const")
true(rows("show global status like 'Uptime'"), "status")
refused(pymysql.err.OperationalError, lambda: rows("set statement max_statement_time=0.05 for select sleep(5)"))
cursor.execute("truncate doc")
same(rows("select count(*) from doc"), ((0,),))
cursor.execute("drop table doc")
link.close()
done()

"""A directory: adding, searching with filters, changing, renaming, comparing, removing, passwords, and refusals."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from _common.judge import HOST, done, holds, port, same, true
from ldap3 import ALL, BASE, MODIFY_ADD, MODIFY_REPLACE, SUBTREE, Connection, Server

server = Server(HOST, port(389), get_info=ALL, connect_timeout=10)
admin = Connection(server, "cn=admin,dc=example,dc=test", "bench")
true(admin.bind(), "the administrator may bind")
holds(str(server.info.naming_contexts), "dc=example,dc=test")
people = "ou=people,dc=example,dc=test"
true(admin.add(people, "organizationalUnit"), admin.result)
for number in range(50):
    who = {
        "sn": f"Person{number}",
        "cn": f"Person {number}",
        "mail": f"p{number}@example.test",
        "userPassword": f"secret{number}",
    }
    true(admin.add(f"uid=p{number},{people}", "inetOrgPerson", who), admin.result)
true(admin.search(people, "(&(objectClass=inetOrgPerson)(mail=p1*))", SUBTREE, attributes=["mail"]), "search")
same(len(admin.entries), 11)
true(
    admin.modify(
        f"uid=p7,{people}",
        {"mail": [(MODIFY_REPLACE, ["new@example.test"])], "description": [(MODIFY_ADD, ["d" * 5000])]},
    ),
    admin.result,
)
true(admin.search(f"uid=p7,{people}", "(objectClass=*)", BASE, attributes=["mail"]), "read")
same(str(admin.entries[0].mail), "new@example.test")
true(admin.compare(f"uid=p7,{people}", "sn", "Person7"), "compare")
true(admin.modify_dn(f"uid=p8,{people}", "uid=moved"), admin.result)
true(not admin.search(f"uid=p8,{people}", "(objectClass=*)", BASE), "it is gone")
same(admin.result["description"], "noSuchObject")
user = Connection(server, f"uid=p9,{people}", "secret9")
true(user.bind(), "a person may bind")
true(not user.delete(f"uid=p7,{people}"), "and may not remove others")
same(user.result["description"], "insufficientAccessRights")
same(user.extend.standard.who_am_i(), f"dn:uid=p9,{people}")
true(not Connection(server, f"uid=p9,{people}", "wrong").bind(), "a wrong password is refused")
true(not admin.add(people, "organizationalUnit"), "twice is refused")
true(admin.search(people, "(objectClass=inetOrgPerson)", SUBTREE), "all")
for entry in admin.entries:
    true(admin.delete(entry.entry_dn), admin.result)
true(admin.delete(people), admin.result)
done()

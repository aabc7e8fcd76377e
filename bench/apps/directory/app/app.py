"""People who are added to a directory and sign in by it."""

from pathlib import Path

from flask import Flask, jsonify, request
from ldap3 import Connection, Server
from ldap3.core.exceptions import LDAPException

app = Flask(__name__)
server = Server("ldap", 389, connect_timeout=5)
PEOPLE = "ou=people,dc=example,dc=test"


def admin():
    return Connection(
        server, "cn=admin,dc=example,dc=test", Path("/run/secrets/admin_password").read_text().strip(), auto_bind=True
    )


@app.errorhandler(LDAPException)
def away(error):
    return str(error), 503


@app.get("/health")
def health():
    with admin() as link:
        link.add(PEOPLE, "organizationalUnit")
    return jsonify(ok=True)


@app.post("/people/<name>")
def add(name):
    with admin() as link:
        fields = {"sn": name, "cn": name, "userPassword": request.get_data(as_text=True)}
        return "", 201 if link.add(f"uid={name},{PEOPLE}", "inetOrgPerson", fields) else 409


@app.delete("/people/<name>")
def remove(name):
    with admin() as link:
        return "", 204 if link.delete(f"uid={name},{PEOPLE}") else 404


@app.post("/login/<name>")
def login(name):
    link = Connection(server, f"uid={name},{PEOPLE}", request.get_data(as_text=True))
    return "", 200 if link.bind() else 401

#!/bin/bash
# Makes the database the first time, then becomes the server.
set -e
if [ ! -d /var/lib/mysql/mysql ]; then
    chown mysql:mysql /var/lib/mysql
    mariadb-install-db --user=mysql --datadir=/var/lib/mysql --skip-test-db >/dev/null
    mariadbd --user=mysql --bootstrap <<SQL
FLUSH PRIVILEGES;
CREATE DATABASE app;
CREATE USER app@'%' IDENTIFIED BY 'app';
GRANT ALL ON app.* TO app@'%';
SQL
fi
exec "$@"

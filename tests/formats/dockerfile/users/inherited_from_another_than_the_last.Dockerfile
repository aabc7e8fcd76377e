FROM alpine:3.20 AS a
USER one
FROM alpine:3.20 AS b
USER two
FROM a

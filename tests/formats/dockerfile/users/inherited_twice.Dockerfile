FROM alpine:3.20 AS one
USER 1234
FROM one AS two
FROM two AS three

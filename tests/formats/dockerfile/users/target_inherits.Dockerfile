FROM alpine:3.20 AS base
USER base
FROM base AS test
FROM alpine:3.20
USER last
# build: --target=test

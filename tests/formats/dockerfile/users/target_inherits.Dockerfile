FROM alpine:3.20 AS base
USER base
FROM base AS test
ENV A=1
FROM alpine:3.20
USER last
# build: --target=test

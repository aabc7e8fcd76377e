FROM alpine:3.20 AS builder
USER build
FROM alpine:3.20 AS runtime
USER run
# build: --target=builder

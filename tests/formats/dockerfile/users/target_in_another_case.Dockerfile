FROM alpine:3.20 AS Builder
USER build
FROM alpine:3.20 AS runtime
USER run
# build: --target=BUILDER

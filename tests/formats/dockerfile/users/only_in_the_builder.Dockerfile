FROM alpine:3.20 AS builder
USER app
FROM alpine:3.20
COPY --from=builder /etc/passwd /

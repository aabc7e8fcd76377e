FROM alpine:3.20
USER first
USER second

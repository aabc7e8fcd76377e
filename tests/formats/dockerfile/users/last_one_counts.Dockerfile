FROM alpine:3.20
USER first
ENV A=1
USER second

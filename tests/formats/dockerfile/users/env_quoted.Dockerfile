FROM alpine:3.20
ENV A="app" B='staff'
USER ${A}:${B}

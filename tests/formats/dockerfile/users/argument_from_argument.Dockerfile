ARG A=app
ARG B=${A}-user
FROM alpine:3.20
ARG B
USER $B

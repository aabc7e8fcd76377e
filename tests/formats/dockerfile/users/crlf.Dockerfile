FROM alpine:3.20
ENV A=app
USER $A

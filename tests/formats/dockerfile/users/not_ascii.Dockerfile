FROM alpine:3.20
ENV A=jürgen
USER $A

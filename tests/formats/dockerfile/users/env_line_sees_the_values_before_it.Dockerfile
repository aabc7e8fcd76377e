FROM alpine:3.20
ENV A=one
ENV A=two B=$A
USER $B

FROM alpine:3.20 AS other
ENV A=one
FROM scratch
USER ${A:-none}

ARG KIND=prod
FROM alpine:3.20 AS base-dev
USER dev
FROM alpine:3.20 AS base-prod
USER prod
FROM base-${KIND}

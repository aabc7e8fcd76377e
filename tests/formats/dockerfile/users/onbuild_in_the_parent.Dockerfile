FROM alpine:3.20 AS base
ONBUILD USER triggered
USER parent
FROM base

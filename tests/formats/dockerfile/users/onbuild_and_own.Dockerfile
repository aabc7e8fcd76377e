FROM alpine:3.20 AS base
ONBUILD USER triggered
FROM base
USER own

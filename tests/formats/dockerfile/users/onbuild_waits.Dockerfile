FROM alpine:3.20
USER own
ONBUILD USER triggered

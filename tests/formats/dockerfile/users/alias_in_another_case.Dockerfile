FROM alpine:3.20 AS Base
USER app
FROM BASE

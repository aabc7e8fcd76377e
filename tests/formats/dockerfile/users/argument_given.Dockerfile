FROM alpine:3.20
ARG APP_USER=app
USER ${APP_USER}
# build: APP_USER=given

FROM alpine:3.20
USER \
  # the one of the package

  app

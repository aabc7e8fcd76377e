FROM alpine:3.20
# escape=`
USER one\
two

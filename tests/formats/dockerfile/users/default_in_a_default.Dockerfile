FROM scratch
ARG B=inner
USER ${A:-${B:-x}}

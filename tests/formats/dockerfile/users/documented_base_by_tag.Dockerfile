FROM gcr.io/distroless/static:nonroot
ENV A=1

FROM gcr.io/distroless/static:nonroot

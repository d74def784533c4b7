# An image with the binary and the CA certificates only: no shell, and an unprivileged user.
#
#   docker build --tag portolan .
#   docker run --rm --user "$(id -u):$(id -g)" --volume "$PWD:/repository" portolan lint
#
# `--user` is required: like Git, portolan does not read a repository that another user owns.
FROM rust:1.95-alpine AS build
RUN apk add --no-cache ca-certificates gcc make musl-dev
WORKDIR /source
COPY Cargo.toml Cargo.lock ./
COPY benches benches
COPY completions completions
COPY schemas schemas
COPY src src
COPY testdata/rules testdata/rules
RUN cargo build --profile dist --locked --bin portolan

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /source/target/dist/portolan /usr/local/bin/portolan
USER 65532:65532
WORKDIR /repository
ENTRYPOINT ["/usr/local/bin/portolan"]
CMD ["--help"]

# The binary and the certificates that it trusts, and nothing else: no shell, no user but one without rights.
#
#   docker build --tag portolan .
#   docker run --rm --user "$(id -u):$(id -g)" --volume "$PWD:/repository" portolan lint
#
# `--user` makes you the owner of the repository for portolan too: Git, and so portolan, reads no one else's.
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

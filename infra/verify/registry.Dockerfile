# Distribution's registry as its own image lays it out, where docker.io cannot be pulled from.
FROM debian:trixie-slim
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends docker-registry wget ca-certificates >/dev/null && rm -rf /var/lib/apt/lists/* \
 && ln -s "$(command -v docker-registry)" /usr/local/bin/registry && mkdir -p /etc/distribution \
 && printf 'version: 0.1\nstorage: {filesystem: {rootdirectory: /var/lib/registry}}\nhttp: {addr: ":5000"}\n' >/etc/distribution/config.yml
VOLUME /var/lib/registry
ENTRYPOINT ["registry"]
CMD ["serve", "/etc/distribution/config.yml"]

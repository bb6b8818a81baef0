# An authority for proofs: pebble speaks ACME as Let's Encrypt does.
FROM debian:trixie-slim
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends pebble >/dev/null && rm -rf /var/lib/apt/lists/*

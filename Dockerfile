# docker build --target sfu -t REGISTRY/sfu:TAG .
# docker build --target operator -t REGISTRY/operator:TAG .
FROM node:26-slim AS base
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm install --omit=dev --ignore-scripts
COPY crds crds
COPY tracing tracing

FROM base AS sfu
COPY server server
COPY docs/examples/rooms.yaml /tmp/rooms.yaml
# Compiles the code once, here and as the user of the pods, whose root is read-only: a cache is its user's own. Without it
# each of a pod's threads needs 18 MB more. What is loaded when it is first needed is compiled by itself: for the
# first JSON Web Token, for traces; and what threads run that only send, though it refuses to run outside
# of one.
RUN install -d -o 1000 node_modules/.cache/node
USER 1000
RUN timeout --signal=INT 5 node server/main.ts /tmp/rooms.yaml; test -n "$(ls -A node_modules/.cache/node)"
RUN for lazy in server/access/jwt.ts tracing/opentelemetry.ts; do \
      NODE_COMPILE_CACHE=node_modules/.cache/node node $lazy || exit 1; done
RUN ! NODE_COMPILE_CACHE=node_modules/.cache/node node server/media/egress/egress-worker.ts
CMD ["node", "server/main.ts"]

FROM base AS operator
COPY operator operator
RUN install -d -o 1000 node_modules/.cache/node
USER 1000
ENV NODE_COMPILE_CACHE=node_modules/.cache/node
RUN node operator/main.ts --help; test -n "$(ls -A node_modules/.cache/node)"
CMD ["node", "--max-semi-space-size=16", "--heap-growing-percent=40", "operator/main.ts"]

# docker build --target sfu -t REGISTRY/sfu:TAG .
# docker build --target operator -t REGISTRY/operator:TAG .
FROM node:26-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts

FROM node:26-slim AS base
WORKDIR /app
COPY package.json ./
COPY crds crds
USER 1000

FROM base AS sfu
COPY --from=dependencies /app/node_modules node_modules
COPY server server
CMD ["node", "server/main.ts"]

FROM base AS operator
COPY --from=dependencies /app/node_modules node_modules
COPY operator operator
CMD ["node", "operator/main.ts"]

/** What a cluster's owners set up against objects in a namespace. */

const api = 'admissionregistration.k8s.io/v1';
const within = (namespace: string) => ({ matchLabels: { 'kubernetes.io/metadata.name': namespace } });
const making = (resource: string) => [
  { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: [resource] },
];

/** A policy by which nobody may make such objects, and its binding to the namespace. */
export const policyAgainst = (resource: string, namespace: string, message: string) => [
  {
    apiVersion: api,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: `no-${resource}` },
    spec: {
      matchConstraints: { resourceRules: making(resource) },
      validations: [{ expression: 'false', message }],
    },
  },
  {
    apiVersion: api,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: `no-${resource}` },
    spec: {
      policyName: `no-${resource}`,
      validationActions: ['Deny'],
      matchResources: { namespaceSelector: within(namespace) },
    },
  },
];

/** A webhook that has to be asked about such objects in the namespace, and where nobody listens. */
export const webhookAway = (resource: string, namespace: string) => ({
  apiVersion: api,
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name: 'away' },
  webhooks: [
    {
      name: 'away.example.com',
      clientConfig: { url: 'https://127.0.0.1:9/' },
      rules: making(resource),
      namespaceSelector: within(namespace),
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
    },
  ],
});

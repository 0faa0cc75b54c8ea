import { readFile } from 'node:fs/promises';
import { parseAllDocuments } from 'yaml';
import type { KubeClient } from '#operator/cluster/client/client.ts';

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** One verb for one resource. */
export interface Grant {
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
}

const name = 'liveroom-operator';
const rolesPath = '/apis/rbac.authorization.k8s.io/v1/clusterroles';
export const account = 'system:serviceaccount:liveroom-system:liveroom-operator';

/** The rules of the operator's ClusterRole as it is installed. */
export async function installedRules(): Promise<readonly Rule[]> {
  const documents = parseAllDocuments(await readFile('install.yaml', 'utf8')).map((document) => document.toJS());
  const role = documents.find((object) => object?.kind === 'ClusterRole' && object.metadata.name === name);
  return role.rules;
}

export const grantsOf = (rules: readonly Rule[]): readonly Grant[] =>
  rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => ({ group, resource, verb })))),
  );

/** As the API server and our conditions name it: `create pods`, `patch liverooms/status`. */
export const nameOfGrant = ({ resource, verb }: Grant): string => `${verb} ${resource}`;

/** The account's rights, which can be taken away one by one. */
export interface Rights {
  /** Resolves when the API server acts by it. */
  withhold(grant: Grant): Promise<void>;
  restore(): Promise<void>;
}

export async function rights(client: KubeClient, grants: readonly Grant[]): Promise<Rights> {
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name } };
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name };
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: account }];
  const write = (given: readonly Grant[]) =>
    client.request('PATCH', `${rolesPath}/${name}`, {
      query: { fieldManager: 'test', force: true },
      contentType: 'application/apply-patch+yaml',
      body: {
        ...rbac,
        kind: 'ClusterRole',
        rules: given.map(({ group, resource, verb }) => ({ apiGroups: [group], resources: [resource], verbs: [verb] })),
      },
    });
  const isAllowed = async ({ group, resource, verb }: Grant): Promise<boolean> => {
    const [plural, subresource] = resource.split('/');
    const attributes = { group, resource: plural, verb, ...(subresource && { subresource }) };
    const body = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user: account, resourceAttributes: attributes },
    };
    const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
    const { status } = await client.request<{ status: { allowed: boolean } }>('POST', path, { body });
    return status.allowed;
  };
  const become = async (all: readonly Grant[], isWanted: boolean) => {
    for (let tries = 0; tries < 1_000; tries++) {
      const allowed = await Promise.all(all.map(isAllowed));
      if (allowed.every((one) => one === isWanted)) return;
    }
    throw new Error('the API server does not act by the role');
  };
  let withheld: Grant | undefined;

  await write(grants);
  await client.request('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    body: { ...rbac, kind: 'ClusterRoleBinding', roleRef, subjects },
  });
  await become(grants, true);
  return {
    async withhold(grant) {
      withheld = grant;
      await write(grants.filter((other) => other !== grant));
      await become([grant], false);
    },
    async restore() {
      await write(grants);
      if (withheld !== undefined) await become([withheld], true);
      withheld = undefined;
    },
  };
}

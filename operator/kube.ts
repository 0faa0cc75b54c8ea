/** The Kubernetes objects that we read or write, as far as we do. Plain data, as the API server sends it. */

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly finalizers?: readonly string[];
}

export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** Conditions of Kubernetes' own objects. */
export interface ObjectCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

export interface ContainerStatus {
  readonly name: string;
  readonly restartCount: number;
  readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
  readonly lastState?: { readonly terminated?: { readonly exitCode: number; readonly reason?: string } };
}

export interface Pod extends KubeObject {
  readonly spec: {
    readonly nodeName?: string;
    readonly containers: readonly {
      readonly name: string;
      readonly image?: string;
      readonly ports?: readonly { readonly name?: string; readonly hostPort?: number }[];
    }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly podIP?: string;
    /** One of each IP family that the pod has, the one above first. */
    readonly podIPs?: readonly { readonly ip: string }[];
    readonly conditions?: readonly ObjectCondition[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

export interface Service extends KubeObject {
  readonly spec: {
    readonly selector?: Readonly<Record<string, string>>;
    readonly loadBalancerClass?: string;
    readonly ports?: readonly { readonly name?: string; readonly nodePort?: number }[];
  };
  readonly status?: {
    readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[] };
  };
}

export interface Node extends KubeObject {
  readonly spec?: {
    /** Cordoned: no pod is placed on it any more. */
    readonly unschedulable?: boolean;
    readonly taints?: readonly Taint[];
  };
  readonly status?: { readonly addresses?: readonly { readonly type: string; readonly address: string }[] };
}

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
}

export interface Namespace extends KubeObject {
  readonly status?: { readonly phase?: string };
}

export interface Ingress extends KubeObject {
  readonly kind: 'Ingress';
  readonly spec?: { readonly ingressClassName?: string };
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly object[] } };
}

/** Of the Gateway API. */
export interface HTTPRoute extends KubeObject {
  readonly kind: 'HTTPRoute';
  readonly status?: {
    readonly parents?: readonly {
      readonly parentRef: { readonly name: string; readonly namespace?: string; readonly sectionName?: string };
      readonly conditions?: readonly ObjectCondition[];
    }[];
  };
}

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/** Kinds of the Prometheus Operator that read ServiceMonitors, PrometheusRules, or both. */
export const prometheusKinds = {
  Prometheus: { kind: 'Prometheus', apiVersion: 'monitoring.coreos.com/v1' },
  PrometheusAgent: { kind: 'PrometheusAgent', apiVersion: 'monitoring.coreos.com/v1alpha1' },
  ThanosRuler: { kind: 'ThanosRuler', apiVersion: 'monitoring.coreos.com/v1' },
} as const;

/** One of them, as far as it says which it reads. */
export interface Prometheus extends KubeObject {
  readonly kind: keyof typeof prometheusKinds;
  readonly spec: {
    readonly serviceMonitorSelector?: LabelSelector;
    readonly serviceMonitorNamespaceSelector?: LabelSelector;
    readonly ruleSelector?: LabelSelector;
    readonly ruleNamespaceSelector?: LabelSelector;
  };
}

/** A ServiceMonitor or a PrometheusRule, and what the Prometheus Operator says of it, if it does. */
export interface MonitoringObject extends KubeObject {
  readonly status?: {
    readonly bindings?: readonly {
      /** Plural name of the kind. */
      readonly resource: string;
      readonly namespace: string;
      readonly name: string;
      readonly conditions?: readonly ObjectCondition[];
    }[];
  };
}

export interface Secret extends KubeObject {
  /** Values in base64. */
  readonly data?: Readonly<Record<string, string>>;
}

/** The one owner that manages an object, if there is one. */
export const controllerOf = (object: KubeObject): OwnerReference | undefined =>
  object.metadata.ownerReferences?.find((owner) => owner.controller === true);

/** Whether the object is managed by the owner with this UID. */
export const isControlledBy = (object: KubeObject, uid: string): boolean => controllerOf(object)?.uid === uid;

export const isBeingDeleted = (object: KubeObject): boolean => object.metadata.deletionTimestamp !== undefined;

export const isReady = (pod: Pod): boolean =>
  pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;

/** resourceVersions are decimal numbers that grow over all objects of a kind. */
export const versionOf = (object: KubeObject): bigint => BigInt(object.metadata.resourceVersion ?? 0);

// What a site used in a span of time, added up; the shape of `usage --json`, and of usage records in the journal.

export interface ClusterUsage {
  readonly vcpuHours: number;
  readonly memoryGibHours: number;
  readonly podHours: number;
}

export interface UsageSum {
  /** RFC 3339. */
  readonly from: string;
  readonly to: string;
  /** Seconds of it in which somebody looked; what was used in the others is not known, and not counted. */
  readonly seconds: number;
  readonly clusters: Readonly<Record<string, ClusterUsage>>;
  readonly site: { readonly imageGibHours: number };
}

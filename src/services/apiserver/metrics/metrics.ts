// Counts what the server does, and shows it in the text form that Prometheus reads.
// Source: Kubernetes documentation, "Kubernetes Metrics Reference"; Prometheus exposition format 0.0.4.

export interface RequestObserved {
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly code: number;
  readonly seconds: number;
}

/** A number that is read when somebody asks. */
export interface Gauge {
  readonly name: string;
  readonly help: string;
  /** Label text such as `resource="pods"`, and the number. */
  read(): Iterable<readonly [labels: string, value: number]>;
}

export interface ServerMetrics {
  requestBegan(): void;
  /** Once for each that began. */
  requestEnded(request: RequestObserved): void;
  text(): string;
}

/** Upper ends of the classes of request durations, in seconds. */
const BUCKETS: readonly number[] = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60];

interface Durations {
  readonly buckets: number[];
  count: number;
  sum: number;
}

function labelsOf({ group, version, resource, subresource, verb }: RequestObserved): string {
  const scope = subresource ? `subresource="${subresource}",` : '';
  return `${scope}group="${group}",resource="${resource}",verb="${verb.toUpperCase()}",version="${version}"`;
}

function observe(durations: Durations, seconds: number): void {
  const at = BUCKETS.findIndex((end) => seconds <= end);
  if (at >= 0) durations.buckets[at] = (durations.buckets[at] ?? 0) + 1;
  durations.count++;
  durations.sum += seconds;
}

function durationLines(name: string, labels: string, { buckets, count, sum }: Durations): string[] {
  let below = 0;
  const lines = BUCKETS.map((end, i) => {
    below += buckets[i] ?? 0;
    return `${name}_bucket{${labels},le="${end}"} ${below}`;
  });
  return [
    ...lines,
    `${name}_bucket{${labels},le="+Inf"} ${count}`,
    `${name}_sum{${labels}} ${sum}`,
    `${name}_count{${labels}} ${count}`,
  ];
}

export function makeServerMetrics(gauges: readonly Gauge[]): ServerMetrics {
  const totals = new Map<string, number>();
  const durations = new Map<string, Durations>();
  let inFlight = 0;
  return {
    requestBegan: () => {
      inFlight++;
    },
    requestEnded(request) {
      inFlight--;
      const labels = labelsOf(request);
      const total = `code="${request.code}",${labels}`;
      totals.set(total, (totals.get(total) ?? 0) + 1);
      // How long a watch lives says nothing about the server.
      if (request.verb === 'watch') return;
      let own = durations.get(labels);
      if (!own) {
        own = { buckets: [], count: 0, sum: 0 };
        durations.set(labels, own);
      }
      observe(own, request.seconds);
    },
    text() {
      const lines = [
        '# HELP apiserver_request_total Requests answered.',
        '# TYPE apiserver_request_total counter',
        ...[...totals].map(([labels, count]) => `apiserver_request_total{${labels}} ${count}`),
        '# HELP apiserver_request_duration_seconds Time from a request to its answer.',
        '# TYPE apiserver_request_duration_seconds histogram',
        ...[...durations].flatMap(([labels, own]) => durationLines('apiserver_request_duration_seconds', labels, own)),
        '# HELP apiserver_current_inflight_requests Requests under way.',
        '# TYPE apiserver_current_inflight_requests gauge',
        `apiserver_current_inflight_requests ${inFlight}`,
      ];
      for (const { name, help, read } of gauges) {
        lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} gauge`);
        for (const [labels, value] of read()) lines.push(labels ? `${name}{${labels}} ${value}` : `${name} ${value}`);
      }
      return `${lines.join('\n')}\n`;
    },
  };
}

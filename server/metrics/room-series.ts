interface Removable {
  remove(labels: Readonly<Record<string, string>>): void;
}

/** A histogram, or a counter. */
type Beginnable<Labels> = Removable & ({ zero(labels: Labels): void } | { inc(labels: Labels, by: number): void });

interface RoomLabels extends Readonly<Record<string, string>> {
  readonly room: string;
}

/** Which series name which room, so that they can go with it: prom-client takes them away only one by one. */
export interface RoomSeries {
  /** To be called with the labels of each series that is written to. Gives the labels back. */
  note<Labels extends RoomLabels>(metric: Removable, labels: Labels): Labels;
  /** Begins a metric's series of a room at zero, those that are not there. Costs next to nothing when called again. */
  begin<Labels extends RoomLabels>(metric: Beginnable<Labels>, room: string, series: () => readonly Labels[]): void;
  /** Takes away what names a room other than these. Series without a room stay. */
  keepOnly(rooms: ReadonlySet<string>): void;
}

export function roomSeries(): RoomSeries {
  const byRoom = new Map<string, Map<object, Map<string, () => void>>>();
  const begun = new WeakSet<object>();
  const seriesOf = (metric: object, room: string) => {
    const metrics = byRoom.get(room) ?? new Map<object, Map<string, () => void>>();
    byRoom.set(room, metrics);
    const series = metrics.get(metric) ?? new Map<string, () => void>();
    metrics.set(metric, series);
    return series;
  };
  const nameOf = (labels: RoomLabels) => Object.values(labels).join();
  const note: RoomSeries['note'] = (metric, labels) => {
    if (labels.room !== '') seriesOf(metric, labels.room).set(nameOf(labels), () => metric.remove(labels));
    return labels;
  };
  return {
    note,
    begin: (metric, room, series) => {
      const known = seriesOf(metric, room);
      if (begun.has(known)) return;
      begun.add(known);
      for (const labels of series().filter((labels) => !known.has(nameOf(labels)))) {
        note(metric, labels);
        if ('zero' in metric) metric.zero(labels);
        else metric.inc(labels, 0);
      }
    },
    keepOnly: (rooms) => {
      for (const [room, metrics] of [...byRoom].filter(([name]) => !rooms.has(name))) {
        byRoom.delete(room);
        for (const series of metrics.values()) for (const remove of series.values()) remove();
      }
    },
  };
}

/** A room's label is its name alone: the namespace is a label of the scrape's target. `room` is `namespace/name`. */
export const roomLabel = (room: string) => room.slice(room.indexOf('/') + 1);

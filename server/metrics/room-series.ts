interface Removable {
  remove(labels: Readonly<Record<string, string>>): void;
}

interface RoomLabels extends Readonly<Record<string, string>> {
  readonly room: string;
}

/** Which series name which room, so that they can go with it: prom-client takes them away only one by one. */
export interface RoomSeries {
  /** To be called with the labels of each series that is written to. Gives the labels back. */
  note<Labels extends RoomLabels>(metric: Removable, labels: Labels): Labels;
  /** Takes away what names a room other than these. Series without a room stay. */
  keepOnly(rooms: ReadonlySet<string>): void;
}

export function roomSeries(): RoomSeries {
  const byRoom = new Map<string, Map<object, Map<string, () => void>>>();
  return {
    note: (metric, labels) => {
      if (labels.room === '') return labels;
      const metrics = byRoom.get(labels.room) ?? new Map<object, Map<string, () => void>>();
      byRoom.set(labels.room, metrics);
      const series = metrics.get(metric) ?? new Map<string, () => void>();
      metrics.set(metric, series);
      series.set(Object.values(labels).join(), () => metric.remove(labels));
      return labels;
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

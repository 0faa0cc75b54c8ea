import type { LiveRoom } from '#crds/liveroom.ts';

/**
 * What follows from a room's namespace, name and spec and from nothing else, kept for as long as that spec is there. Each
 * status that is written makes another room, but one with the same spec (cluster/cache/room-cache.ts).
 */
export function oncePerSpec<Value>(make: (room: LiveRoom) => Value): (room: LiveRoom) => Value {
  const made = new WeakMap<LiveRoom['spec'], { readonly of: string; readonly value: Value }>();
  return (room) => {
    const of = `${room.metadata.namespace}/${room.metadata.name}`;
    const known = made.get(room.spec);
    if (known?.of === of) return known.value;
    const value = make(room);
    made.set(room.spec, { of, value });
    return value;
  };
}

import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock, IdSource } from "#core/contract/clock.ts";

export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(milliseconds, signal) {
    await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
  },
};

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** ULIDs: 10 characters of time, 16 random ones; they sort by the millisecond of their making. */
export function createUlidSource(clock: Clock): IdSource {
  return {
    next(prefix) {
      let time = clock.now();
      let text = "";
      for (let index = 0; index < 10; index += 1) {
        text = `${ALPHABET[time % 32]}${text}`;
        time = Math.floor(time / 32);
      }
      for (const byte of randomBytes(16)) text += ALPHABET[byte % 32];
      return `${prefix}_${text}`;
    },
  };
}

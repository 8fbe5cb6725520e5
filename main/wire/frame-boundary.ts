/** Follows the frames of a WebSocket in bytes that pass by, so that a close frame can be put between two of them. Pure. */

export interface FrameBoundary {
  /** Takes the next bytes of the stream. */
  pass(bytes: Buffer): void;
  /** Whether the stream stands between two frames (RFC 6455 §5.4: a control frame may stand between fragments). */
  readonly between: boolean;
  /** Whether a close frame has begun: nothing may follow it. */
  readonly closed: boolean;
}

/** For one direction of a connection after its handshake. */
export function createFrameBoundary(): FrameBoundary {
  /** Bytes of the present frame's body that are still to come. */
  let left = 0;
  const head = Buffer.alloc(14);
  let held = 0;
  let closed = false;

  /** Length of a head whose first bytes are known, or 0 while they are not. */
  function headLength(): number {
    if (held < 2) return 0;
    const second = head[1] ?? 0;
    const extended = (second & 0x7f) === 126 ? 2 : (second & 0x7f) === 127 ? 8 : 0;
    return 2 + extended + ((second & 0x80) === 0 ? 0 : 4);
  }

  function bodyLength(): number {
    const short = (head[1] ?? 0) & 0x7f;
    if (short < 126) return short;
    return short === 126 ? head.readUInt16BE(2) : Number(head.readBigUInt64BE(2));
  }

  return {
    get between() {
      return left === 0 && held === 0;
    },
    get closed() {
      return closed;
    },
    pass(bytes) {
      let at = 0;
      while (at < bytes.length) {
        if (left > 0) {
          const step = Math.min(left, bytes.length - at);
          left -= step;
          at += step;
          continue;
        }
        head[held] = bytes[at] ?? 0;
        held += 1;
        at += 1;
        if (held !== headLength()) continue;
        if (((head[0] ?? 0) & 0x0f) === 8) closed = true;
        left = bodyLength();
        held = 0;
      }
    },
  };
}

/** A close frame as a server sends it (RFC 6455 §5.5.1): at most 123 bytes of reason. */
export function closeFrame(code: number, reason: string): Buffer {
  const text = Buffer.from(reason).subarray(0, 120);
  const frame = Buffer.alloc(4 + text.length);
  frame[0] = 0x88;
  frame[1] = 2 + text.length;
  frame.writeUInt16BE(code, 2);
  text.copy(frame, 4);
  return frame;
}

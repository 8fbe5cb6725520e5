/** Sends to one WebSocket within a bound: whether there is room, and the moment when there is again. */
/** Bytes that may wait in a socket before its cursor stops: about what loopback takes in one turn. */
const HIGH_WATER_BYTES = 512 * 1024;

/** What sending needs of a socket. */
export interface FrameSocket {
  readonly OPEN: number;
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(frame: Buffer | string, options: { binary: boolean }, sent: () => void): void;
}

export interface SocketRoom {
  room(): boolean;
  /** `done` is called when the bytes are needed no longer, whether they were written or the socket was lost. */
  send(frame: Buffer | string, done?: () => void): void;
  /** Writes what is sent in between with one system call. */
  together(send: () => void): void;
}

/** The connection under the socket. */
export interface Corkable {
  cork(): void;
  uncork(): void;
}

/** `drained` is called when a full socket has room again. */
export function socketRoom(socket: FrameSocket, drained: () => void, stream?: Corkable): SocketRoom {
  let full = false;
  const sent = () => {
    if (!full || socket.bufferedAmount >= HIGH_WATER_BYTES / 2) return;
    full = false;
    drained();
  };
  return {
    room() {
      if (socket.readyState !== socket.OPEN) return false;
      if (socket.bufferedAmount >= HIGH_WATER_BYTES) full = true;
      return !full;
    },
    send(frame, done) {
      const told =
        done === undefined
          ? sent
          : () => {
              done();
              sent();
            };
      socket.send(frame, { binary: false }, told);
    },
    together(send) {
      stream?.cork();
      send();
      stream?.uncork();
    },
  };
}

/** Owns sending to one WebSocket within a bound: whether there is room, and the moment when there is again. */
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
  send(frame: Buffer | string): void;
}

/** `drained` is called when a full socket has room again. */
export function socketRoom(socket: FrameSocket, drained: () => void): SocketRoom {
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
    send(frame) {
      socket.send(frame, { binary: false }, sent);
    },
  };
}

/** Sends a file to the gateway and tells how much has gone out, which `fetch` cannot. */

/** Undefined when the connection broke off, or the sending was cancelled. */
export function sendFile(
  path: string,
  file: File,
  token: string,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<{ status: number; text: string } | undefined> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.addEventListener("progress", ({ loaded, total }) => total > 0 && onProgress(loaded / total));
    request.addEventListener("load", () => resolve({ status: request.status, text: request.responseText }));
    for (const end of ["error", "abort", "timeout"] as const) request.addEventListener(end, () => resolve(undefined));
    signal.addEventListener("abort", () => request.abort());
    if (signal.aborted) resolve(undefined);
    else request.send(file);
  });
}

#!/usr/bin/env bash
# Runs a command inside a Wayland compositor without a screen, with a session bus of its own. Installs weston where it is missing.
set -euo pipefail
if ! command -v weston >/dev/null; then
  sudo apt-get update -qq
  sudo apt-get install -y -qq weston dbus
fi
XDG_RUNTIME_DIR=$(mktemp -d)
chmod 700 "$XDG_RUNTIME_DIR"
export XDG_RUNTIME_DIR WAYLAND_DISPLAY=signalbox-smoke XDG_SESSION_TYPE=wayland
unset DISPLAY
weston --backend=headless-backend.so --socket="$WAYLAND_DISPLAY" --idle-time=0 &
weston=$!
trap 'kill "$weston" 2>/dev/null; rm -rf "$XDG_RUNTIME_DIR"' EXIT
for _ in $(seq 100); do
  [ -S "$XDG_RUNTIME_DIR/$WAYLAND_DISPLAY" ] && break
  kill -0 "$weston" || { echo "weston ended before it listened" >&2; exit 1; }
  sleep 0.1
done
[ -S "$XDG_RUNTIME_DIR/$WAYLAND_DISPLAY" ] || { echo "weston did not listen within 10 s" >&2; exit 1; }
dbus-run-session -- "$@"

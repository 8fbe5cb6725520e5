/** Plays the short sound of a notice: two soft tones, made here, so that nothing is loaded. */

const TONES = [
  { hertz: 660, from: 0 },
  { hertz: 880, from: 0.12 },
];
const LENGTH = 0.22;
const LOUDNESS = 0.12;

let context: AudioContext | undefined;

/** A browser in which nobody has touched the page yet plays nothing. */
export function playSound(): void {
  context ??= new AudioContext();
  void context.resume().catch(() => {});
  for (const { hertz, from } of TONES) {
    const start = context.currentTime + from;
    const tone = new OscillatorNode(context, { frequency: hertz });
    const loudness = new GainNode(context, { gain: 0 });
    loudness.gain.linearRampToValueAtTime(LOUDNESS, start + 0.02);
    loudness.gain.linearRampToValueAtTime(0, start + LENGTH);
    tone.connect(loudness).connect(context.destination);
    tone.start(start);
    tone.stop(start + LENGTH);
  }
}
